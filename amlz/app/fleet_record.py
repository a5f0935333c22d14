"""Writes the record of a stack next to its report: what `amlz fleet` reads in addition to a preview."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from amlz.core.problems import LandingZoneError
from amlz.fleet.record import (
    MOST_EVENTS,
    SUFFIX,
    MeasuredObjective,
    ProgramRecord,
    RunResults,
    StackRecord,
    dumped,
    read_record,
    recorded,
)
from amlz.reports.files import write_whole
from amlz.reports.json_text import dump

_STACK = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


_MEASURED = re.compile(r"([^/=\s]{1,64}/[^/=\s]{1,64})/([a-z0-9-]{1,24})=([0-9]{1,16})/([0-9]{1,16})")


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """Facts of a run, as they were passed. `measured`: as PROJECT/ENVIRONMENT/OBJECTIVE=GOOD/TOTAL."""

    commit: str
    today: str
    deployed: str | None = None
    drift: int | None = None
    measured: tuple[str, ...] = ()


def write_record(folder: Path, stack: str, run: RecordedRun) -> None:
    """Writes STACK.record.json; earlier results of other kinds stay. Raises LandingZoneError."""
    if not _STACK.fullmatch(stack):
        raise LandingZoneError(f"{stack!r}\n  It is no name of a stack.\n  Pass the name, as in Pulumi.<name>.yaml.")
    if not re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", run.commit):
        raise LandingZoneError(f"--commit {run.commit}\n  It is no whole commit.\n  Pass that of `git rev-parse HEAD`.")
    try:
        day = date.fromisoformat(run.today)
    except ValueError:
        raise LandingZoneError(f"--today {run.today}\n  It is no day.\n  Write it as 2027-03-31.") from None
    path = folder / f"{stack}{SUFFIX}"
    if not folder.is_dir():
        raise LandingZoneError(
            f"{folder}\n  There is no such folder.\n  Create it with `mkdir -p`, or pass another one by --to."
        )
    program = ProgramRecord(version=version("aml-landing-zone"), commit=run.commit)
    results = RunResults(run.deployed, run.drift, tuple(_measured(text, day) for text in run.measured))
    write_whole(path, dump(dumped(recorded(_before(path, day), stack, day, program, results))))


def _measured(text: str, day: date) -> MeasuredObjective:
    match = _MEASURED.fullmatch(text)
    if match is None:
        raise LandingZoneError(
            f"--measured {text}\n  It has no events of an objective.\n"
            "  Write it as churn/prod/availability=99950/100000: good events of all."
        )
    good, total = int(match[3]), int(match[4])
    if not good <= total <= MOST_EVENTS:
        raise LandingZoneError(
            f"--measured {text}\n  {good} of {total} events cannot be good.\n  Pass the good events first, then all."
        )
    return MeasuredObjective(environment=match[1], name=match[2], day=day, good=good, total=total)


def _before(path: Path, day: date) -> StackRecord | None:
    """Returns the record that is there. Raises LandingZoneError for one that cannot be kept, or that is newer."""
    try:
        before = read_record(path)
    except LandingZoneError as error:
        raise LandingZoneError(
            f"{path}\n  {error}\n  Its deployment would be lost. Fix the file, or remove it."
        ) from None
    if before and before.day > day:
        raise LandingZoneError(f"{path}\n  It is of {before.day}, after {day}.\n  Pass the current day by --today.")
    return before
