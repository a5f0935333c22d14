"""Reading remedies: the steps of a text, and changing stack files and bodies by them."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

import yaml

#: The value of a key that a step removes.
REMOVED = object()

_SET = re.compile(r"`([^`]+)`(?: of \S+)? to `([^`]+)`")
_REMOVE = re.compile(r"(?i)\bremove `([^`]+)`")
_PART = re.compile(r"[^.\[\]]+")


def steps(remedy: str) -> dict[str, Any]:
    """The first step that a remedy has in full, by its key: the value to set, or REMOVED.

    Where a remedy leaves a choice ("or"), the first is taken; steps with "and" belong together.
    """
    first = re.split(r", or |\. ", remedy)[0] if "No action needed" not in remedy[:16] else remedy
    empty: dict[str, Any] = dict.fromkeys(_REMOVE.findall(first), REMOVED)
    return empty | {key: yaml.safe_load(value) for key, value in _SET.findall(first)}


def named(remedy: str) -> set[str]:
    """Every text between backticks."""
    return set(re.findall(r"`([^`]+)`", remedy))


def changed(tree: Any, edits: Mapping[str, Any]) -> Any:
    """A copy of a mapping with values at dotted paths set or removed; `[0]` is an item of a list."""
    tree = copy.deepcopy(tree)
    for path, value in edits.items():
        *above, last = (int(part) if part.isdigit() else part for part in _PART.findall(path))
        here = tree
        for part in above:
            here = here.setdefault(part, {}) if isinstance(here, dict) else here[part]
        if value is REMOVED:
            del here[last]
        else:
            here[last] = value
    return tree


def fits(template: str, text: str) -> bool:
    """Returns whether a text is a template with its {words} filled in."""
    plain = re.escape(template.replace("{{", "{").replace("}}", "}"))
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", ".*", plain), text, re.DOTALL) is not None
