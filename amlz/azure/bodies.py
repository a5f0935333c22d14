"""Reads values of request bodies by path."""

from __future__ import annotations

from typing import Any

from amlz.azure.graph import Resource, is_unknown


def dig(actual: Any, path: str) -> Any:
    """Returns the value at a dotted path; None where it is absent, the unknown itself where one is on the path."""
    for part in path.split("."):
        if not isinstance(actual, dict):
            return None
        if is_unknown(actual):
            return actual
        actual = actual.get(part)
    return actual


def value(resource: Resource, path: str) -> Any:
    """The value at a dotted path of the body; None where it is absent."""
    return dig(resource.body, path)


def items(actual: Any) -> list[Any]:
    """A list's items; nothing for what is absent, the unknown itself where the list is unknown."""
    if is_unknown(actual):
        return [actual]
    return actual if isinstance(actual, list) else []
