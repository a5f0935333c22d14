"""Resources as Azure Resource Manager would receive them, and the graph they form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

#: The only key of an object that stands for a value known at deployment, not before: {"$unknown": "whose and what"}.
UNKNOWN_KEY = "$unknown"


def unknown(what: str) -> dict[str, str]:
    """A value that only the deployment will know; `what` says whose and which, in words."""
    return {UNKNOWN_KEY: what}


def is_unknown(value: object) -> bool:
    """Whether a value of a body is a placeholder made by `unknown`."""
    return isinstance(value, dict) and set(value) == {UNKNOWN_KEY}


@dataclass(frozen=True, slots=True)
class Resource:
    """One ARM request the program would make.

    `body` is what the PUT would carry. `id` is where it would go: names are decided, so ids are known.
    `depends_on`, `parent` and `provider` are URNs ("" where there is none). `subscription` is the provider's GUID;
    `resource_group`, `project` and `environment` are "" for resources that belong to none. `source` is the file and
    line of the constructor call. `exposed`: paths of the body, where a secret stood that Pulumi did not know to be one,
    and what it is; in `body` stands `[secret]`.
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
    project: str = ""
    environment: str = ""
    depends_on: tuple[str, ...] = ()
    parent: str = ""
    provider: str = ""
    protect: bool = False
    source: str = ""
    aliases: tuple[str, ...] = ()
    exposed: tuple[tuple[str, str], ...] = ()

    @property
    def properties(self) -> dict[str, Any]:
        """The `properties` of the body, or nothing."""
        value = self.body.get("properties")
        return value if isinstance(value, dict) and not is_unknown(value) else {}


@dataclass(frozen=True)
class ResourceGraph:
    """Every resource of one landing zone, in the order of registration.

    `parents` gives each component's own parent and `dependencies` what components wait for, both by URN: components
    carry no ARM body, but a resource waits for whatever its components wait for. `today` is the day at which it is
    looked at (ISO 8601), "" where nobody said. `dns` says who writes the names of private endpoints: `created` and
    `existing` are zones of the program and of others, `hub` those of the stack that builds the hub, `policy` is Azure
    Policy.
    """

    resources: tuple[Resource, ...]
    cloud: str = "public"
    today: str = ""
    parents: dict[str, str] = field(default_factory=dict)
    dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dns: str = "created"

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def of_type(self, *arm_types: str) -> tuple[Resource, ...]:
        """The resources of these ARM types, compared without regard to case."""
        return tuple(r for t in arm_types for r in self._by_type.get(t.lower(), ()))

    def by_id(self, resource_id: object) -> Resource | None:
        """The resource with this id; None where the id is unknown or of something outside the program."""
        return self._by_id.get(resource_id.rstrip("/").lower()) if isinstance(resource_id, str) else None

    def by_urn(self, urn: str) -> Resource | None:
        """The resource with this URN; None for components."""
        return self._by_urn.get(urn)

    def waits_for(self, resource: Resource, other: Resource) -> bool:
        """Whether `other` exists before `resource` is created: by its own edges or those of its components."""
        return other.urn in self.ancestors(resource.urn)

    def ancestors(self, urn: str) -> frozenset[str]:
        """URNs of everything created before this one. A dependency on a component means all its children."""
        cached = self._ancestors.get(urn)
        if cached is not None:
            return cached
        found: set[str] = set()
        stack = [*self._edges(urn)]
        while stack:
            current = stack.pop()
            if current in found:
                continue
            found.add(current)
            known = self._ancestors.get(current)
            if known is not None:
                found |= known
            else:
                stack.extend(self._edges(current))
        self._ancestors[urn] = result = frozenset(found)
        return result

    def _edges(self, urn: str) -> Iterable[str]:
        resource = self._by_urn.get(urn)
        yield from resource.depends_on if resource else self.dependencies.get(urn, ())
        parent = resource.parent if resource else self.parents.get(urn, "")
        while parent:  # whatever an enclosing component waits for; not the component's other children
            yield from self.dependencies.get(parent, ())
            parent = self.parents.get(parent, "")

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.arm_type.lower(), []).append(resource)
        return found

    @cached_property
    def _by_id(self) -> dict[str, Resource]:
        return {r.id.rstrip("/").lower(): r for r in self.resources}

    @cached_property
    def _by_urn(self) -> dict[str, Resource]:
        return {r.urn: r for r in self.resources}

    @cached_property
    def _ancestors(self) -> dict[str, frozenset[str]]:
        return {}
