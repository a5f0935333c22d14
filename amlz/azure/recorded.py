"""Tables of recorded behaviour (data/recorded/*.json, derived by tools/derive_recorded.py) and their conditions.

A type (in lower case) has `added`: what Azure puts into an answer that the request does not have, `returned`: what it
gives back in another form, and `answers`: status, headers and duration of each method.

A row of `added`: `path` (`[]` for each item of a list, `*` for each value of an object), `value` with placeholders,
`when`: conditions on the request, all of which hold. `seen`: how often of how many times; `source`: a recording.
`settable`: requests may set the property. `contradicted`: Azure added values for which no condition is known; such a
row has no `value`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "recorded"

Row = Mapping[str, Any]


def of_type(kind: str) -> Mapping[str, Any]:
    """The rows of a type in lower case."""
    rows: Mapping[str, Any] = _namespace(kind.partition("/")[0]).get(kind, {})
    return rows


@cache
def _namespace(namespace: str) -> Mapping[str, Any]:
    path = DATA / f"{namespace}.json"
    if not path.exists():
        return {}
    result: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["types"]
    return result


def scalars(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value of a body outside of lists by its path, and every list and object as its kind."""
    if isinstance(value, dict):
        if path:
            yield path, "{}"
        for key, item in value.items():
            yield from scalars(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        yield path, "[]" if value else "none"
    elif value is not None:
        yield path, value


def holds(row: Row, sent: Mapping[str, Any], version: str, exists: bool) -> bool:
    """Returns whether the conditions of a row hold. `sent`: plain values of the request by path."""
    return all(_holds(sent, version, exists, condition) for condition in row.get("when", ()))


def _holds(sent: Mapping[str, Any], version: str, exists: bool, condition: tuple[str, str, Any]) -> bool:
    path, word, value = condition
    if path == "apiVersion":
        return bool(version >= value) if word == "from" else bool(version < value)
    if path == "exists":
        return exists is value
    result = sent.get(path)
    if isinstance(result, str):
        result = result.lower()
    if word == "set":
        return (result is not None) is value
    return bool((result in value) is (word == "is"))
