"""Checks of a stack file before names are given, apart from ranges of addresses.

Each is `check_input` of a module of amlz/core/planning. That of its `capabilities.py` calls `Planner.check` of each
capability.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from amlz.core.config import LandingZoneConfig
from amlz.core.problems import Problem

InputCheck = Callable[[LandingZoneConfig], Iterator[Problem]]


@cache
def input_checks() -> tuple[InputCheck, ...]:
    """Returns every check, in the order of the modules' names."""
    names = sorted(path.stem for path in (Path(__file__).parent / "planning").glob("*.py"))
    modules = (import_module(f"amlz.core.planning.{name}") for name in names)
    return tuple(module.check_input for module in modules if hasattr(module, "check_input"))


def input_problems(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns everything that they report: that of one check in the order of the stack file, as far as it has one."""
    for check in input_checks():
        yield from check(config)
