"""Checks of a business unit: `custom/checks/<area>/<finding>.py`, each with `CHECK` and `find(graph)`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cache

from amlz.azure.graph import ResourceGraph
from amlz.checks.finding import Check, Finding
from amlz.core.custom_files import CustomFile
from amlz.dataclass import dataclass
from amlz.folders import custom_check_files


@dataclass(frozen=True, slots=True)
class CustomCheck:
    """A check, the function that finds it, and its file."""

    check: Check
    find: Callable[[ResourceGraph], Iterator[Finding]]
    file: CustomFile


@cache
def custom_checks() -> tuple[CustomCheck, ...]:
    """Returns the checks by their paths. Raises LandingZoneError for a file that declares none."""
    return tuple(_declared(CustomFile("check", name, path)) for name, path in custom_check_files())


def custom_findings(graph: ResourceGraph, shipped: Collection[str]) -> Iterator[Finding]:
    """Yields the findings of custom checks. Raises LandingZoneError for one that fails, or has an id of `shipped`."""
    for custom in custom_checks():
        if custom.check.id in shipped:
            raise custom.file.broken(f"A check that is shipped has the id {custom.check.id!r} too.", "Rename it.")
        yield from custom.file.called(lambda find=custom.find: tuple(find(graph)))  # type: ignore[misc]


def _declared(file: CustomFile) -> CustomCheck:
    loaded = file.loaded()
    check, find = getattr(loaded, "CHECK", None), getattr(loaded, "find", None)
    if not isinstance(check, Check) or not callable(find):
        raise file.broken("It needs `CHECK`, a Check, and a function `find(graph)`.", "Declare both.")
    return CustomCheck(check, find, file)
