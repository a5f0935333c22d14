"""From the body of an ARM request back to Pulumi's inputs: the other way of amlz/azure/shapes.py.

What a policy or a person changes is changed in ARM's words; the engine knows inputs. What has no input is left out.
"""

from __future__ import annotations

from typing import Any

from amlz.azure import table
from amlz.azure.graph import is_unknown


def from_body(token: str, body: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs that make this body. What the URL carries is taken from `inputs`, those that it was made of."""
    entry = table.entry(token)
    beside = {key: inputs[key] for key in (*entry["path"], *entry["beside"]) if key in inputs}
    return {**_Reader(table.shapes(token)).read(body, entry["shape"]), **beside}


class _Reader:
    """Reads bodies by the shapes of one module."""

    def __init__(self, shapes: list[dict[str, Any]]) -> None:
        self.shapes = shapes

    def read(self, value: Any, shape: int) -> Any:
        """A value of a shape; lists item by item."""
        if isinstance(value, list):
            return [self.read(item, shape) for item in value]
        if not isinstance(value, dict) or is_unknown(value):
            return value
        found = {key: value[key] for key in sorted(self.shapes[shape]["same"]) if key in value}
        for key, rule in self.shapes[shape]["as"].items():
            path, child = (rule, None) if isinstance(rule, str) else rule
            holder, last = _at(value, path.split("/"))
            if isinstance(holder, dict) and last in holder:
                found[key] = holder[last] if child is None else self._below(holder[last], child)
        return found

    def _below(self, value: Any, child: dict[str, Any]) -> Any:
        if is_unknown(value) or not isinstance(value, dict | list):
            return value
        if "map" in child and isinstance(value, dict):
            one = {key: rule for key, rule in child.items() if key != "map"}
            return {key: self._below(item, one) for key, item in value.items()}
        if "keys" in child:
            return list(value)
        if isinstance(value, list):
            return [self._below(item, child) for item in value]
        if "is" in child:
            return self.read(value, child["is"])
        case = value.get(child["tag"])
        return self.read(value, child["cases"][case]) if case in child["cases"] else value


def _at(value: Any, path: list[str]) -> tuple[Any, str]:
    *above, last = path
    for part in above:
        value = value.get(part) if isinstance(value, dict) else None
    return value, last
