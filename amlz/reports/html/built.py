"""Resources that would be built: by subscription and resource group, and there by type, each with its request body."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass

from amlz.azure.graph import Resource
from amlz.checks.naming import Names, owner
from amlz.core.words import counted
from amlz.reports.html.anchors import Anchors
from amlz.reports.html.findings import production_owners
from amlz.reports.preview import Preview

#: Characters of all request bodies of a page up to which they are text; larger ones are packed.
LONGEST_BODIES = 1_000_000


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One resource. `anchor`: its id on the page; `body`: its request body as JSON, "" where bodies are packed."""

    anchor: str
    name: str
    production: bool
    body: str


@dataclass(frozen=True, slots=True)
class OfType:
    """Resources of one type: `3 key vaults`, and each of them."""

    counted: str
    resources: tuple[ResourceRow, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A resource group with everything in it and its dependants. `name`: "" for the subscription itself.

    `exists`: it is not created here.
    """

    name: str
    exists: bool
    count: int
    types: tuple[OfType, ...]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription, and what would be built in it."""

    id: str
    count: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class BuiltResources:
    """Every resource. `packed`: request bodies by anchor as JSON, with gzip and in Base64, "" where they are text."""

    subscriptions: tuple[Subscription, ...]
    packed: str


def built(preview: Preview) -> BuiltResources:
    """Every resource of a preview."""
    bodies = [json.dumps(resource.body, indent=1, ensure_ascii=False) for resource in preview.graph]
    packs = sum(map(len, bodies)) > LONGEST_BODIES
    anchors, names, production = Anchors(), preview.names, production_owners(preview)
    rows = {
        resource.urn: ResourceRow(
            anchors.of("resource", resource.id.lower() or resource.urn),
            _name(resource, names),
            owner(resource.project, resource.environment) in production,
            "" if packs else body,
        )
        for resource, body in zip(preview.graph, bodies, strict=True)
    }
    by_place: dict[str, dict[str, list[Resource]]] = {}
    for resource in preview.graph:
        by_place.setdefault(resource.subscription, {}).setdefault(resource.resource_group, []).append(resource)
    subscriptions = []
    for subscription in dict.fromkeys((*preview.plan.subscriptions, *by_place)):
        groups = tuple(_group(name, members, rows) for name, members in by_place.get(subscription, {}).items())
        subscriptions.append(Subscription(subscription, sum(group.count for group in groups), groups))
    packed = _packed(zip((row.anchor for row in rows.values()), bodies, strict=True)) if packs else ""
    return BuiltResources(tuple(subscriptions), packed)


def _packed(bodies: Iterable[tuple[str, str]]) -> str:
    """Returns request bodies by anchor in few characters."""
    text = "{" + ",".join(f"{json.dumps(anchor)}:{body}" for anchor, body in bodies) + "}"
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


def _name(resource: Resource, names: Names) -> str:
    """Returns the name of a resource; of a role assignment, whose name is a GUID, what it gives."""
    if resource.arm_type.lower().endswith("/roleassignments"):
        return names.of_id(resource.id, resource.name).label
    return resource.name


def _group(name: str, members: list[Resource], rows: dict[str, ResourceRow]) -> Group:
    by_type: dict[str, list[ResourceRow]] = {}
    for resource in members:
        by_type.setdefault(resource.arm_type, []).append(rows[resource.urn])
    types = (OfType(counted(len(mine), arm_type), tuple(mine)) for arm_type, mine in sorted(by_type.items()))
    exists = bool(name) and not any(arm_type.endswith("/resourceGroups") for arm_type in by_type)
    return Group(name, exists, len(members), tuple(types))


def shown_names(arm_type: str, names: list[str]) -> tuple[str, ...]:
    """Names of resources of a type, each once; () where they are GUIDs."""
    return () if arm_type.endswith("/roleAssignments") else tuple(dict.fromkeys(names))
