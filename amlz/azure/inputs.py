"""From the body of an ARM request back to Pulumi's inputs: the other way of amlz/azure/shapes.py.

A policy or a person changes ARM's properties; the engine knows inputs. A property without an input is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure import table
from amlz.azure.graph import is_unknown
from amlz.azure.ids import parse


def from_body(token: str, body: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs that make this body. Values that the URL carries are taken from `inputs`, those that it was made
    of.
    """
    entry = table.entry(token)
    beside = {key: inputs[key] for key in (*entry["path"], *entry["beside"]) if key in inputs}
    return {**_BodyReader(table.shapes(token)).read(body, entry["shape"]), **beside}


def of_path(token: str, resource_id: str) -> dict[str, Any]:
    """The inputs that form an id. Raises amlz.azure.table.UnmappedInput for an unknown token."""
    entry, result = table.entry(token), parse(resource_id)
    values: list[str] = list(result.names)
    if entry["scope"] == "resourceGroup":
        values = [result.resource_group, *(values if len(entry["path"]) > 1 else ())]
    elif entry["scope"] == "extension":
        values = [resource_id[: resource_id.lower().rindex("/providers/")].lstrip("/"), *values]
    elif entry["scope"] == "cluster":
        cluster = parse(result.scope or "")
        values = [cluster.resource_group, *cluster.type.split("/", 1), *cluster.names, *values]
    elif entry["scope"] == "managementGroup":
        above = resource_id[: resource_id.lower().rindex("/providers/")]
        values = [above.rpartition("/")[2], *values]
    return {key: value for key, value in zip(entry["path"], values, strict=False) if not key.startswith("{")}


def misfit(token: str, body: dict[str, Any]) -> str | None:
    """The path of a value in a body that is no object or list where the type has one; None for none."""
    return next(_Misfits(table.shapes(token)).of(body, table.entry(token)["shape"], ""), None)


class _Misfits:
    """Walks a body by the shapes of one module."""

    def __init__(self, shapes: list[dict[str, Any]]) -> None:
        self.shapes = shapes

    def of(self, value: Any, shape: int, path: str) -> Iterator[str]:
        """Paths of misfits in a value of a shape."""
        if value is None or is_unknown(value):
            return
        if isinstance(value, list):
            for item in value:
                yield from self.of(item, shape, f"{path}[]")
            return
        if not isinstance(value, dict):
            yield path
            return
        for rule in self.shapes[shape]["as"].values():
            if isinstance(rule, str):
                continue
            holder, last = _at(value, rule[0].split("/"))
            below = f"{path}.{rule[0].replace('/', '.')}".lstrip(".")
            if holder is not None and not isinstance(holder, dict):
                yield below.rpartition(".")[0]
            elif holder is not None and "is" in rule[1]:
                yield from self._child(holder.get(last), rule[1], below)

    def _child(self, value: Any, child: dict[str, Any], path: str) -> Iterator[str]:
        if "map" not in child:
            yield from self.of(value, child["is"], path)
        elif isinstance(value, dict):
            for item in value.values():
                yield from self.of(item, child["is"], path)
        elif value is not None and not is_unknown(value):
            yield path


class _BodyReader:
    """Reads bodies by the shapes of one module."""

    def __init__(self, shapes: list[dict[str, Any]]) -> None:
        self.shapes = shapes

    def read(self, value: Any, shape: int) -> Any:
        """A value of a shape; lists item by item."""
        if isinstance(value, list):
            return [self.read(item, shape) for item in value]
        if not isinstance(value, dict) or is_unknown(value):
            return value
        result = {key: value[key] for key in sorted(self.shapes[shape]["same"]) if key in value}
        for key, rule in self.shapes[shape]["as"].items():
            path, child = (rule, None) if isinstance(rule, str) else rule
            holder, last = _at(value, path.split("/"))
            if isinstance(holder, dict) and last in holder:
                result[key] = holder[last] if child is None else self._below(holder[last], child)
        return result

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
        return self.read(value, child["cases"][case]) if isinstance(case, str) and case in child["cases"] else value


def _at(value: Any, path: list[str]) -> tuple[Any, str]:
    *above, last = path
    for part in above:
        value = value.get(part) if isinstance(value, dict) else None
    return value, last
