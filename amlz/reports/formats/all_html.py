"""Every stack of a folder on one HTML page: an index with the result of each, and each with its own sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from amlz.core.problems import listed
from amlz.core.words import plural
from amlz.diff.difference import Difference
from amlz.reports import between
from amlz.reports.all_stacks import FailedComparison, RenderedStack, StackResult, StackResults, others
from amlz.reports.formats import as_html
from amlz.reports.formats.as_markdown import summary
from amlz.reports.html.diagram import diagram
from amlz.stackfile.stacks import StackOfFolder

#: Rows of a summary that the index has as columns.
_COLUMNS = ("would build", "findings", "policy")


@dataclass(frozen=True, slots=True)
class StackSection:
    """One stack. `prefix`: of the ids of its part of the page; `after`: stacks that are built before it, in words.

    `verdict`: level and sentence; `row`: its cells of the index; `page`: what as_html shows of it. Where it could not
    be read, previewed or compared, `why` is the reason in lines, and `page` is empty.
    """

    stack: str
    prefix: str
    after: str
    verdict: tuple[str, str]
    row: tuple[str, ...]
    page: dict[str, Any]
    why: str | None = None

    @property
    def production(self) -> bool:
        """Returns whether the stack has an environment that is production."""
        return bool(self.page.get("production"))


def write(stack_results: StackResults, today: str | None) -> str:
    """Returns the report."""
    return render(stack_results, today)


def render(stack_results: StackResults, today: str | None = None, draw: as_html.Draw = diagram) -> str:
    """The page. `today`: ISO 8601, None for not passed; `draw`: as in as_html."""
    parts = [_failed(name, "", "its stack file has mistakes", why) for name, why in stack_results.unusable]
    parts += [_part(stack, stack_result, stack_results, draw) for stack, stack_result in stack_results.differs]
    return (
        as_html.templates()
        .get_template("all_stacks.html.jinja")
        .render(
            title="All stacks",
            today=today,
            revision=stack_results.revision,
            verdict=_verdict(parts, stack_results),
            parts=parts,
            others=others(stack_results),
            between=between.as_text(stack_results.between) if stack_results.between else "",
            origin=stack_results.origin.rows,
        )
    )


def _part(stack: StackOfFolder, value: StackResult, stack_results: StackResults, draw: as_html.Draw) -> StackSection:
    after = listed(stack.depends_on)
    if isinstance(value, FailedComparison):
        return _failed(stack.name, after, value.what, value.why)
    against = value if isinstance(value, Difference) else None
    preview = stack_results.previews[stack.name] if isinstance(value, Difference) else value
    assert not isinstance(preview, RenderedStack)
    page, rows = as_html.contents(preview, against, draw, stack_results.links), dict(summary(preview.shown))
    row = tuple(rows[column] for column in _COLUMNS)
    return StackSection(stack.name, _prefix(stack.name), after, page["verdict"], row, page)


def _failed(name: str, after: str, text: str, why: str) -> StackSection:
    return StackSection(name, _prefix(name), after, ("bad", text), ("not known",) * len(_COLUMNS), {}, why)


def _prefix(name: str) -> str:
    """Returns the prefix of the ids of a stack's part: no two parts share an id, and no id has a space."""
    return f"{quote(name, safe='')}:"


def _verdict(parts: list[StackSection], stack_results: StackResults) -> tuple[str, str]:
    """The level of the whole, and the sentence for it."""
    if not parts and not stack_results.ended and not stack_results.between:
        return "good", f"No stack differs from {stack_results.revision}"
    count = plural(len(parts), "stack")
    bad, look = (sum(part.verdict[0] == level for part in parts) for level in ("bad", "look"))
    sentences = [f"{bad} of {count} must not be deployed as they are"] if bad else []
    sentences += [f"{look} of {count} to look at"] if look else []
    sentences += (
        [f"{plural(len(stack_results.ended), 'stack file')} must not be removed"] if stack_results.ended else []
    )
    sentences += [f"{between.counts(stack_results.between)} between stacks"] if stack_results.between else []
    unknown = any(part.verdict[0] == "unknown" for part in parts)
    conflicts = bool(stack_results.between)
    stop = bad or stack_results.ended or stack_results.conflicts("error")
    level = "bad" if stop else "look" if look or conflicts else "unknown" if unknown else "good"
    return level, "; ".join(sentences) if sentences else f"{count} without errors and warnings"
