"""Effect of a changed resource: each property that differs, with its row (amlz/azure/change_rules.py)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from amlz.azure.change_rule import ANY, ChangeRule, Kind
from amlz.azure.change_rules import EVERY, RULES
from amlz.azure.defaults import without_written
from amlz.azure.differences import PropertyDifference, canonical, rows_of
from amlz.dataclass import dataclass
from amlz.folders import folders, module

_NO_ROW = ChangeRule("", Kind.UNKNOWN, "", "no source states the effect; azure-native sends an update")
#: The name, the resource group, the subscription or the scope: all parameters of the path replace.
_PATH = ChangeRule(
    "id", Kind.REPLACES, "https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/provider/diff.go"
)
_IN_PLACE = ChangeRule(
    "",
    Kind.UNKNOWN,
    "https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/provider/diff.go",
    "azure-native replaces only where a value is another, and sends an update where a part is added or left out",
)
_ORDER = list(Kind)
_MEMBER = re.compile(r"\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """A property that differs, and the row of the table with its effect."""

    row: PropertyDifference
    rule: ChangeRule

    @property
    def kind(self) -> Kind:
        """Returns its effect."""
        return self.rule.kind


def changes(arm_type: str, old: dict[str, Any], new: dict[str, Any], version: str = "") -> tuple[PropertyChange, ...]:
    """Every property in which two bodies of a type differ. `id` may be among their keys; `version`: of the API.

    A property that only one of them states, with the value that Azure gives it anyway, is no difference.
    """
    old, new = without_written(arm_type, version, old, new)
    rows = [PropertyDifference("id", old["id"], new["id"])] if _other_path(old.get("id", ""), new.get("id", "")) else []
    rows += [row for row in rows_of(old, new) if row.path != "id" and not _as_before(row)]
    values = [PropertyChange(row, rule_of(arm_type, row)) for row in rows]
    return (*values, *_in_other_letters(arm_type, old, new))


def _other_path(old: str, new: str) -> bool:
    """Returns whether two ids differ for azure-native: it compares names as texts, those of resource groups without
    case.
    """
    return _path_of(old) != _path_of(new)


def _path_of(resource_id: str) -> list[str]:
    parts = resource_id.rstrip("/").split("/")
    # an id begins with a slash: keys are at odd positions, names at even ones
    free = [at % 2 == 1 or parts[at - 1].lower() in ("resourcegroups", "subscriptions") for at in range(len(parts))]
    return [part.lower() if any_case else part for part, any_case in zip(parts, free, strict=True)]


def _in_other_letters(arm_type: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[PropertyChange]:
    """Ids that Azure takes for the same and azure-native does not, below what replaces: it compares them as texts."""
    for rule in _of_type().get(arm_type.lower(), ()):
        if rule.kind is Kind.REPLACES and rule.path != "location":
            was, now = _at(old, rule.path), _at(new, rule.path)
            if was != now and canonical(was) == canonical(now):
                yield from (
                    PropertyChange(PropertyDifference(path, *sides), rule)
                    for path, sides in _texts(rule.path, was, now)
                )


def _texts(path: str, old: Any, new: Any) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each text that differs in two objects of the same keys."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            yield from _texts(f"{path}.{key}", old[key], new.get(key))
    elif isinstance(old, str) and isinstance(new, str) and old != new:
        yield path, (old, new)


def worst(property_changes: tuple[PropertyChange, ...]) -> Kind | None:
    """The worst of what becomes of a resource; None where nothing differs."""
    return min((property_change.kind for property_change in property_changes), key=_ORDER.index, default=None)


def rule_of(arm_type: str, row: PropertyDifference) -> ChangeRule:
    """The row of the table for a property that differs.

    Where whole objects are added or removed, it is the worst of the rows for their content.
    """
    if row.path == "id":
        return _PATH
    rules = (*_of_type().get(arm_type.lower(), ()), *EVERY)
    path = _MEMBER.sub("[]", row.path)
    here = next((rule for rule in rules if _covers(rule.path, path) and _holds(rule, path, row)), None)
    if here is not None and here.kind is Kind.REPLACES and _in_part(here, path, row):
        here = _IN_PLACE
    if path.endswith("[]"):  # a member that is added or removed as a whole changes no property
        return here or _NO_ROW
    below = [rule for rule in _first_of_each(rules, path, row) if here is None or rule.kind is not Kind.UPDATES]
    below = [_IN_PLACE if rule.kind is Kind.REPLACES and not _is_input(rule, path) else rule for rule in below]
    return min([*below, *([here] if here else [])], key=lambda rule: _ORDER.index(rule.kind), default=_NO_ROW)


def _is_input(rule: ChangeRule, path: str) -> bool:
    """Returns whether a row below a path is an input: azure-native takes the keys of `properties` without it."""
    return path == "properties" and rule.path.count(".") == 1


def _in_part(rule: ChangeRule, path: str, row: PropertyDifference) -> bool:
    """Returns whether only a part of an object that replaces is added or left out, or members of a list differ."""
    if path == rule.path:
        return isinstance(row.old, list) and isinstance(row.new, list)
    return row.old is None or row.new is None or "[]" in path.removeprefix(rule.path)


def _as_before(row: PropertyDifference) -> bool:
    """Returns whether azure-native takes both for the same: regions without regard to spaces and case."""
    if row.path != "location" or not isinstance(row.old, str) or not isinstance(row.new, str):
        return False
    return row.old.replace(" ", "").lower() == row.new.replace(" ", "").lower()


def _first_of_each(rules: tuple[ChangeRule, ...], path: str, row: PropertyDifference) -> Iterator[ChangeRule]:
    """Returns, of the rows below a path, the first for each path at which the old and the new value differ."""
    seen = set()
    for rule in rules:
        inner = rule.path.removeprefix(f"{path}.")
        if inner == rule.path or "[" in inner or "*" in inner or inner in seen:
            continue
        old, new = _at(row.old, inner), _at(row.new, inner)
        if old != new and _fits(rule.old, old) and _fits(rule.new, new):
            seen.add(inner)
            yield rule


def _covers(pattern: str, path: str) -> bool:
    """Returns whether a row's path is a path or above it. `*` is any one key."""
    if "*" in pattern:
        return bool(re.fullmatch(re.escape(pattern).replace(r"\*", r"[^.\[]+"), path))
    return path == pattern or path.startswith((f"{pattern}.", f"{pattern}["))


def _holds(rule: ChangeRule, path: str, row: PropertyDifference) -> bool:
    """Returns whether a row's values are these. Rows with values hold for their own path alone."""
    if rule.old is ANY and rule.new is ANY:
        return True
    exact = "*" in rule.path or path == rule.path
    return exact and _fits(rule.old, row.old) and _fits(rule.new, row.new)


def _fits(allowed: tuple[Any, ...], value: Any) -> bool:
    return allowed is ANY or value in allowed


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


@functools.cache
def rules() -> Mapping[str, tuple[ChangeRule, ...]]:
    """Returns the rows by type: those of the table, and those of capabilities, whose types are theirs alone."""
    added = (module(folder.package).CAPABILITY.facts.changes for folder in folders())
    return {**RULES, **{arm_type: rows for item in added for arm_type, rows in item.items()}}


@functools.cache
def _of_type() -> dict[str, tuple[ChangeRule, ...]]:
    return {arm_type.lower(): rows for arm_type, rows in rules().items()}
