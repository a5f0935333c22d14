"""The answer of `amlz check` for a valid stack file."""

from __future__ import annotations

from amlz.core.notices import notices
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
    warnings = f", with {plural(len(doubts), 'warning')}" if doubts else ""
    lines: list[str] = [heading(f"{in_one_line(file.stack)}: valid{warnings}. {spokes}, {environments}.")]
    for choice in relaxed(file.config):
        where = f" of {', '.join(choice.environments)}" if choice.environments else ""
        lines += [wrapped(f"  {choice.key}{where}: {gives_up}") for gives_up in choice.gives_up]
    for doubt in doubts:
        line = file.locate(doubt.path)
        problem = Problem(doubt.path, doubt.what, doubt.remedy, file.display_path, line, warning=True)
        lines.append(heading(wrapped(str(problem))))
    return joined_text("\n", [*lines, ""])


def as_json(file: StackFile, plan: LandingZonePlan) -> str:
    """The same for programs."""
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
    return dump(answer | {"addresses": addresses.records(plan.addresses)})
