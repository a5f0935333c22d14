"""Differences between two values: by path, members of lists by name, ids in any case, sets in any order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PropertyDifference:
    """One property that differs. None is absent."""

    path: str
    old: Any
    new: Any


#: Lists whose order has a meaning: the first servers to query, operations that run one after the other.
#: https://learn.microsoft.com/azure/virtual-network/manage-virtual-network
#: https://learn.microsoft.com/azure/governance/policy/concepts/effect-modify
ORDERED = frozenset(("dnsServers", "servers", "operations"))


def rows_of(old: Any, new: Any, path: str = "") -> Iterator[PropertyDifference]:
    """Returns each path at which two values differ. Members with a name are compared by it, and order does not
    matter.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        theirs = {_key(key): key for key in new}
        for key in old:
            other = theirs.pop(_key(key), None)
            inner = f"{path}.{key}" if path else key
            if other is not None and old[key] is not None and new[other] is not None:
                yield from rows_of(old[key], new[other], inner)
            elif not (old[key] is None and (other is None or new[other] is None)):
                yield PropertyDifference(inner, old[key], None if other is None else new[other])
        for key in theirs.values():
            if new[key] is not None:
                yield PropertyDifference(f"{path}.{key}" if path else key, None, new[key])
    elif _named(old) and _named(new):
        for row in rows_of({_name(item): item for item in old}, {_name(item): item for item in new}):
            name, dot, rest = row.path.partition(".")
            yield PropertyDifference(f"{path}[{name}]{dot}{rest}", row.old, row.new)
    elif canonical(old, path.rpartition(".")[2]) != canonical(new, path.rpartition(".")[2]):
        yield PropertyDifference(path, old, new)


def canonical(value: Any, key: str = "") -> Any:
    """Returns the same for values of the same meaning: ids in lower case, absent values left out, lists in one order.

    `key`: the key of the value.
    """
    if isinstance(value, dict):
        return {_key(name): canonical(item, name) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        members = [canonical(item) for item in value]
        return members if key in ORDERED else sorted(members, key=lambda item: json.dumps(item, sort_keys=True))
    return _key(value) if isinstance(value, str) else value


def _key(text: str) -> str:
    """An id without regard to case, any other text as it is."""
    return text.lower() if text[:1] == "/" and text.lower().startswith(_IDS) else text


_IDS = ("/subscriptions/", "/providers/")


def _named(value: Any) -> bool:
    """Returns whether a list's members have names that differ and hold no dot, so that they are a set by name."""
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        return False
    names = [_name(item) for item in value]
    return all(names) and len(set(names)) == len(names) and not any("." in name for name in names)


def _name(member: Mapping[str, Any]) -> str:
    for key in ("name", "policyDefinitionReferenceId", "category", "categoryGroup"):
        if isinstance(member.get(key), str):
            return str(member[key])
    return ""
