"""A row of the table of changes: the effect of a changed property on an existing resource."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from amlz.dataclass import dataclass

_TRACKED = "https://github.com/Azure/azure-rest-api-specs/blob/main/specification/common-types/resource-management/v3/types.json"
#: Source of rows that replace: create-only properties in azure-native's own list.
CREATE_ONLY = "https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/gen/replacement.go"


class Kind(StrEnum):
    """Effect of a change, the worst first."""

    REPLACES = "replaces"
    """azure-native deletes the resource, then makes another."""
    REFUSED = "refused"
    """azure-native sends an update, and Azure answers with an error."""
    FIXED = "fixed"
    """azure-native sends an update of a fixed property. No page states whether Azure refuses or ignores the change."""
    IGNORED = "ignored"
    """azure-native sends an update, Azure takes it, and leaves the property as it was."""
    IN_USE = "refused while in use"
    """azure-native sends an update, and Azure refuses it while something uses what changes."""
    UNKNOWN = "unknown"
    """No source states the effect. azure-native sends an update."""
    UPDATES = "updates"
    """In place."""


#: Matches any value, absent ones too.
ANY = ("any",)


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """A row. `old` and `new`: the values before and after for which it holds (None is absent), ANY for all.

    `why` adds to the kind, None for nothing. `code`: Azure's error where it is known.
    """

    path: str
    kind: Kind
    source: str
    why: str | None = None
    old: tuple[Any, ...] = ANY
    new: tuple[Any, ...] = ANY
    code: str | None = None


def updates(source: str, *paths: str) -> tuple[ChangeRule, ...]:
    """Properties that a documented update takes."""
    return tuple(ChangeRule(path, Kind.UPDATES, source) for path in paths)


def default(path: str, value: Any, source: str) -> tuple[ChangeRule, ...]:
    """A value that Azure sets where the request has none: writing it out, or leaving it out, changes nothing."""
    why = "Azure's own default, so no change"
    return (
        ChangeRule(path, Kind.UPDATES, source, why, old=(None,), new=(value,)),
        ChangeRule(path, Kind.UPDATES, source, why, old=(value,), new=(None,)),
    )


def properties(source: str, *names: str) -> tuple[ChangeRule, ...]:
    """The same of properties, by their names below `properties`."""
    return updates(source, *(f"properties.{name}" for name in names))


def tracked() -> tuple[ChangeRule, ...]:
    """A tracked resource of which only this is known: its region is create-only in the specification."""
    return (ChangeRule("location", Kind.REPLACES, _TRACKED, "create-only in the specification"),)
