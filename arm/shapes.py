"""From Pulumi's inputs to the body of an ARM request.

azure-native flattens ARM's `properties` into their parents, at several depths and differently for each type, and
renames a few. How, stands in data/*.json, derived by tools/derive_shapes.py. What does not stand there is an error: a key that
the table does not know would be a guess.
"""

from __future__ import annotations

import difflib
import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arm.graph import is_unknown
from arm.ids import extension_id, resource_group_id, resource_id

_DATA = Path(__file__).parent / "data"


class UnmappedInput(Exception):
    """A token or key that the table does not have: of which resource, where, and what is near to it."""


@dataclass(frozen=True, slots=True)
class ArmType:
    """What a Pulumi token is to ARM. `path`: inputs that form the id; `scope`: resourceGroup or extension."""

    arm_type: str
    api_version: str
    scope: str
    path: tuple[str, ...]


def arm_type(token: str) -> ArmType:
    """The ARM type of a token. Raises UnmappedInput for one that the table does not have."""
    entry = _entry(token)
    return ArmType(entry["arm"], entry["api"], entry["scope"], tuple(entry["path"]))


def to_body(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What an ARM PUT would carry. `inputs` are as the provider gets them, in camelCase.

    Values known only at deployment pass through. Raises UnmappedInput for a key that the table does not have.
    """
    entry = _entry(token)
    left_out = {*entry["path"], *entry["query"]}
    body = {key: value for key, value in inputs.items() if key not in left_out}
    converted: dict[str, Any] = _Converter(token, _module(token)["shapes"]).convert(body, entry["shape"], "")
    return converted


def id_of(token: str, inputs: dict[str, Any], subscription: str) -> str | None:
    """Where the request would go; None where a part of the id is known only at deployment."""
    entry = _entry(token)
    parts = [inputs.get(name) for name in entry["path"]]
    if not all(isinstance(part, str) for part in parts):
        return None
    first, *names = (str(part) for part in parts)
    if entry["scope"] == "extension":
        return extension_id(first, entry["arm"], *names)
    if not names:
        return resource_group_id(subscription, first)
    return resource_id(subscription, first, entry["arm"], *names)


class _Converter:
    """Converts the inputs of one resource."""

    def __init__(self, token: str, shapes: list[dict[str, Any]]) -> None:
        self.token, self.shapes = token, shapes

    def convert(self, value: Any, shape: int, path: str) -> Any:
        """A value of a shape; lists are converted item by item."""
        if isinstance(value, list):
            return [self.convert(item, shape, f"{path}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, dict) or is_unknown(value):
            return plain(value)
        table = self.shapes[shape]
        body: dict[str, Any] = {}
        for key, item in value.items():
            rule = key if key in table["same"] else table.get(key) if key != "same" else None
            if rule is None:
                raise self._unmapped(key, table, path)
            target, child = (rule, None) if isinstance(rule, str) else rule
            converted = plain(item) if child is None else self._below(item, child, f"{path}.{key}" if path else key)
            _put(body, target.split("/"), converted)
        return body

    def _below(self, value: Any, child: dict[str, Any], path: str) -> Any:
        if "keys" in child and isinstance(value, list):
            return {str(key): {} for key in value}
        if "map" in child and isinstance(value, dict) and not is_unknown(value):
            one = {k: v for k, v in child.items() if k != "map"}
            return {key: self._below(item, one, f"{path}.{key}") for key, item in value.items()}
        if "is" in child:
            return self.convert(value, child["is"], path)
        if isinstance(value, list):
            return [self._below(item, child, f"{path}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, dict) or is_unknown(value):
            return plain(value)
        case = value.get(child["by"])
        if case not in child["cases"]:
            known = ", ".join(child["cases"])
            raise UnmappedInput(f"{self.token}: {path}.{child['by']} is {case!r}; the table knows {known}")
        return self.convert(value, child["cases"][case], path)

    def _unmapped(self, key: str, table: dict[str, Any], path: str) -> UnmappedInput:
        known = [*table["same"], *(name for name in table if name != "same")]
        near = difflib.get_close_matches(key, known, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return UnmappedInput(f"{self.token}: {path + '.' if path else ''}{key} has no place in the ARM body{hint}")


def plain(value: Any) -> Any:
    """A value as ARM writes it: whole numbers arrive from Pulumi as doubles."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _put(body: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        body = body.setdefault(part, {})
    body[path[-1]] = value


def _entry(token: str) -> dict[str, Any]:
    entry: dict[str, Any] | None = _module(token)["types"].get(token)
    if entry is None:
        raise UnmappedInput(f"{token} is not in the table of ARM types (arm/data)")
    return entry


def _module(token: str) -> dict[str, Any]:
    parts = token.split(":")
    if len(parts) != 3 or parts[0] != "azure-native":
        raise UnmappedInput(f"{token} is not a resource of azure-native")
    return _load(parts[1])


@functools.cache
def _load(module: str) -> dict[str, Any]:
    path = _DATA / f"{module}.json"
    if not path.exists():
        return {"types": {}, "shapes": []}
    data: dict[str, Any] = json.loads(path.read_text())
    for shape in data["shapes"]:
        shape["same"] = frozenset(shape["same"])
    return data
