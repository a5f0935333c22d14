"""Facts of the published type beyond its shape: properties that ARM requires, and those that only Azure writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure import table
from amlz.azure.graph import is_unknown


def takes_tags(token: str) -> bool:
    """Returns whether the SDK's class takes tags. Azure Policy's own list of taggable types is another, and differs."""
    return bool(table.entry(token)["tags"])


def takes_location(token: str) -> bool:
    """Returns whether the SDK's class takes a location."""
    return bool(table.entry(token)["location"])


def required(token: str) -> tuple[str, ...]:
    """Paths that ARM requires of the resource itself (`properties/sku`), each where what encloses it is there."""
    entry = table.entry(token)
    return tuple(table.shapes(token)[entry["shape"]].get("needs", ()))


def read_only(token: str) -> tuple[str, ...]:
    """Paths that only Azure writes, at the top and in `properties`."""
    return tuple(table.entry(token)["readOnly"])


def missing(token: str, body: dict[str, Any]) -> tuple[str, ...]:
    """Returns the required properties that a body lacks, at every depth, as paths (`properties/subnets[0]/name`)."""
    return tuple(_Lacks(table.shapes(token)).of(body, table.entry(token)["shape"], ""))


class _Lacks:
    """Walks a body by the shapes it was made from."""

    def __init__(self, shapes: list[dict[str, Any]]) -> None:
        self.shapes = shapes

    def of(self, value: Any, shape: int, path: str) -> Iterator[str]:
        """Returns the properties that a value of a shape lacks; lists item by item. An unknown value lacks nothing."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.of(item, shape, f"{path}[{index}]")
        if not isinstance(value, dict) or is_unknown(value):
            return
        for need in self.shapes[shape].get("needs", ()):
            *above, last = need.split("/")
            holder = _at(value, above)
            if isinstance(holder, dict) and not is_unknown(holder) and holder.get(last) is None:
                yield f"{path}/{need}".lstrip("/")
        for rule in self.shapes[shape]["as"].values():
            if not isinstance(rule, str):
                yield from self._below(_at(value, rule[0].split("/")), rule[1], f"{path}/{rule[0]}".lstrip("/"))

    def _below(self, value: Any, child: dict[str, Any], path: str) -> Iterator[str]:
        if "map" in child and isinstance(value, dict) and not is_unknown(value):
            one = {k: v for k, v in child.items() if k != "map"}
            for key, item in value.items():
                yield from self._below(item, one, f"{path}/{key}")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._below(item, child, f"{path}[{index}]")
        elif "is" in child:
            yield from self.of(value, child["is"], path)
        elif "by" in child and isinstance(value, dict) and value.get(child["tag"]) in child["cases"]:
            yield from self.of(value, child["cases"][value[child["tag"]]], path)


def _at(value: Any, path: list[str]) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value
