"""All stacks of a folder as text."""

from __future__ import annotations

from amlz.core.terminal import in_one_line
from amlz.diff.difference import Difference
from amlz.reports import difference_as
from amlz.reports.all_stacks import FailedComparison, RenderedStack, StackResults, Told, others
from amlz.reports.formats import as_text
from amlz.stackfile.stacks import StackOfFolder


def write(stack_results: StackResults, _today: str) -> str:
    """Returns the report."""
    parts = [f"{name}: its stack file has mistakes\n\n{why}\n" for name, why in stack_results.unusable]
    parts += [part(stack, told) for stack, told in stack_results.differs]
    return "\n".join([*parts, *(f"{line}\n" for line in others(stack_results))])


def part(stack: StackOfFolder, told: Told) -> str:
    """Returns the part of one stack."""
    if isinstance(told, RenderedStack):
        return told.text
    if isinstance(told, FailedComparison):
        return f"{in_one_line(stack.name)}: {told.what}\n\n{told.why}\n"
    return difference_as.text(told) if isinstance(told, Difference) else as_text.render(told)
