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
