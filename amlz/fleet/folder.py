"""The reports of all units, read from their folders one by one. A report that cannot be used becomes a sentence."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

from amlz.azure.regular_files import read_regular
from amlz.core.problems import LandingZoneError
from amlz.core.terminal import in_one_line
from amlz.dataclass import dataclass
from amlz.fleet.config import Fleet
from amlz.fleet.record import SUFFIX, StackRecord, parsed, read_record
from amlz.fleet.summary import StackSummary, summarised

#: Most bytes of one report: those of the largest landing zones have some tens of millions.
LARGEST_REPORT = 200_000_000
#: A name that may follow `Pulumi.` in the name of a stack file.
_STACK = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class FleetStack:
    """A stack of a unit. `file`: of its report, as the fleet file leads there; `record`: None where there is none."""

    unit: str
    name: str
    ring: str | None
    space: str
    file: str
    summary: StackSummary
    record: StackRecord | None

    @property
    def key(self) -> str:
        """Returns `retail/prod`."""
        return f"{self.unit}/{self.name}"


@dataclass(frozen=True, slots=True)
class UnusableReport:
    """A report or record that is missing or cannot be read. `stack`: "" for a whole unit; `why`: a sentence.

    `record`: only the record is unusable, the report is known.
    """

    unit: str
    stack: str
    ring: str | None
    file: str
    why: str
    record: bool = False

    @property
    def key(self) -> str:
        """Returns `retail/prod`, or `retail` for a whole unit."""
        return f"{self.unit}/{self.stack}" if self.stack else self.unit


@dataclasses.dataclass(frozen=True)
class FleetReports:
    """Everything known of a fleet. `today`: None where it is not passed."""

    fleet: Fleet
    stacks: tuple[FleetStack, ...]
    unusable: tuple[UnusableReport, ...]
    today: date | None = None

    @cached_property
    def builders(self) -> Mapping[str, list[FleetStack]]:
        """Returns the stacks that build a resource, by its ID in lower case."""
        stacks: dict[str, list[FleetStack]] = {}
        for stack in self.stacks:
            for identity in stack.summary.built:
                stacks.setdefault(identity, []).append(stack)
        return stacks

    def age(self, day: date) -> int | None:
        """Returns the days since a day, None where today is not known."""
        return (self.today - day).days if self.today else None


def read_reports(
    fleet: Fleet, today: str | None = None, show: Callable[[str], None] = lambda _text: None
) -> FleetReports:
    """Returns the reports of every unit. `today`: ISO 8601, None for not passed; `show`: shows progress."""
    stacks: list[FleetStack] = []
    unusable: list[UnusableReport] = []
    for unit in sorted(fleet.config.units):
        show(f"Reading the reports of {unit}")
        for one in _of_unit(fleet, unit):
            if isinstance(one, FleetStack):
                stacks.append(one)
            else:
                unusable.append(one)
    return FleetReports(fleet, tuple(stacks), tuple(unusable), date.fromisoformat(today) if today else None)


def _of_unit(fleet: Fleet, unit: str) -> Iterator[FleetStack | UnusableReport]:
    unit_config, folder = fleet.config.units[unit], fleet.folder_of(unit)
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        yield UnusableReport(
            unit, "", fleet.ring_of(unit, ""), unit_config.reports, f"The folder of its reports cannot be read: {why}."
        )
        return
    reports = [path for path in files if not path.name.endswith(SUFFIX)]
    names = {path.name.removesuffix(".json") for path in reports}
    if not reports:
        ring = fleet.ring_of(unit, "")
        yield UnusableReport(unit, "", ring, unit_config.reports, "It has published no report.")
    for path in reports:
        yield from _of_stack(fleet, unit, path)
    recorded = {path.name.removesuffix(SUFFIX) for path in files if path.name.endswith(SUFFIX)}
    for name in sorted({*unit_config.stacks, *recorded} - names):
        file = f"{unit_config.reports}/{in_one_line(name)}.json"
        yield UnusableReport(unit, in_one_line(name), fleet.ring_of(unit, name), file, "Its report is missing.")


def _of_stack(fleet: Fleet, unit: str, path: Path) -> Iterator[FleetStack | UnusableReport]:
    name = path.name.removesuffix(".json")
    shown, unit_config = in_one_line(name), fleet.config.units[unit]
    ring, file = fleet.ring_of(unit, name), f"{unit_config.reports}/{shown}.json"
    try:
        summary = _summary(path, name)
    except LandingZoneError as error:
        yield UnusableReport(unit, shown, ring, file, str(error))
        return
    record = None
    try:
        record = read_record(path.with_name(f"{name}{SUFFIX}"))
        if record is not None and record.stack != name:
            raise LandingZoneError(f"It is the record of the stack {in_one_line(record.stack)}.")
    except LandingZoneError as error:
        record = None
        yield UnusableReport(unit, shown, ring, f"{unit_config.reports}/{shown}{SUFFIX}", str(error), record=True)
    yield FleetStack(unit, shown, ring, unit_config.space, file, summary, record)


def _summary(path: Path, name: str) -> StackSummary:
    try:
        content = read_regular(path, LARGEST_REPORT)
    except OSError as error:
        raise LandingZoneError(f"It cannot be read: {(error.strerror or str(error)).lower()}.") from None
    summary = summarised(parsed(content))
    if summary.stack != name:
        raise LandingZoneError(f"It is the report of the stack {in_one_line(summary.stack)}. Name it after its stack.")
    return summary
