"""Folders of capabilities, by name: amlz/capabilities/ and custom/capabilities/; and other files of business units."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from amlz.paths import PACKAGE, ROOT

#: Folders of capabilities, as packages: below the program's folder, and below the business unit's.
SHIPPED, CUSTOM = "amlz.capabilities", "custom.capabilities"


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one capability."""

    name: str
    package: str
    path: Path

    @property
    def custom(self) -> bool:
        """Returns true if a business unit owns it."""
        return self.package.startswith(CUSTOM)

    @property
    def display_path(self) -> str:
        """Its path in messages."""
        return self.path.relative_to(ROOT if self.custom else PACKAGE.parent).as_posix()


@cache
def folders() -> tuple[Folder, ...]:
    """Returns the folders of all capabilities: those that are shipped, then custom ones."""
    return (*_below(SHIPPED), *_below(CUSTOM))


def _below(package: str) -> Iterator[Folder]:
    above = (ROOT if package == CUSTOM else PACKAGE.parent).joinpath(*package.split("."))
    for path in sorted(above.iterdir()) if above.is_dir() else ():
        if (path / "__init__.py").is_file():
            yield Folder(path.name, f"{package}.{path.name}", path)


def custom_check_files() -> Iterator[tuple[str, Path]]:
    """Yields the module and the file of each check of the business unit: custom/checks/<area>/<finding>.py."""
    for path in sorted((ROOT / "custom" / "checks").glob("*/*.py")):
        yield f"custom.checks.{path.parent.name}.{path.stem}", path


def custom_report_files() -> Iterator[tuple[str, Path]]:
    """Yields the module and the file of each section of reports: custom/reports/<name>.py."""
    for path in sorted((ROOT / "custom" / "reports").glob("*.py")):
        yield f"custom.reports.{path.stem}", path


def custom_names_file() -> Path:
    """Returns the file of the business unit's rule for names, whether or not it is there."""
    return ROOT / "custom" / "naming" / "names.py"


def shown(path: Path) -> str:
    """Returns a path below the business unit's folder, as messages show it."""
    return path.relative_to(ROOT).as_posix()


def module(name: str) -> ModuleType:
    """Imports a module of a capability's folder, a component, or a custom file."""
    if name.startswith("custom.") and "custom" not in sys.modules:
        package = ModuleType("custom")
        package.__path__ = [str(ROOT / "custom")]
        sys.modules["custom"] = package
    return importlib.import_module(name)
