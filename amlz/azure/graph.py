"""Resources as Azure Resource Manager would receive them, and the graph they form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from amlz.dataclass import dataclass

#: The only key of an object that replaces a value known at deployment, not before: {"$unknown": "whose and what"}.
UNKNOWN_KEY = "$unknown"
_FROM = ", from "


def unknown(text: str) -> dict[str, str]:
    """Returns a value that is known only at deployment; `text` names it and its resource."""
    return {UNKNOWN_KEY: text}


def unknown_from(key: str, sources: Iterable[str]) -> dict[str, str]:
    """Returns the unknown value of a property, and the logical names of the resources that it depends on.

    `key, from a, b` is a format: reports show it, and `sources_of` alone reads it.
    """
    return unknown(f"{key}{_FROM}{', '.join(sources)}")


def sources_of(value: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Returns the property of an unknown value, and the logical names of its resources: none where it names none."""
    key, separator, names = str(value[UNKNOWN_KEY]).partition(_FROM)
    return key, tuple(names.split(", ")) if separator else ()


def is_unknown(value: object) -> bool:
    """Returns whether a value of a body is a placeholder made by `unknown`."""
    return isinstance(value, dict) and len(value) == 1 and UNKNOWN_KEY in value


@dataclass(frozen=True, slots=True)
class Resource:
    """One ARM request the program would make.

    `body` is what the PUT would carry. `id` is where it would go: names are decided, so ids are known.
    `depends_on`, `parent` and `provider` are URNs (None where there is none). `subscription` is the provider's GUID;
    `resource_group` is "", `project` and `environment` are None for resources that belong to none. `source` is the
    file and line of the constructor call. `marked`: keys and positions from the top of the body to each value that
    Pulumi knows to be a secret.
    """

    urn: str
    token: str
    arm_type: str
    api_version: str
    id: str
    name: str
    location: str
    subscription: str
    resource_group: str
    body: dict[str, Any]
    project: str | None = None
    environment: str | None = None
    depends_on: tuple[str, ...] = ()
    parent: str | None = None
    provider: str | None = None
    protect: bool = False
    source: str | None = None
    aliases: tuple[str, ...] = ()
    marked: tuple[tuple[str | int, ...], ...] = ()

    @property
    def owner(self) -> str | None:
        """PROJECT/ENVIRONMENT; None where it belongs to none."""
        return f"{self.project}/{self.environment}" if self.project and self.environment else None

    @property
    def properties(self) -> dict[str, Any]:
        """The `properties` of the body, or nothing."""
        value = self.body.get("properties")
        return value if isinstance(value, dict) and not is_unknown(value) else {}


@dataclass(frozen=True, slots=True)
class Persona:
    """A role of the stack file (`kind`: its key, or the word for an identity) in an environment, and who has it.

    `principals`: object IDs as configured, or resource IDs of identities that are built here. Members of groups are
    not known. `project` and `environment` are None for the landing zone as a whole. `promised`: the names of the
    actions that its role is for (amlz/core/permissions). `identity`: the resource ID of an identity that exists, whose
    object ID is the first principal.
    """

    kind: str
    principals: tuple[str, ...]
    project: str | None = None
    environment: str | None = None
    production: bool = False
    promised: tuple[str, ...] = ()
    identity: str | None = None


