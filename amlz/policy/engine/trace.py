"""Result of a condition, and its reason: the tree that people read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine.values import MISSING, Interval, Unknown, lowered

Truth = bool | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition without parts, evaluated: `path` is the path that it read, if any, `actual` the value there.

    `left` and `right`: its sides as written. `selects`: the field in lower case, which separates conditions on the type
    from others. `of_field`: it compares a field of the resource, not a value or a count.
    """

    truth: Truth
    left: str
    operator: str
    right: str
    path: str | None
    expected: Any
    actual: Any
    selects: str | None = None
    of_field: bool = False

    @property
    def says(self) -> str:
        """Returns the condition in one line."""
        return f"{self.left} {self.operator} {self.right}"

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "condition": self.says,
            "path": self.path or "",
            "operator": self.operator,
            "expected": lowered(self.expected),
            "actual": lowered(self.actual),
            "truth": self.truth,
        }

    def sentence(self) -> str:
        """Returns the condition and the present value in words."""
        return f"{self.says}: it is {shown(self.actual)}"


@dataclass(frozen=True, slots=True)
class Trace:
    """A node of the tree. `word` is allOf, anyOf, not, count or condition; `error` is the reason why it could not be
    evaluated.
    """

    word: str
    truth: Truth
    children: tuple[Trace, ...] = ()
    leaf: Judged | None = None
    error: str | None = None
    skipped: bool = False

    def record(self) -> dict[str, Any]:
        """As JSON."""
        result: dict[str, Any] = {"kind": self.word, "truth": self.truth}
        if self.leaf is not None:
            result |= self.leaf.record()
        if self.error:
            result["error"] = self.error
        if self.skipped:
            result["skipped"] = True
        if self.children:
            result["parts"] = [child.record() for child in self.children]
        return result

    def lines(self, indent: str = "") -> Iterator[str]:
        """For a terminal: truth first, then the condition, with its parts below it."""
        mark = "error" if self.error else "-" if self.skipped else _TRUTH[self.truth]
        text = self.leaf.sentence() if self.leaf is not None and not self.skipped else self.word
        if self.leaf is not None and self.skipped:
            text = self.leaf.says
        yield f"{indent}{mark:<9} {self.error or text}"
        for child in self.children:
            yield from child.lines(indent + "  ")


_TRUTH = {True: "true", False: "false", None: "undecided"}


def shown(value: Any) -> str:
    """A value for a sentence, cut where it is long."""
    if value is MISSING:
        return "absent"
    if isinstance(value, Unknown):
        return f"known only at deployment ({value.what})"
    if isinstance(value, Interval):
        return f"{value.low} to {'any number' if value.high is None else value.high}"
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(lowered(value))
    return text if len(text) <= 160 else text[:157] + "..."


def hidden(trace: Trace) -> Iterator[str]:
    """Errors behind a condition that decided already: Azure does not promise an order, so it may meet them."""
    if trace.skipped and trace.error and not trace.children:
        yield trace.error
    for child in trace.children:
        yield from hidden(replace(child, skipped=True) if trace.skipped else child)


def deciding(trace: Trace) -> Iterator[Judged]:
    """The conditions that made a tree come out as it did."""
    if trace.skipped or trace.error:
        return
    if trace.leaf is not None:
        yield trace.leaf
    if trace.word == "count":
        return
    cut = (trace.word == "allOf" and trace.truth is False) or (trace.word == "anyOf" and trace.truth is True)
    alike = [child for child in trace.children if trace.word == "not" or child.truth is trace.truth]
    for child in alike[:1] if cut else alike:
        yield from deciding(child)
