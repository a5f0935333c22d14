"""The answer of `amlz check --all`: of every stack of a folder, and what is wrong between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from amlz.checks.stacks.facts import BetweenStacks
from amlz.core.plan import LandingZonePlan
from amlz.core.terminal import in_one_line
from amlz.reports import between, check
from amlz.reports.json_text import dump
from amlz.reports.styled import heading, joined_text
from amlz.stackfile.load import StackFile


def as_text(
    valid: Sequence[tuple[StackFile, LandingZonePlan]], wrong: Mapping[str, str], findings: Sequence[BetweenStacks]
) -> str:
    """Returns the answer of each stack, and the findings between them. `wrong`: reasons by name of the others."""
    parts = [check.as_text(file, plan) for file, plan in valid]
    parts += [heading(f"{in_one_line(name)}: its stack file has mistakes.\n") for name in sorted(wrong)]
    return joined_text("", [*parts, between.as_text(findings)])


def as_json(
    valid: Sequence[tuple[StackFile, LandingZonePlan]], wrong: Mapping[str, str], findings: Sequence[BetweenStacks]
) -> str:
    """Returns the same for programs."""
    return dump(
        {
            "schemaVersion": 1,
            "stacks": [check.record(file, plan) for file, plan in valid],
            "failed": [{"stack": name, "why": why} for name, why in sorted(wrong.items())],
            "betweenStacks": between.records(findings),
        }
    )
