"""Published definitions, and bodies made up for them from a seed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from amlz.policy.engine import aliases
from amlz.policy.engine.definition import Definition, Existence, definition
from amlz.policy.engine.values import MISSING

_ALIAS = re.compile(r"'([A-Za-z]+\.[A-Za-z.]+/[^']+)'")
_VALUES: tuple[Any, ...] = (
    *(None, "", "x", "Disabled", "Enabled", "10.0.0.0/24", "PT30M", "1", 0, 5, 5.5, True, False, [], {}, ["x"]),
    *({"k": "v"}, {"$unknown": "later"}),
)


@dataclass(frozen=True)
class PublishedPolicy:
    """A published definition. `names`: fields of a body that its rule reads; `words`: values that it compares with."""

    file: Path
    record: Mapping[str, Any]
    compiled: Definition
    names: tuple[str, ...]
    words: tuple[Any, ...]

    @property
    def types(self) -> list[str]:
        """The types that it looks at; some type where it looks at any."""
        named = {aliases.type_of(name) for name in self.names if not isinstance(self.compiled.details, Existence)}
        return sorted(self.compiled.types or named or {"microsoft.storage/storageaccounts"})

    @property
    def judged(self) -> Definition:
        """The definition in mode All, so that its conditions are met on any type; one of a provider as it is."""
        return self.compiled if self.compiled.data_plane else replace(self.compiled, mode="All")

    @property
    def values(self) -> dict[str, Any]:
        """A value for every parameter: the default, or one of its type."""
        made = {"string": "x", "array": ["x"], "object": {}, "boolean": True, "integer": 5, "float": 5.5}
        return {
            name: p.allowed[0]
            if p.default is MISSING and p.allowed
            else made.get(p.type, "2026-01-01T00:00:00Z")
            if p.default is MISSING
            else p.default
            for name, p in self.compiled.parameters.items()
        }


def published(folder: Path) -> list[PublishedPolicy]:
    """Every definition below a folder, in the order of their paths. Those of `caf` are parameter files."""
    return [_read(path) for path in sorted(folder.rglob("*.json")) if _is_definition(path)]


def _is_definition(path: Path) -> bool:
    return path.name != "types.json" and "policy_set_definition" not in path.name


def _read(path: Path) -> PublishedPolicy:
    data = json.loads(path.read_text(encoding="utf-8"))
    if path.parent.name == "caf":
        given = {name: entry["value"] for name, entry in data["parameters"].items()}
        data = {
            "name": given["policyName"],
            "mode": given["policyMode"],
            "parameters": given["policyParameters"],
            "policyRule": given["policyDefinition"],
        }
    rule = data.get("properties", data)["policyRule"]
    details = rule["then"].get("details")
    read = [rule["if"], details.get("existenceCondition", {}) if isinstance(details, Mapping) else {}]
    names = sorted({name for name in _fields(read) if "/" in name})
    return PublishedPolicy(path, data, definition(data), tuple(names), tuple(_words(read)))


def _fields(actual: Any) -> Iterator[str]:
    if isinstance(actual, Mapping):
        for key, value in actual.items():
            if key.lower() == "field" and isinstance(value, str) and not value.startswith("["):
                yield value
            else:
                yield from _fields(value)
    elif isinstance(actual, list):
        for member in actual:
            yield from _fields(member)
    elif isinstance(actual, str):
        yield from _ALIAS.findall(actual)


def _words(actual: Any) -> Iterator[Any]:
    if isinstance(actual, Mapping):
        for key, value in actual.items():
            if key.lower() not in ("field", "value", "count", "where", "allof", "anyof", "not"):
                yield from value if isinstance(value, list) else [value]
            else:
                yield from _words(value)
    elif isinstance(actual, list):
        for member in actual:
            yield from _words(member)


def bodies(of: PublishedPolicy, resource_type: str, chance: random.Random, number: int) -> Iterator[dict[str, Any]]:
    """Bodies with values that the rule compares with, wrong ones, and gaps, at the paths that it reads."""
    catalogue = aliases.embedded()
    paths = [alias.path for name in of.names if (alias := catalogue.find(resource_type, name)) and alias.path]
    for at in range(number):
        body: dict[str, Any] = {"type": resource_type, "name": chance.choice(["thing", "parent/leaf"])}
        body["apiVersion"] = chance.choice(["2019-01-01", "2024-10-01", "2031-01-01-preview", ""])
        body |= {"location": "westeurope"} if chance.random() < 0.7 else {}
        body |= {"tags": {"env": chance.choice(_VALUES)}} if chance.random() < 0.5 else {}
        body |= {"kind": chance.choice(_VALUES)} if chance.random() < 0.5 else {}
        for path in paths:
            if chance.random() < 0.8:
                _put(body, path.replace("[*]", ".[*]").split("."), of, chance)
        yield {**body, "id": f"/subscriptions/s/resourceGroups/g/providers/{resource_type}/thing{at}"}


def _put(holder: dict[str, Any], steps: list[str], of: PublishedPolicy, chance: random.Random) -> None:
    """Sets a value at the end of a path, or leaves it where something else is in the way."""
    step, rest = steps[0], steps[1:]
    if not rest:
        holder[step] = deepcopy(chance.choice(of.words if of.words and chance.random() < 0.5 else _VALUES))
    elif rest[0] == "[*]":
        members = holder.setdefault(step, [{} for _ in range(chance.randint(0, 3))])
        if rest == ["[*]"]:
            holder[step] = [deepcopy(chance.choice(_VALUES)) for _ in range(chance.randint(0, 3))]
        elif isinstance(members, list):
            for member in members:
                if isinstance(member, dict):
                    _put(member, rest[1:], of, chance)
    else:
        inner = holder.setdefault(step, {})
        if isinstance(inner, dict):
            _put(inner, rest, of, chance)
