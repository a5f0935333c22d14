"""The answer of `amlz check` for a valid stack file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from amlz.core.notices import notices
from amlz.core.notices.notice import Notice
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import Problem, dotted, wrapped
from amlz.core.relaxations import relaxations
from amlz.core.terminal import in_one_line
from amlz.core.words import plural
from amlz.reports import addresses
from amlz.reports.json_text import dump
from amlz.reports.relaxed import relaxed
from amlz.reports.styled import heading, joined_text
from amlz.stackfile.load import StackFile


def as_text(file: StackFile, plan: LandingZonePlan) -> str:
    """One line, one for each choice that is less secure than the default, and a paragraph for each warning."""
    spokes, environments = plural(len(plan.spokes), "spoke"), plural(len(plan.environments), "project environment")
    doubts = tuple(notices(file.config, plan))
    lines: list[str] = [heading(f"{in_one_line(file.stack)}: valid{_counted(doubts)}. {spokes}, {environments}.")]
    for choice in relaxed(file.config):
        where = f" of {', '.join(choice.environments)}" if choice.environments else ""
        lines += [wrapped(f"  {choice.key}{where}: {gives_up}") for gives_up in choice.gives_up]
    lines += [_paragraph(doubt, file.display_path, file.locate(doubt.path)) for doubt in doubts]
    return joined_text("\n", [*lines, ""])


def written(file: str, doubts: Sequence[Notice]) -> str:
    """The same for a new stack file, which is valid."""
    lines = [f"{file} is written and valid{_counted(doubts)}.", *(_paragraph(doubt, file) for doubt in doubts)]
    return joined_text("\n", [*lines, ""])


def _counted(doubts: Sequence[Notice]) -> str:
    return f", with {plural(len(doubts), 'warning')}" if doubts else ""


def _paragraph(doubt: Notice, file: str, line: int = 0) -> str:
    return heading(wrapped(str(Problem(doubt.path, doubt.what, doubt.remedy, file, line, warning=True))))


def as_json(file: StackFile, plan: LandingZonePlan) -> str:
    """The same for programs."""
    return dump(record(file, plan))


def record(file: StackFile, plan: LandingZonePlan) -> dict[str, Any]:
    """Returns the object that `as_json` writes."""
    chosen = [{"path": dotted(r.path), "givesUp": r.gives_up} for r in relaxations(file.config)]
    doubts = [
        {
            "finding": doubt.finding,
            "path": dotted(doubt.path),
            "line": file.locate(doubt.path),
            "message": doubt.what,
            "remedy": doubt.remedy,
        }
        for doubt in notices(file.config, plan)
    ]
    answer = {"schemaVersion": 1, "stack": file.stack, "relaxations": chosen, "warnings": doubts}
    return answer | {"addresses": addresses.records(plan.addresses)}
