"""Aliases: from (resource type, alias) to a path in the body, by API version. The data comes from outside.

An alias is data, not a naming rule: what is not in the catalogue has no path here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from pathlib import Path as File
from typing import Any

from amlz.dataclass import dataclass
from amlz.policy.engine.errors import BadInput

#: A step into every member of an array.
STAR = "[*]"
EMBEDDED = File(__file__).parents[1] / "data" / "aliases.json"


@dataclass(frozen=True, slots=True)
class Path:
    """A path in a body. `arrays`: the part up to each `[*]`, innermost first: what a count can be bound to."""

    text: str
    steps: tuple[str, ...]
    arrays: tuple[tuple[str, ...], ...]


@cache
def path(text: str) -> Path:
    """`properties.rules[*].value` as steps, in lower case, since paths match without regard to case."""
    steps: list[str] = []
    for part in text.split("."):
        name, *stars = part.split(STAR)
        steps += [name.lower()] if name else []
        steps += [STAR] * len(stars)
    whole = tuple(steps)
    arrays = tuple(whole[: at + 1] for at in reversed(range(len(whole))) if whole[at] == STAR)
    return Path(text, whole, arrays)


@dataclass(frozen=True, slots=True)
class Alias:
    """Path of an alias. `versions`: API versions with another path, or with none ("").

    `modifiable`: whether the modify effect may change it; None where that is not known. `token`: its JSON type.
    """

    name: str
    path: str
    versions: Mapping[str, str] = field(default_factory=dict)
    modifiable: bool | None = None
    token: str | None = None

    def at(self, api_version: str) -> Path | None:
        """The path in requests of this API version; None where the property does not exist there."""
        text = self.versions.get(api_version.lower(), self.path)
        return path(text) if text else None


def type_of(alias: str) -> str:
    """Returns the resource type that an alias names, in lower case: the part before the last slash."""
    return alias.split("[", 1)[0].rpartition("/")[0].lower()


@dataclass(frozen=True)
class Catalogue:
    """Every known alias, by lower-case name; `by_type` holds those whose path depends on the type."""

    aliases: Mapping[str, Alias]
    by_type: Mapping[tuple[str, str], Alias] = field(default_factory=dict)

    def find(self, resource_type: str, name: str) -> Alias | None:
        """The alias for a resource type (lower case); None where nobody knows it."""
        lower = name.lower()
        return self.by_type.get((resource_type, lower)) or self.aliases.get(lower)

    def belongs(self, resource_type: str, name: str) -> bool:
        """Returns whether an alias is one of this type (lower case). Old ones name a provider only and fit all its
        types.
        """
        lower = name.lower()
        owner = type_of(lower)
        if owner == resource_type or (resource_type, lower) in self.by_type:
            return True
        return "/" not in owner and resource_type.startswith(f"{owner}/")


def read(data: Mapping[str, Any]) -> Catalogue:
    """A catalogue from `{alias: path}` or `{alias: {"path": …, "versions": {apiVersion: path or null}}}`."""
    aliases: dict[str, Alias] = {}
    for name, entry in data.items():
        if isinstance(entry, str):
            aliases[name.lower()] = Alias(name, entry)
        elif isinstance(entry, Mapping) and isinstance(entry.get("path") or "", str):
            versions = entry.get("versions") or {}
            if not isinstance(versions, Mapping) or not all(isinstance(at or "", str) for at in versions.values()):
                raise BadInput(f"aliases: {name}: versions is an object of API version to path, or to null")
            aliases[name.lower()] = Alias(
                name,
                entry.get("path") or "",
                {version.lower(): at or "" for version, at in versions.items()},
                entry.get("modifiable"),
                str(entry["type"]) if entry.get("type") else None,
            )
        else:
            raise BadInput(f"aliases: {name}: expected a path, or an object with path and versions, found {entry!r}")
        alias = aliases[name.lower()]
        flat = next((at for at in (alias.path, *alias.versions.values()) if at and STAR in name and STAR not in at), "")
        if flat:
            raise BadInput(f"aliases: {name}: an alias with [*] leads to a path with [*], not to {flat}")
    return Catalogue(aliases)


def unpacked(data: Mapping[str, Any]) -> Catalogue:
    """A catalogue from the form of aliases.json: `{"types": {type: {tail: path}}, "absent": {alias: [version]}}`,
    and `"modifiable": {alias: true or false}` for those of which it is known.

    A tail whose path is `properties.<tail>` is listed under "" instead, as one text of tails.
    """
    aliases: dict[str, Alias] = {}
    by_type: dict[tuple[str, str], Alias] = {}
    absent = {name.lower(): dict.fromkeys(map(str.lower, at), "") for name, at in data.get("absent", {}).items()}
    modifiable = {name.lower(): bool(may) for name, may in data.get("modifiable", {}).items()}
    for resource_type, tails in data["types"].items():
        plain = {tail: f"properties.{tail}" for tail in tails.get("", "").split()}
        for tail, path in {**plain, **{tail: at for tail, at in tails.items() if tail}}.items():
            name = tail if "/" in tail else f"{resource_type}/{tail}"
            alias = Alias(name, path, absent.get(name.lower(), {}), modifiable.get(name.lower()))
            if "/" in tail:
                by_type[resource_type.lower(), name.lower()] = alias
            else:
                aliases[name.lower()] = alias
    return Catalogue(aliases, by_type)


@cache
def embedded() -> Catalogue:
    """Returns the catalogue that is part of the evaluator."""
    return unpacked(json.loads(EMBEDDED.read_text(encoding="utf-8")))
