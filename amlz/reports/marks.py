"""Marks of a difference in drawings of the networks: parts that are created, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from amlz.core.discovery import capability_facts
from amlz.core.plan import LandingZonePlan
from amlz.diff.difference import Difference, Record


class Mark(StrEnum):
    """A change of a part of a drawing."""

    created = "created"
    changed = "changed"
    deleted = "deleted"

    @property
    def sign(self) -> str:
        """As Pulumi writes it, so that colours are not the only sign."""
        return {"created": "+", "changed": "~", "deleted": "-"}[self.value]


@dataclass(frozen=True, slots=True)
class Marks:
    """By what they are of: project and environment, key of a network, kind of a part of the hub.

    `gone`: environments of which nothing is left.
    """

    environments: Mapping[tuple[str, str], Mark] = field(default_factory=dict)
    networks: Mapping[str, Mark] = field(default_factory=dict)
    parts: Mapping[str, Mark] = field(default_factory=dict)
    gone: tuple[tuple[str, str], ...] = ()

    @property
    def known(self) -> tuple[Mark, ...]:
        """The marks that are there, in the order of a legend."""
        there = {*self.environments.values(), *self.networks.values(), *self.parts.values()}
        return tuple(mark for mark in Mark if mark in there or (mark is Mark.deleted and self.gone))


NO_MARKS = Marks()

_WORKSPACE = "microsoft.machinelearningservices/workspaces"
_NETWORK = "microsoft.network/virtualnetworks"
#: Types of the parts of a hub as drawings name them, the one that decides whether the part is created first.
PARTS = {
    "network": (_NETWORK,),
    "firewall": ("microsoft.network/azurefirewalls", "microsoft.network/firewallpolicies"),
    "DNS zones": ("microsoft.network/privatednszones",),
    "log": ("microsoft.operationalinsights/workspaces",),
    "private endpoints": ("microsoft.network/privateendpoints",),
    **{
        kind: tuple(arm_type.lower() for arm_type in types)
        for facts in capability_facts()
        for kind, types in facts.drawn.items()
    },
}


def marks(difference: Difference, plan: LandingZonePlan) -> Marks:
    """The marks of a difference whose newer side is a plan."""
    rows = tuple(_rows(difference))
    planned = {(environment.project, environment.environment) for environment in plan.environments}
    environments = {key: _mark(some, (_WORKSPACE,)) for key, some in _by_environment(rows).items()}
    groups = {spoke.name: spoke.group.id for spoke in plan.spokes}
    hub = [row for row in rows if plan.hub and _within(row[1], plan.hub.group.id)]
    networks = {name: [row for row in rows if _within(row[1], group)] for name, group in groups.items()}
    parts = {kind: [row for row in hub if _of_types(row[1], types)] for kind, types in PARTS.items()}
    return Marks(
        {key: mark for key, mark in environments.items() if key in planned},
        {name: _mark(some, (_NETWORK,)) for name, some in ({"hub": hub} | networks).items() if some},
        {kind: _mark(some, PARTS[kind]) for kind, some in parts.items() if some},
        tuple(key for key in environments if key not in planned),
    )


_Row = tuple[Mark, Record]


def _rows(difference: Difference) -> Iterator[_Row]:
    yield from ((Mark.created, record) for record in difference.created)
    yield from ((Mark.changed, item.resource) for item in difference.changed)
    yield from ((Mark.deleted, record) for record in difference.deleted)


def _by_environment(rows: Iterable[_Row]) -> dict[tuple[str, str], list[_Row]]:
    result: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        if row[1]["project"] and row[1]["environment"]:
            result.setdefault((row[1]["project"], row[1]["environment"]), []).append(row)
    return result


def _mark(rows: Iterable[_Row], types: tuple[str, ...]) -> Mark:
    """Created or deleted where the deciding resource is; else changed."""
    for mark, record in rows:
        if record["armType"].lower() == types[0] and mark is not Mark.changed:
            return mark
    return Mark.changed


def _within(record: Record, group: str) -> bool:
    return f"{record['id'].lower()}/".startswith(f"{group.lower()}/")


def _of_types(record: Record, types: tuple[str, ...]) -> bool:
    """Returns whether a resource is of one of the types, or in such a resource."""
    arm_type = f"{record['armType'].lower()}/"
    return any(arm_type.startswith(f"{item}/") for item in types)
