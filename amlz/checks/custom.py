"""Checks of a business unit: `custom/checks/<area>/<finding>.py`, each with `CHECK` and `find(graph)`."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path

from amlz.azure.graph import ResourceGraph
from amlz.checks.finding import Check, Finding
from amlz.core.problems import LandingZoneError
from amlz.dataclass import dataclass
from amlz.folders import custom_check_files, module, shown


@dataclass(frozen=True, slots=True)
class CustomCheck:
    """A check, the function that finds it, and its file."""

    check: Check
    find: Callable[[ResourceGraph], Iterator[Finding]]
    path: Path


@cache
def custom_checks() -> tuple[CustomCheck, ...]:
    """Returns the checks by their paths. Raises LandingZoneError for a file that declares none."""
    return tuple(_declared(path, name) for name, path in custom_check_files())


def custom_findings(graph: ResourceGraph, shipped: Collection[str]) -> Iterator[Finding]:
    """Yields the findings of custom checks. Raises LandingZoneError for one that fails, or has an id of `shipped`."""
    for custom in custom_checks():
        if custom.check.id in shipped:
            raise _broken(custom.path, f"A check that is shipped has the id {custom.check.id!r} too.", "Rename it.")
        try:
            yield from custom.find(graph)
        except Exception as error:
            raise _failed(custom.path, error) from error


def _declared(path: Path, name: str) -> CustomCheck:
    try:
        loaded = module(name)
    except Exception as error:
        raise _failed(path, error) from error
    check, find = getattr(loaded, "CHECK", None), getattr(loaded, "find", None)
    if not isinstance(check, Check) or not callable(find):
        raise _broken(path, "It needs `CHECK`, a Check, and a function `find(graph)`.", "Declare both.")
    return CustomCheck(check, find, path)


def _failed(path: Path, error: Exception) -> LandingZoneError:
    """Returns the error of a file, with its line."""
    if isinstance(error, SyntaxError):
        line = error.lineno
    else:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = lines[-1] if lines else None
    where = f"Line {line}: " if line else ""
    return _broken(path, f"{where}{type(error).__name__}: {error}", "Fix it, or remove the file.")


def _broken(path: Path, reason: str, remedy: str) -> LandingZoneError:
    return LandingZoneError(f"{shown(path)}\n  The check cannot be used: {reason}\n  {remedy}")
