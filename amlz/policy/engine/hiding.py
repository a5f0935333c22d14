"""Verdicts as they are written: without the secrets of the resource that they are about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from amlz.azure.secrets import HIDDEN, Hider, steps
from amlz.policy.engine.effects import Altered
from amlz.policy.engine.judge import Verdict
from amlz.policy.engine.trace import Judged, Trace
from amlz.policy.engine.values import Interval, Unknown, lowered

#: Paths of a body, whose values Pulumi knows to be secrets.
Marked = tuple[tuple[str | int, ...], ...]


def hidden_verdict(verdict: Verdict, hider: Hider, marked: Marked = ()) -> Verdict:
    """Returns a verdict as it is written; the same one where it reveals nothing."""
    if not verdict.says and verdict.trace is None and verdict.changes is None:
        return verdict
    changes = verdict.changes
    if changes is not None:
        changes = replace(
            changes,
            altered=tuple(_altered(altered, hider, marked) for altered in changes.altered),
            refuses=tuple(map(hider.text, changes.refuses)),
            notes=tuple(map(hider.text, changes.notes)),
            undecided=tuple(map(hider.text, changes.undecided)),
        )
    trace = verdict.trace and hidden_trace(verdict.trace, hider, marked)
    says = hider.text(verdict.says) if verdict.says else None
    return replace(verdict, says=says, changes=changes, trace=trace)


def hidden_trace(trace: Trace, hider: Hider, marked: Marked = ()) -> Trace:
    """A tree of conditions as it is written."""
    return replace(
        trace,
        children=tuple(hidden_trace(child, hider, marked) for child in trace.children),
        leaf=trace.leaf and _judged(trace.leaf, hider, marked),
        error=hider.text(trace.error) if trace.error else None,
    )


def _judged(leaf: Judged, hider: Hider, marked: Marked) -> Judged:
    expected = leaf.expected if _tells_nothing(leaf.expected) else hider.value(lowered(leaf.expected))
    left, right = hider.text(leaf.left), hider.text(leaf.right)
    return replace(leaf, left=left, right=right, expected=expected, actual=_at(leaf.path, leaf.actual, hider, marked))


def _altered(altered: Altered, hider: Hider, marked: Marked) -> Altered:
    before, after = (_at(altered.path, value, hider, marked) for value in (altered.before, altered.after))
    return replace(altered, before=before, after=after)


def _at(path: str | None, value: Any, hider: Hider, marked: Marked) -> Any:
    """The value at a path, hidden where Pulumi knows it, or something above it, to be a secret."""
    if _tells_nothing(value):
        return value
    at = tuple(str(step).lower() for step in steps(path or ""))
    for secret in marked:
        if at[: len(secret)] == tuple(str(step).lower() for step in secret):
            return HIDDEN
    return hider.at(path or "", lowered(value))


def _tells_nothing(value: Any) -> bool:
    return (
        value is None
        or isinstance(value, bool | Unknown | Interval)
        or not isinstance(value, str | int | float | dict | list | tuple)
    )
