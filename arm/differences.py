"""Where two values differ: by path, members of lists by their names, ids without regard to case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One property that differs. None stands for absent."""

    path: str
    old: Any
    new: Any


def rows_of(old: Any, new: Any, path: str = "") -> Iterator[Row]:
    """Each place at which two values differ. Members with a name are compared by it, so their order does not matter."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            inner = f"{path}.{key}" if path else key
            if key not in new or key not in old:
                yield Row(inner, old.get(key), new.get(key))
            else:
                yield from rows_of(old[key], new[key], inner)
    elif _named(old) and _named(new):
        for row in rows_of({_name(each): each for each in old}, {_name(each): each for each in new}):
            name, dot, rest = row.path.partition(".")
            yield Row(f"{path}[{name}]{dot}{rest}", row.old, row.new)
    elif not _same(old, new):
        yield Row(path, old, new)


def _same(old: Any, new: Any) -> bool:
    """Equality; ids are compared without regard to case."""
    if isinstance(old, str) and isinstance(new, str) and old[:1] == new[:1] == "/":
        return old.lower() == new.lower()
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(old == new)


def _named(value: Any) -> bool:
    """Whether a list's members have names that differ and hold no dot, so that they are a set by name."""
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        return False
    names = [_name(each) for each in value]
    return all(names) and len(set(names)) == len(names) and not any("." in name for name in names)


def _name(member: Mapping[str, Any]) -> str:
    for key in ("name", "policyDefinitionReferenceId", "category", "categoryGroup"):
        if isinstance(member.get(key), str):
            return str(member[key])
    return ""
