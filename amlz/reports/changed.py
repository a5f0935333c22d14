"""Resources that change, in lines: what differs at many of them once, the rest one by one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from amlz.azure.change_rule import Kind
from amlz.azure.changes import PropertyChange
from amlz.azure.differences import PropertyDifference
from amlz.core.words import counted, plural
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


def changed_lines(found: Sequence[Changed]) -> Iterator[str]:
    """Each resource and, indented, what differs; first what is the same at many."""
    counts = Counter(_same(change) for each in found for change in each.changes)
    often = {key for key, count in counts.items() if count >= _MANY}
    known: set[Hashable] = set()
    for change in (change for each in found for change in each.changes):
        key = _same(change)
        if key in often and key not in known:
            known.add(key)
            yield f"{plural(counts[key], 'resource')}, the same at each"
            yield f"  {_row(change)}"
    for each in found:
        yield from _one(each, [change for change in each.changes if _same(change) not in often])


def _same(change: PropertyChange) -> Hashable:
    return change.row.path, repr(change.row.old), repr(change.row.new), change.kind, change.rule.why


def _one(changed: Changed, own: list[PropertyChange]) -> Iterator[str]:
    """Returns a resource with its own differences; nothing where all of them are in a shared entry."""
    if not own and not changed.replaced:
        return
    became = changed.resource["name"]
    yield where(changed.before) + (f", becomes {became}" if became != changed.before["name"] else "")
    for change in sorted(own, key=lambda change: change.kind is Kind.UPDATES)[:_CUT]:
        yield f"  {_row(change)}"
    if len(own) > _CUT:
        yield f"  and {plural(len(own) - _CUT, 'further property', 'further properties')}"


def _row(change: PropertyChange) -> str:
    what = does(change)
    return f"{change.row.path}: {becomes(change.row)}{f' ({what})' if what else ''}"


def where(resource: Any) -> str:
    """A resource with its project and environment."""
    owner = f"{resource['project']}, {resource['environment']}: " if resource["project"] else ""
    return f"{owner}{counted(1, resource['armType']).removeprefix('1 ')} {resource['name']}"


def does(change: PropertyChange) -> str:
    """Returns the effect of a change, in words; "" where it is simply made."""
    why = "" if change.kind is Kind.UNKNOWN and not change.rule.source else change.rule.why
    return ": ".join(part for part in (_DOES[change.kind], why) if part)


def becomes(row: PropertyDifference) -> str:
    """From what to what. Of long lists, the added and removed entries; of long ids, from the first difference."""
    old, new = row.old, row.new
    if isinstance(old, list) and isinstance(new, list) and len(_text(old)) + len(_text(new)) > _LONG:
        came, went = [each for each in new if each not in old], [each for each in old if each not in new]
        if came or went:
            return "; ".join(
                f"{word} {value(_words(part))}" for word, part in (("adds", came), ("drops", went)) if part
            )
    if isinstance(old, str) and isinstance(new, str) and old[:1] == new[:1] == "/" and len(old) + len(new) > _LONG:
        parts = zip(old.split("/"), new.split("/"), strict=False)
        same = sum(len(one) + 1 for one in _leading(parts))
        return f"…/{value(old[same:])} becomes …/{value(new[same:])}"
    return f"{value(old)} becomes {value(new)}"


def _leading(parts: Iterator[tuple[str, str]]) -> Iterator[str]:
    for one, other in parts:
        if one.lower() != other.lower():
            return
        yield one


def _words(part: list[Any]) -> Any:
    return ", ".join(part) if all(isinstance(each, str) for each in part) else part


def value(found: Any) -> str:
    """An old or new value in at most 100 characters."""
    if found is None:
        return "absent"
    if isinstance(found, dict) and list(found) == ["$unknown"]:
        return f"known only at deployment ({found['$unknown']})"
    told = _text(found)
    return told if len(told) <= _LONG else f"{told[: _LONG - 3]}..."


def _text(found: Any) -> str:
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
