"""All stacks of a folder as one comment in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from amlz.diff.difference import Difference
from amlz.reports import between, difference_markdown
from amlz.reports.all_stacks import NO_LINES, FailedComparison, Linked, RenderedStack, StackResult, StackResults
from amlz.reports.all_stacks import others as others_of
from amlz.reports.formats import as_markdown
from amlz.reports.markdown_text import LONGEST, code, escaped, fitted, unfolded
from amlz.stackfile.stacks import StackOfFolder

#: Marker by which a pipeline finds the comment to edit. It does not show.
MARKER = "<!-- amlz preview -->"


def write(stack_results: StackResults, _today: str | None) -> str:
    """Returns the report."""
    parts = {name: _failed(name, "its stack file has mistakes", why) for name, why in stack_results.unusable}
    parts |= {stack.name: part(stack, stack_result) for stack, stack_result in stack_results.differs}
    parts |= {"--all": between.as_markdown(stack_results.between)} if stack_results.between else {}
    return comment(parts, others_of(stack_results))


def part(stack: StackOfFolder, value: StackResult, linked: Linked = NO_LINES) -> str:
    """Returns the part of one stack."""
    if isinstance(value, RenderedStack):
        return value.text
    if isinstance(value, FailedComparison):
        return _failed(stack.name, value.what, value.why)
    if isinstance(value, Difference):
        return difference_markdown.markdown(value, linked.preview, linked.links)
    return as_markdown.render(value, linked.links)


def _failed(name: str, value: str, why: str) -> str:
    lines = "".join(f"    {line}\n" for line in why.splitlines())
    return f"## ❌ {escaped(name)}: {value}\n\n{lines}"


def comment(parts: Mapping[str, str], others: Sequence[str]) -> str:
    """One comment of the Markdown of several stacks: the verdict, a table of them, and each in full.

    `others`: text on all other stacks. Parts that do not fit are left out from the longest on, and named.
    """
    above = _table(parts)
    left = dict(parts)
    below = [escaped(line).replace("\\`", "`") for line in others]
    room = LONGEST - len(MARKER) - sum(len(line) + 2 for line in (*above, *below)) - 200
    # Folded parts are left out first, the longest before others, and only then whole parts.
    for shorter in (unfolded, _left_out):
        for name in sorted(left, key=lambda name: -len(left[name])):
            if sum(len(part) + 1 for part in left.values()) <= room:
                break
            left[name] = shorter(left[name], code(f"amlz preview {name}"))
    return fitted("\n".join([MARKER, *above, *left.values(), *(f"{line}\n" for line in below)]), LONGEST)


def _left_out(part: str, shows: str) -> str:
    first = part.partition("\n")[0]
    return f"{first}\n\nLeft out here: it is too long for a comment. {shows} shows it.\n"


def _table(parts: Mapping[str, str]) -> list[str]:
    """Returns the verdict and a line for each stack; nothing where one part reports it all in its own first line."""
    marks = [part.removeprefix("## ").partition("\n")[0].partition(" ") for part in parts.values()]
    if len(marks) == 1:
        return []
    stopped = sum(mark == "❌" for mark, _, _ in marks)
    worst = next((mark for mark in ("❌", "⚠️") if any(mark == shown_mark for shown_mark, _, _ in marks)), "✅")
    if not marks:
        return [f"## {worst} No stack differs", ""]
    says = f"{stopped} of {len(marks)} stacks must not go on as they are" if stopped else f"{len(marks)} stacks"
    return [f"## {worst} {says}", "", "| | stack |", "| --- | --- |", *(f"| {m} | {t} |" for m, _, t in marks), ""]
