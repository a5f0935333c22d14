"""Findings that the stack file accepts, in the three forms of a preview."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from amlz.checks.accepted.finding import Accepted
from amlz.checks.naming import Names
from amlz.reports.styled import heading, joined_text, led_by

TITLE = "Accepted, and not counted"


def why(accepted: Accepted) -> str:
    """Until when, where it was decided, and why."""
    return f"Accepted until {accepted.by.expires_on} ({accepted.by.ticket}): {accepted.by.reason}"


def text(accepted: Iterable[Accepted], names: Names, width: int) -> str:
    """For a terminal, or nothing."""
    lines = [line for one in accepted for line in _lines(one, names, width)]
    return joined_text("\n", [heading(TITLE), *lines]) if lines else ""


def _lines(accepted: Accepted, names: Names, width: int) -> Iterator[str]:
    finding = accepted.finding
    head = f"  {finding.severity.value:<8} {finding.check}  {names.of_finding(finding).full}"
    yield led_by(finding.severity.value, head)
    for item in (finding.message, why(accepted)):
        yield from textwrap.wrap(
            item, width, initial_indent=" " * 11, subsequent_indent=" " * 11, break_long_words=False
        )


def summary(accepted: tuple[Accepted, ...]) -> str:
    """Returns the sentence on accepted findings next to the counts."""
    return f", {len(accepted)} accepted" if accepted else ""
