"""Writes the record of a stack next to its report: what `amlz fleet` reads in addition to a preview."""

from __future__ import annotations

import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

from amlz.core.problems import LandingZoneError
from amlz.fleet.record import SUFFIX, ProgramRecord, StackRecord, dumped, read_record, recorded
from amlz.reports.files import write_whole
from amlz.reports.json_text import dump

_STACK = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


def write_record(folder: Path, stack: str, commit: str, today: str, deployed: str, drift: int | None) -> None:
    """Writes STACK.record.json; an earlier deployment and search for drift stay. Raises LandingZoneError."""
    if not _STACK.fullmatch(stack):
        raise LandingZoneError(f"{stack!r}\n  It is no name of a stack.\n  Pass the name, as in Pulumi.<name>.yaml.")
    if not re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", commit):
        raise LandingZoneError(f"--commit {commit}\n  It is no whole commit.\n  Pass that of `git rev-parse HEAD`.")
    try:
        day = date.fromisoformat(today)
    except ValueError:
        raise LandingZoneError(f"--today {today}\n  It is no day.\n  Write it as 2027-03-31.") from None
    path = folder / f"{stack}{SUFFIX}"
    if not folder.is_dir():
        raise LandingZoneError(
            f"{folder}\n  There is no such folder.\n  Create it with `mkdir -p`, or pass another one by --to."
        )
    program = ProgramRecord(version=version("aml-landing-zone"), commit=commit)
    write_whole(path, dump(dumped(recorded(_before(path, day), stack, day, program, deployed, drift))))


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
