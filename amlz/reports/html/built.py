"""Resources that would be built: by subscription and resource group, and there by type with every name."""

from __future__ import annotations

from dataclasses import dataclass

from amlz.azure.graph import Resource
from amlz.core.words import counted
from amlz.reports.preview import Preview


@dataclass(frozen=True, slots=True)
class OfType:
    """Resources of one type: `3 key vaults`, and their names, each once. () where names are GUIDs."""

    counted: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A resource group with everything in it and its dependants. `name`: "" for the subscription itself."""

    name: str
    count: int
    types: tuple[OfType, ...]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription, and what would be built in it."""

    id: str
    count: int
    groups: tuple[Group, ...]


def built(preview: Preview) -> tuple[Subscription, ...]:
    """Every resource of a preview."""
    by_place: dict[str, dict[str, list[Resource]]] = {}
    for resource in preview.graph:
        by_place.setdefault(resource.subscription, {}).setdefault(resource.resource_group, []).append(resource)
    told = []
    for subscription in dict.fromkeys((*preview.plan.subscriptions, *by_place)):
        groups = tuple(_group(name, members) for name, members in by_place.get(subscription, {}).items())
        told.append(Subscription(subscription, sum(group.count for group in groups), groups))
    return tuple(told)


def _group(name: str, members: list[Resource]) -> Group:
    by_type: dict[str, list[str]] = {}
    for resource in members:
        if not resource.arm_type.endswith("/resourceGroups"):
            by_type.setdefault(resource.arm_type, []).append(resource.name)
    types = (
        OfType(counted(len(names), arm_type), told_names(arm_type, names))
        for arm_type, names in sorted(by_type.items())
    )
    return Group(name, len(members), tuple(types))


def told_names(arm_type: str, names: list[str]) -> tuple[str, ...]:
    """Names of resources of a type, each once; () where they are GUIDs."""
    return () if arm_type.endswith("/roleAssignments") else tuple(dict.fromkeys(names))
