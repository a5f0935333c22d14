"""The result of `amlz doctor`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from amlz.core.problems import wrapped
from amlz.core.terminal import in_one_line
from amlz.reports.json_text import dump
from amlz.reports.styled import joined_text, led_by

#: ok: as it should be. missing: a preview fails without it. advised: only a deployment or a pipeline needs it.
State = Literal["ok", "missing", "advised"]


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """One check. `fix` is None where nothing is to be done."""

    name: str
    state: State
    seen: str
    fix: str | None = None


def as_text(results: Iterable[DoctorResult]) -> str:
    """Returns a paragraph for each check: its state, what was seen, and the fix."""
    lines: list[str] = []
    for result in results:
        lines.append(led_by(result.state, f"{result.state:8} {result.name}: {in_one_line(result.seen)}"))
        if result.fix:
            lines.append(wrapped(f"  {in_one_line(result.fix)}"))
    return joined_text("\n", [*lines, ""])


def as_json(results: Iterable[DoctorResult]) -> str:
    """Returns the same for programs."""
    return dump({"schemaVersion": 1, "checks": [asdict(result) for result in results]})
