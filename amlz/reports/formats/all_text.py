"""All stacks of a folder as text."""

from __future__ import annotations

from amlz.core.terminal import in_one_line
from amlz.diff.difference import Difference
from amlz.reports import between, difference_as
from amlz.reports.all_stacks import NO_LINES, FailedComparison, Linked, RenderedStack, StackResult, StackResults, others
from amlz.reports.formats import as_text
from amlz.reports.styled import heading, joined_text
from amlz.stackfile.stacks import StackOfFolder


def write(stack_results: StackResults, _today: str | None) -> str:
    """Returns the report."""
    parts: list[str] = [
        heading(f"{name}: its stack file has mistakes\n\n{why}\n") for name, why in stack_results.unusable
    ]
    parts += [part(stack, stack_result) for stack, stack_result in stack_results.differs]
    parts += [between.as_text(stack_results.between)] if stack_results.between else []
    return joined_text("\n", [*parts, *(f"{line}\n" for line in others(stack_results))])


def part(stack: StackOfFolder, value: StackResult, _linked: Linked = NO_LINES) -> str:
    """Returns the part of one stack."""
    if isinstance(value, RenderedStack):
        return value.text
    if isinstance(value, FailedComparison):
        return heading(f"{in_one_line(stack.name)}: {value.what}\n\n{value.why}\n")
    return difference_as.text(value) if isinstance(value, Difference) else as_text.render(value)
