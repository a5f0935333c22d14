"""All stacks of a folder as JSON."""

from __future__ import annotations

import json
from typing import Any

from amlz.diff.difference import Difference
from amlz.reports import between, difference_as
from amlz.reports.all_stacks import NO_LINES, FailedComparison, Linked, RenderedStack, StackResult, StackResults
from amlz.reports.formats import as_json
from amlz.reports.json_text import dump
from amlz.stackfile.stacks import StackOfFolder


def write(stack_results: StackResults, _today: str | None) -> str:
    """Returns the report."""
    stacks: list[Any] = [
        json.loads(part(s, t)) for s, t in stack_results.differs if not isinstance(t, FailedComparison)
    ]
    return dump(
        {
            "schemaVersion": 1,
            "against": stack_results.revision,
            "stacks": stacks,
            "unchanged": list(stack_results.same),
            "gone": list(stack_results.gone),
            "productionEnded": list(stack_results.ended),
            "betweenStacks": between.records(stack_results.between),
            "failed": [{"stack": stack, "why": why} for stack, why in stack_results.failed],
        }
    )


def part(_stack: StackOfFolder, value: StackResult, _linked: Linked = NO_LINES) -> str:
    """Returns the part of one stack."""
    if isinstance(value, RenderedStack | FailedComparison):
        return value.text if isinstance(value, RenderedStack) else ""
    return difference_as.as_json(value) if isinstance(value, Difference) else as_json.render(value)
