"""The least part of the version number that a release must raise, by its effects on stack files that stay as they are.

Parts are those of Semantic Versioning. Before 1.0, a breaking change raises the minor number
(https://azure.github.io/Azure-Verified-Modules/spec/SNFR17/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from amlz.diff.difference import Difference

#: Sets of keys of a mapping, one of which it needs.
Choices = set[frozenset[str]]


class VersionPart(StrEnum):
    """Parts of a version number, the greatest first."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


class ReleaseEffect(NamedTuple):
    """An effect of a release. `security`: it opens something; `sentence`: as the changelog states it."""

    part: VersionPart
    security: bool
    sentence: str

    def __str__(self) -> str:
        """Returns the effect as the changelog has it, without its stacks."""
        return f"[{self.part}]{'[security]' if self.security else ''} {self.sentence}"


_MAJOR, _MINOR, _PATCH = VersionPart
LOST = ReleaseEffect(_MAJOR, False, "a resource that holds data is replaced or deleted")
RENAMED = ReleaseEffect(_MAJOR, False, "a resource has another URN without an alias")
REFUSED = ReleaseEffect(_MAJOR, False, "the stack file is refused")
DENIED = ReleaseEffect(_MAJOR, False, "a policy denies what the stack builds")
CLOSED = ReleaseEffect(_MAJOR, False, "an egress path is closed")
KEY_REMOVED = ReleaseEffect(_MAJOR, False, "a key of the stack file is removed")
KEY_REQUIRED = ReleaseEffect(_MAJOR, False, "a key of the stack file is newly required")
CUSTOM_MOVED = ReleaseEffect(_MAJOR, False, "a folder of the business unit is moved or removed")
REPLACED = ReleaseEffect(_MINOR, False, "a resource without data is replaced or deleted")
CREATED = ReleaseEffect(_MINOR, False, "new resources")
ROLES = ReleaseEffect(_MINOR, True, "new or wider roles")
OPENED = ReleaseEffect(_MINOR, True, "an egress path is opened")
NEW_FINDINGS = ReleaseEffect(_MINOR, False, "new findings of warning or error")
KEY_ADDED = ReleaseEffect(_MINOR, False, "new keys of the stack file")
CHANGED = ReleaseEffect(_PATCH, False, "resources are changed in place")
EFFECTS = (
    LOST,
    RENAMED,
    REFUSED,
    DENIED,
    CLOSED,
    KEY_REMOVED,
    KEY_REQUIRED,
    CUSTOM_MOVED,
    REPLACED,
    CREATED,
    ROLES,
    OPENED,
    NEW_FINDINGS,
    KEY_ADDED,
    CHANGED,
)


def effects_on_stack(difference: Difference) -> Iterator[ReleaseEffect]:
    """Returns the effects on a stack whose file stays as it is."""
    created = {resource["id"].lower() for resource in difference.created if resource["id"]}
    renamed = any(resource["id"].lower() in created for resource in difference.deleted if resource["id"])
    egress_new, egress_gone = difference.egress
    new_findings = [record["severity"] for record in difference.findings[0]]
    happened = {
        LOST: bool(difference.lost),
        RENAMED: renamed,
        DENIED: any(verdict["blocks"] for verdict in difference.verdicts[0]),
        CLOSED: bool(egress_gone),
        REPLACED: bool(difference.deleted) or any(changed.replaced for changed in difference.changed),
        CREATED: bool(difference.created),
        ROLES: bool(difference.roles[0] or difference.widened),
        OPENED: bool(egress_new),
        NEW_FINDINGS: any(severity in ("error", "warning") for severity in new_findings),
        CHANGED: any(not changed.replaced for changed in difference.changed),
    }
    yield from (effect for effect in EFFECTS if happened.get(effect))


def effects_on_keys(old: dict[str, Any], new: dict[str, Any]) -> Iterator[ReleaseEffect]:
    """Returns the effects on keys of the stack file, from two versions of its JSON Schema."""
    before, required_before, choices_before = _keys(old)
    after, required_after, choices_after = _keys(new)
    if before - after:
        yield KEY_REMOVED
    required = (required_after - required_before) & _in_earlier_mappings(before, required_after)
    narrowed = [at for at, choices in choices_after.items() if _narrows(at, choices, choices_before, required_before)]
    if required or _in_earlier_mappings(before, {f"{at}*" for at in narrowed}):
        yield KEY_REQUIRED
    if after - before:
        yield KEY_ADDED


def least_version(previous: str, part: VersionPart) -> str:
    """Returns the least version number after `previous`."""
    major, minor, patch = (int(number) for number in previous.split("."))
    if part is VersionPart.MAJOR and major:
        return f"{major + 1}.0.0"
    if part is VersionPart.PATCH:
        return f"{major}.{minor}.{patch + 1}"
    return f"{major}.{minor + 1}.0"


def _narrows(at: str, choices: Choices, before: Mapping[str, Choices], required: set[str]) -> bool:
    """Returns whether a mapping needs a key more than before. A new choice leaves earlier files theirs."""
    earlier = before.get(at) or {frozenset(key for key in required if key.rpartition(".")[0] == at.removesuffix("."))}
    return any(not any(choice <= one for choice in choices) for one in earlier)


def _in_earlier_mappings(before: set[str], required: set[str]) -> set[str]:
    """Returns required keys of mappings that existed before: no file has a new mapping."""
    return {key for key in required if "." not in key or any(one.startswith(f"{_above(key)}.") for one in before)}


def _above(key: str) -> str:
    return key.rpartition(".")[0]


def _keys(schema: dict[str, Any]) -> tuple[set[str], set[str], dict[str, Choices]]:
    """Returns every key of a JSON Schema by its path, those that are required, and those of which a choice is."""
    keys: set[str] = set()
    required: set[str] = set()
    choices: dict[str, Choices] = {}
    seen: set[tuple[str, int]] = set()

    def visit(part: Any, at: str, chosen: bool = False) -> None:
        if not isinstance(part, dict):
            return
        reference = part.get("$ref")
        if isinstance(reference, str):
            part = schema.get("$defs", {}).get(reference.rpartition("/")[2], {})
        if (at, id(part)) in seen or at.count(".") > _DEEPEST:
            return
        seen.add((at, id(part)))
        required.update(f"{at}{name}" for name in part.get("required", []) if not chosen)
        for name, value in part.get("properties", {}).items():
            keys.add(f"{at}{name}")
            visit(value, f"{at}{name}.")
        for name in ("anyOf", "oneOf", "allOf"):
            values = part.get(name, [])
            groups = {frozenset(f"{at}{key}" for key in value.get("required", [])) for value in values}
            one_of_them = name != "allOf" and len(values) > 1 and frozenset() not in groups
            if one_of_them:
                choices.setdefault(at, set()).update(groups)
            for value in values:
                visit(value, at, one_of_them)
        for name in ("then", "else"):
            visit(part.get(name), at)
        for name in ("additionalProperties", "items"):
            visit(part.get(name), f"{at}*.")

    visit(schema, "")
    return keys, required, choices


#: Levels of keys that are compared; the deepest one has some ten.
_DEEPEST = 16
