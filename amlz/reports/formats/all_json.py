"""All stacks of a folder as JSON."""

from __future__ import annotations

import json
from typing import Any

from amlz.diff.difference import Difference
from amlz.reports import difference_as
from amlz.reports.all_stacks import FailedComparison, RenderedStack, StackResults, Told
from amlz.reports.formats import as_json
from amlz.reports.json_text import dump
from amlz.stackfile.stacks import StackOfFolder


def write(stack_results: StackResults, _today: str) -> str:
    """Returns the report."""
    told: list[Any] = [json.loads(part(s, t)) for s, t in stack_results.differs if not isinstance(t, FailedComparison)]
    return dump(
        {
            "schemaVersion": 1,
            "against": stack_results.revision,
            "stacks": told,
            "unchanged": list(stack_results.same),
            "gone": list(stack_results.gone),
            "productionEnded": list(stack_results.ended),
            "failed": [{"stack": stack, "why": why} for stack, why in stack_results.failed],
        }
    )


def part(_stack: StackOfFolder, told: Told) -> str:
    """Returns the part of one stack."""
    if isinstance(told, RenderedStack | FailedComparison):
        return told.text if isinstance(told, RenderedStack) else ""
    return difference_as.as_json(told) if isinstance(told, Difference) else as_json.render(told)
