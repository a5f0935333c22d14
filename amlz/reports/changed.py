"""Resources that change, in lines: what differs at many of them once, the rest one by one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from amlz.azure.change_rule import Kind
from amlz.azure.changes import PropertyChange
from amlz.azure.differences import PropertyDifference
from amlz.core.words import noun_of, plural
from amlz.diff.difference import Changed

_DOES = {
    Kind.REPLACES: "replaces it",
    Kind.REFUSED: "Azure refuses",
    Kind.FIXED: "cannot be changed",
    Kind.IGNORED: "Azure ignores it",
    Kind.IN_USE: "Azure refuses it while in use",
    Kind.UNKNOWN: "not known what Azure does",
    Kind.UPDATES: "",
}
#: Maximum of rows of one resource that are shown; JSON has all.
_CUT = 12
#: Number of resources from which on the same difference is shown once.
_MANY = 4
#: The most characters of a value.
_LONG = 100


def changed_lines(all_changed: Sequence[Changed]) -> Iterator[str]:
    """Each resource and, indented, what differs; first what is the same at many."""
    for title, changes, further in changed_groups(all_changed):
        yield title
        yield from (f"  {change_line(change)}" for change in changes)
        if further:
            yield f"  and {further}"


def changed_groups(all_changed: Sequence[Changed]) -> Iterator[tuple[str, list[PropertyChange], str]]:
    """Each resource with its changes, in words how many are left out, "" for none; first what is the same at many."""
    counts = Counter(_same(change) for changed in all_changed for change in changed.changes)
    often = {key for key, count in counts.items() if count >= _MANY}
    known: set[Hashable] = set()
    for change in (change for changed in all_changed for change in changed.changes):
        key = _same(change)
        if key in often and key not in known:
            known.add(key)
            yield f"{plural(counts[key], 'resource')}, the same at each", [change], ""
    for changed in all_changed:
        yield from _one(changed, [change for change in changed.changes if _same(change) not in often])


def _same(change: PropertyChange) -> Hashable:
    return change.row.path, repr(change.row.old), repr(change.row.new), change.kind, change.rule.why


def _one(changed: Changed, own: list[PropertyChange]) -> Iterator[tuple[str, list[PropertyChange], str]]:
    """Returns a resource with its own differences; nothing where all of them are in a shared entry."""
    if not own and not changed.replaced:
        return
    became = changed.resource["name"]
    title = where(changed.before) + (f", becomes {became}" if became != changed.before["name"] else "")
    left = len(own) - _CUT
    further = plural(left, "further property", "further properties") if left > 0 else ""
    yield title, sorted(own, key=lambda change: change.kind is Kind.UPDATES)[:_CUT], further


def change_line(change: PropertyChange) -> str:
    """A property, from what to what, and what Azure does where it is not simply made."""
    effect = does(change)
    return f"{change.row.path}: {becomes(change.row)}{f' ({effect})' if effect else ''}"


def where(resource: Any) -> str:
    """A resource with its project and environment."""
    owner = f"{resource['project']}, {resource['environment']}: " if resource["project"] else ""
    return f"{owner}{noun_of(resource['armType']).one} {resource['name']}"


def does(change: PropertyChange) -> str:
    """Returns the effect of a change, in words; "" where it is simply made."""
    why = "" if change.kind is Kind.UNKNOWN and not change.rule.source else change.rule.why
    return ": ".join(part for part in (_DOES[change.kind], why) if part)


def becomes(row: PropertyDifference) -> str:
    """From what to what. Of long lists, the added and removed entries; of long ids, from the first difference."""
    entries = _entries(row)
    if entries:
        return "; ".join(f"{word} {text}" for word, text in zip(("adds", "drops"), entries[::-1], strict=True) if text)
    old, new = sides(row)
    return f"{old} becomes {new}"


def sides(row: PropertyDifference) -> tuple[str, str]:
    """The old and the new value, as `becomes` has them; "" for a side of a long list that has no change."""
    entries = _entries(row)
    if entries:
        return entries
    old, new = row.old, row.new
    if isinstance(old, str) and isinstance(new, str) and old[:1] == new[:1] == "/" and len(old) + len(new) > _LONG:
        parts = zip(old.split("/"), new.split("/"), strict=False)
        same = sum(len(one) + 1 for one in _leading(parts))
        return f"…/{value(old[same:])}", f"…/{value(new[same:])}"
    return value(old), value(new)


def _entries(row: PropertyDifference) -> tuple[str, str] | None:
    """Removed and added entries of long lists, "" for none; None for other values."""
    old, new = row.old, row.new
    if isinstance(old, list) and isinstance(new, list) and len(_text(old)) + len(_text(new)) > _LONG:
        went, came = [item for item in old if item not in new], [item for item in new if item not in old]
        if came or went:
            return (value(_words(went)) if went else "", value(_words(came)) if came else "")
    return None


def _leading(parts: Iterator[tuple[str, str]]) -> Iterator[str]:
    for one, other in parts:
        if one.lower() != other.lower():
            return
        yield one


def _words(part: list[Any]) -> Any:
    return ", ".join(part) if all(isinstance(item, str) for item in part) else part


def value(actual: Any) -> str:
    """An old or new value in at most 100 characters."""
    if actual is None:
        return "absent"
    if isinstance(actual, dict) and list(actual) == ["$unknown"]:
        return f"known only at deployment ({actual['$unknown']})"
    text = _text(actual)
    return text if len(text) <= _LONG else f"{text[: _LONG - 3]}..."


def _text(actual: Any) -> str:
    return actual if isinstance(actual, str) else json.dumps(actual, ensure_ascii=False)
