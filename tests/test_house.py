"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

#: What each folder may import of the others. Nothing else, and so no cycles.
MAY_IMPORT = {
    "arm": set(),
    "landingzone": {"arm", "policies"},
    "components": {"landingzone", "arm"},
    "policies": {"arm"},
    "offline": {"arm", "policies"},
    "checks": {"arm", "landingzone", "policies"},
    "rehearsal": {"arm", "checks", "landingzone", "offline"},
    "reports": {"arm", "landingzone", "checks", "policies", "rehearsal"},
    "pipelines": {"arm", "reports"},
    "crossguard": {"arm", "offline", "policies", "reports"},
}
#: The modules at the root: each may import every folder, and no folder may import them.
ROOT_MODULES = {path.stem for path in ROOT.glob("*.py")}
NEVER_PULUMI = ("arm", "landingzone", "policies", "checks", "reports")


def imported(folder: str) -> Iterator[tuple[str, str]]:
    """Each file of a folder with each top-level module that it imports."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield from imported_by(path)


def imported_by(path: Path) -> Iterator[tuple[str, str]]:
    """A file with each top-level module that it imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((str(path.relative_to(ROOT)), alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield str(path.relative_to(ROOT)), node.module.split(".")[0]


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_folders_import_only_what_they_may(folder: str) -> None:
    """Nothing imports sideways or up."""
    ours = {*MAY_IMPORT, *ROOT_MODULES, "tools", "tests", "benchmarks"}

    wrong = [(file, name) for file, name in imported(folder) if name in ours - {folder} - MAY_IMPORT[folder]]

    assert wrong == []


@pytest.mark.parametrize("folder", NEVER_PULUMI)
def test_what_decides_and_judges_never_loads_pulumi(folder: str) -> None:
    """Plans, checks and reports are plain data."""
    assert [file for file, name in imported(folder) if name.startswith("pulumi")] == []


def test_modules_at_the_root_import_no_tools_and_are_installed() -> None:
    """Neither tests nor tools nor benchmarks; each is listed in pyproject.toml, but for the program itself."""
    wrong = [
        (path.name, name)
        for path in sorted(ROOT.glob("*.py"))
        for _, name in imported_by(path)
        if name in {"tools", "tests", "benchmarks"}
    ]
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["py-modules"]

    assert (wrong, sorted(listed)) == ([], sorted(ROOT_MODULES - {"__main__"}))


def test_files_and_functions_stay_small() -> None:
    """Files of at most 400 lines, functions of at most 60."""
    folders = [*MAY_IMPORT, "tools", "tests", "benchmarks"]
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    files += sorted(ROOT.glob("*.py"))
    long = []
    for path in (path for path in files if "node_modules" not in path.parts):
        text = path.read_text()
        if text.count("\n") > 400:
            long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")

    assert long == []