@dataclass(frozen=True)
class ResourceGraph:
    """Every resource of one landing zone, in the order of registration.

    `parents` gives each component's own parent and `dependencies` the dependencies of components, both by URN:
    components carry no ARM body, but a resource depends on all dependencies of its components. `today` is the day of
    the evaluation (ISO 8601), None for not set. `dns` is the writer of the names of private endpoints: `created` and
    `existing` are zones of the program and third-party ones, `hub` those of the stack that builds the hub, `policy` is
    Azure Policy. `log_key`: the key of a central log that exists. `personas`: of the stack file; none for a graph that
    no stack file describes.
    """

    resources: tuple[Resource, ...]
    cloud: str = "public"
    today: str | None = None
    parents: dict[str, str] = field(default_factory=dict)
    dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dns: str = "created"
    log_key: str = "hub.existing.logAnalytics"
    personas: tuple[Persona, ...] = ()

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def of_type(self, *arm_types: str) -> tuple[Resource, ...]:
        """The resources of these ARM types, compared without regard to case."""
        return tuple(r for t in arm_types for r in self._by_type.get(t.lower(), ()))

    def by_id(self, resource_id: object) -> Resource | None:
        """The resource with this id; None where the id is unknown or of something outside the program."""
        return self._by_id.get(resource_id.rstrip("/").lower()) if isinstance(resource_id, str) else None

    @cached_property
    def existing_identities(self) -> dict[str, str]:
        """Returns the resource IDs of identities that exist by their object IDs."""
        return {one.principals[0]: one.identity for one in self.personas if one.identity is not None}

    def by_urn(self, urn: str) -> Resource | None:
        """The resource with this URN; None for components."""
        return self._by_urn.get(urn)

    def waits_for(self, resource: Resource, other: Resource) -> bool:
        """Returns whether `other` exists before `resource` is created: by its own edges or those of its components."""
        return bool(self._before(resource.urn) & self._mask((other.urn,)))

    def in_order(self, parts: Iterable[Resource]) -> list[Resource]:
        """Resources by how many of the others exist before each: in a chain, each has one more than the last."""
        parts = list(parts)
        others = self._mask(part.urn for part in parts)
        return sorted(parts, key=lambda part: ((self._before(part.urn) & others).bit_count(), part.urn))

    def _before(self, urn: str) -> int:
        """Everything that is created before this one, a bit each. A dependency on a component means all its children.

        Bits and not sets: in a chain of resources each has all others before it.
        """
        masks = self._masks
        waiting, opened = [urn], set()
        while waiting:
            current = waiting[-1]
            edges = () if current in masks else tuple(dict.fromkeys(self._edges(current)))
            missing = [above for above in edges if above not in masks]
            if missing and current not in opened:
                opened.add(current)
                waiting += missing
                continue
            waiting.pop()
            if current not in masks:
                mask = self._mask(self._walked(current) if missing else edges)  # missing: in a circle
                for above in edges:
                    mask |= masks.get(above, 0)
                masks[current] = mask
        return masks[urn]

    def _walked(self, urn: str) -> set[str]:
        """Everything that is created before this one, however it is connected."""
        values: set[str] = set()
        waiting = [urn]
        while waiting:
            above = set(self._edges(waiting.pop())) - values
            values |= above
            waiting += above
        return values

    def _mask(self, urns: Iterable[str]) -> int:
        mask = 0
        for urn in urns:
            mask |= 1 << self._bits.setdefault(urn, len(self._bits))
        return mask

    def _edges(self, urn: str) -> Iterable[str]:
        """Returns the dependencies of a resource or component, and those of its enclosing components."""
        resource = self._by_urn.get(urn)
        yield from resource.depends_on if resource else self.dependencies.get(urn, ())
        parent = resource.parent if resource else self.parents.get(urn)
        while parent:  # all dependencies of an enclosing component; not the component's other children
            yield from self.dependencies.get(parent, ())
            parent = self.parents.get(parent)

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        resources: dict[str, list[Resource]] = {}
        for resource in self.resources:
            resources.setdefault(resource.arm_type.lower(), []).append(resource)
        return resources

    @cached_property
    def _by_id(self) -> dict[str, Resource]:
        return {r.id.rstrip("/").lower(): r for r in self.resources}

    @cached_property
    def _by_urn(self) -> dict[str, Resource]:
        return {r.urn: r for r in self.resources}

    @cached_property
    def _masks(self) -> dict[str, int]:
        return {}

    @cached_property
    def _bits(self) -> dict[str, int]:
        return {}
