"""The table that tools/derive_shapes.py derives (data/*.json): read one module at a time, at its first use.

A type: `arm`, `api`, `scope`, `path` (inputs that form the id), `beside` (inputs the URL carries otherwise), `tags` and
`location` (whether the SDK takes them), `readOnly` (what only Azure writes), `shape` (of its body). A shape: `same`
(keys that the body has as they are), `as` (the others: their paths, and with [path, below] the conversion of their
content), `needs` (keys ARM requires, each where its parent is there). Below is {"is": shape}, {"by": key, "tag": key in
ARM, "cases": {value: shape}} or {"keys": 1} (a list becomes an object with these keys), with "map" where it holds for
each value of an object.
"""

from __future__ import annotations

import difflib
import functools
import json
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


class UnmappedInput(Exception):
    """A token or key that the table does not have: of which resource, where, and what is near to it."""


def entry(token: str) -> dict[str, Any]:
    """Returns the row of a token. Raises UnmappedInput for one that it does not have."""
    types = _module(token)["types"]
    if token not in types:
        raise UnmappedInput(f"{token} is not in the table of ARM types (amlz/azure/data){near(token, types)}")
    result: dict[str, Any] = types[token]
    return result


def shapes(token: str) -> list[dict[str, Any]]:
    """The shapes of the token's module, by index."""
    values: list[dict[str, Any]] = _module(token)["shapes"]
    return values


def tokens() -> tuple[str, ...]:
    """Every token of the table; reads all of it."""
    modules = sorted(path.stem for path in _DATA.glob("*.json"))
    return tuple(sorted(token for module in modules for token in _load(module)["types"]))


def near(name: str, known: Any) -> str:
    """The end of a sentence about an unknown name: the known one that is likely meant, if there is one."""
    by_lower = {other.lower(): other for other in sorted(known)}
    close_matches = difflib.get_close_matches(name.lower(), by_lower, 1)
    return f"; did you mean {by_lower[close_matches[0]]}?" if close_matches else ""


def _module(token: str) -> dict[str, Any]:
    parts = token.split(":")
    if len(parts) != 3 or parts[0] != "azure-native":
        raise UnmappedInput(f"{token} is not a resource of azure-native")
    return _load(parts[1])


@functools.cache
def _load(module: str) -> dict[str, Any]:
    path = _DATA / f"{module}.json"
    if not module.isalnum() or not path.exists():
        return {"types": {}, "shapes": []}
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for shape in data["shapes"]:
        shape["same"] = frozenset(shape["same"])
    return data
