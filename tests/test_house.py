"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

ARCHITECTURE = ROOT / "docs" / "explanation" / "architecture.md"
#: Folders whose modules are plain data and pure functions.
NEVER_PULUMI = ("azure", "policy", "core", "capabilities", "stackfile", "reach", "checks", "diff", "reports")


@cache
def may_import() -> dict[str, frozenset[str]]:
    """Returns what each part may import of the others, by the table of the architecture page."""
    rows = re.findall(r"^\| (`[^|]+`) \| [^|]+ \| ?([^|]*)\|$", ARCHITECTURE.read_text(encoding="utf-8"), re.M)
    return {_parts(folder)[0]: frozenset(_parts(imports)) for folder, imports in rows}


def _parts(cell: str) -> list[str]:
    """Returns the parts that a cell of the table names: `amlz/azure/` is `amlz.azure`."""
    return [path.removesuffix(".py").strip("/").replace("/", ".") for path in re.findall(r"`([\w/.]+)`", cell)]


def modules() -> list[Path]:
    """Returns every module of the product: the program, `amlz/` and `components/`."""
    return [ROOT / "__main__.py", *sorted((ROOT / "amlz").rglob("*.py")), *sorted((ROOT / "components").rglob("*.py"))]


def part_of(module: str) -> str:
    """Returns the part that a module belongs to: `amlz.azure` for `amlz.azure.ids`."""
    first, _, rest = module.partition(".")
    return f"amlz.{rest.split('.')[0]}" if first == "amlz" and rest else first


def imported_by(path: Path) -> Iterator[str]:
    """Returns the name of each module that a file imports, whole."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"amlz.{alias.name}" for alias in node.names) if node.module == "amlz" else (node.module,)


def test_the_root_has_one_python_file() -> None:
    """The Pulumi program."""
    assert [path.name for path in ROOT.glob("*.py")] == ["__main__.py"]


def test_the_table_names_every_folder_and_allows_no_cycle() -> None:
    """Each row allows only rows above it, so imports go one way."""
    rows = may_import()
    folders = {part_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in modules()}
    order = list(rows)

    assert set(rows) == folders - {"__main__", "amlz", "amlz.__main__", "amlz.__init__"}
    assert [(part, other) for part in rows for other in rows[part] if order.index(other) >= order.index(part)] == []


def test_folders_import_only_what_the_table_allows() -> None:
    """Nothing imports sideways or up, and the product imports neither tests nor tools."""
    rows = may_import()
    wrong = []
    for path in modules():
        part = part_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        if part in rows:
            ours = {part_of(name) for name in imported_by(path) if name.split(".")[0] in OURS}
            wrong += [f"{path.relative_to(ROOT)}: {other}" for other in sorted(ours - {part} - rows[part])]

    assert wrong == []


def test_a_capability_imports_no_other() -> None:
    """Removing the folder of one leaves the others complete."""
    below = ROOT / "amlz" / "capabilities"
    names = [(path, name.split(".")) for path in sorted(below.glob("*/*.py")) for name in imported_by(path)]

    sideways = [
        f"{path.relative_to(ROOT)}: {'.'.join(parts)}"
        for path, parts in names
        if parts[:2] == ["amlz", "capabilities"] and parts[2:3] != [path.parent.name]
    ]
    assert sideways == []


OURS = {"__main__", "amlz", "components", "custom", "policies", "tests", "tools"}


@pytest.mark.parametrize("folder", NEVER_PULUMI)
def test_what_decides_and_evaluates_never_loads_pulumi(folder: str) -> None:
    """Plans, checks and reports are plain data."""
    files = sorted((ROOT / "amlz" / folder).rglob("*.py"))

    assert [str(path) for path in files for name in imported_by(path) if name.split(".")[0].startswith("pulumi")] == []


def test_a_class_name_has_one_meaning() -> None:
    """No two modules define a class of the same name."""
    files = [*modules(), *sorted((ROOT / "tools").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
    defined: dict[str, list[str]] = {}
    for path in (path for path in files if "node_modules" not in path.parts):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                defined.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())

    assert {name: paths for name, paths in defined.items() if len(paths) > 1} == {}


#: Names that do not describe a value. Use the noun of the domain instead.
NO_NAMES = frozenset({"found", "told", "said", "each", "thing", "things", "anew"})


def test_names_describe_their_value() -> None:
    """Good names are `finding`, `entry`, `settings`."""
    files = [*modules(), *sorted((ROOT / "tools").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
    named = []
    for path in (path for path in files if "node_modules" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = _name_given(node).strip("_").lower()
            if name in NO_NAMES:
                named.append(f"{path.relative_to(ROOT)}: {name}")

    assert sorted(set(named)) == []


def _name_given(node: ast.AST) -> str:
    """Returns the name that a node gives to something; "" for none."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    if isinstance(node, ast.arg):
        return node.arg
    return node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else ""


