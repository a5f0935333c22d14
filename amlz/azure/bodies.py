"""Reads values of request bodies by path."""

from __future__ import annotations

from typing import Any

from amlz.azure.graph import Resource, is_unknown


def dig(found: Any, path: str) -> Any:
    """Returns the value at a dotted path; None where it is absent, the unknown itself where one is on the path."""
    for part in path.split("."):
        if not isinstance(found, dict) or is_unknown(found):
            return found if is_unknown(found) else None
        found = found.get(part)
    return found


def value(resource: Resource, path: str) -> Any:
    """The value at a dotted path of the body; None where it is absent."""
    return dig(resource.body, path)


def items(found: Any) -> list[Any]:
    """A list's items; nothing for what is absent, the unknown itself where the list is unknown."""
    if is_unknown(found):
        return [found]
    return found if isinstance(found, list) else []