#: Fields whose default is a text without characters, not an absent one: for that, the default is None.
EMPTY_TEXTS = {
    "FindingLocation.path": "the path of the whole resource, as () is that of a whole stack file",
    "ProjectConfig.description": "the text may be empty in a stack file too, and the schema has no null for it",
    "AssignmentConfig.message": "the text may be empty in a stack file too, and the schema has no null for it",
    "HubConfig.address_space": "the schema has no null for it: the file has a range, or the checks ask for it",
    "Network.peering": "a text of a JSON report, whose schema has no null for it",
    "PartRecord.says": "a text of a JSON report, whose schema has no null for it",
}


def test_no_field_uses_an_empty_text_for_absent() -> None:
    """Each field with the default "" is in the table, with the reason."""
    files = [*modules(), *sorted((ROOT / "tools").rglob("*.py"))]
    fields = {
        f"{owner.name}.{node.target.id}"
        for path in files
        for owner in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if node.value is not None and _is_empty_text(node.value)
    }

    assert sorted(fields) == sorted(EMPTY_TEXTS)


def _is_empty_text(default: ast.expr) -> bool:
    """Returns whether a field's default is "", written directly or in `Field(...)`."""
    if isinstance(default, ast.Call):
        values = [*default.args[:1], *(keyword.value for keyword in default.keywords if keyword.arg == "default")]
        return any(_is_empty_text(value) for value in values)
    return isinstance(default, ast.Constant) and default.value == ""


#: Attributes with sentences for people, and methods that take a text apart.
_SENTENCES = frozenset({"message", "remedy", "says", "what", "why"})
_APART = frozenset({"startswith", "endswith", "split", "partition", "rpartition", "removeprefix", "find", "index"})
#: Tests of a text that is no sentence of another module, with the reason.
NO_SENTENCES = {
    "amlz/checks/finding.py: '{name}' in self.says": "the template of a message, and its own",
    "amlz/app/openslo.py: str(error).split()": "makes one line of it",
    "amlz/rehearsal/edits.py: str(error).split()": "makes one line of it",
}


def test_no_code_reads_sentences_that_other_code_wrote() -> None:
    """Code decides by fields of records and types of errors, so that a sentence can be reworded."""
    reads = {
        f"{path.relative_to(ROOT).as_posix()}: {ast.unparse(node)}"
        for path in [*modules(), *sorted((ROOT / "tools").rglob("*.py"))]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _reads_sentence(node)
    }

    assert sorted(reads) == sorted(NO_SENTENCES)


def _reads_sentence(node: ast.AST) -> bool:
    """Returns whether a node looks for a text in a sentence, or takes a sentence apart."""
    if isinstance(node, ast.Compare):
        return isinstance(node.ops[0], ast.In | ast.NotIn) and _is_sentence(node.comparators[0])
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _APART
        and _is_sentence(node.func.value)
    )


def _is_sentence(node: ast.expr) -> bool:
    """Returns whether an expression is a sentence of a record, or the text of an error."""
    if isinstance(node, ast.Attribute):
        return node.attr in _SENTENCES
    of_error = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str"
    return of_error and ast.unparse(node) in ("str(error)", "str(problem)", "str(failure)")


def test_files_and_functions_stay_small() -> None:
    """Files of at most 400 lines, functions of at most 60."""
    files = [*modules(), *sorted((ROOT / "tools").rglob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
    long = []
    for path in (path for path in files if "node_modules" not in path.parts):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 400:
            long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")

    assert long == []
