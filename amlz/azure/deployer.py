"""The custom roles of a plan's deployer, and of the reader that previews it: exact actions at each scope."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from amlz.azure.delegation import ASSIGNMENTS, assignment_condition
from amlz.azure.graph import Resource, ResourceGraph
from amlz.azure.ids import parse
from amlz.azure.providers import Provider, providers_of
from amlz.azure.rights import NOT_KNOWN, Basis, Right, needed
from amlz.dataclass import dataclass

Purpose = Literal["deployer", "reader"]

#: Verbs of each purpose. A reader refreshes and previews; it writes nothing.
VERBS: dict[Purpose, tuple[str, ...]] = {"deployer": ("read", "create", "update", "delete"), "reader": ("read",)}

ASSIGN = (f"{ASSIGNMENTS}/write", f"{ASSIGNMENTS}/delete")
_GROUP = "microsoft.resources/resourcegroups"
#: Names of custom roles are UUIDs of this one: the same stack and scope get the same role.
_NAMES = uuid.UUID("0b1c5a52-6f0e-5c8f-9d1e-2f8f5d9e7a41")


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a role, how it is known, and where from."""

    name: str
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class CustomRoleGrant:
    """One custom role, assigned at one scope.

    `assignable`: the only roles that the holder may assign or remove, by the type of principal; empty where none.
    """

    scope: str
    name: str
    role_id: str
    actions: tuple[Action, ...]
    assignable: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def condition(self, holder: str) -> str:
        """The condition of the assignment to a principal, "" where the role assigns no roles."""
        return assignment_condition(dict(self.assignable), holder) if self.assignable else ""


@dataclass(frozen=True, slots=True)
class RoleToCreate:
    """The definition of a custom role that the plan assigns: its name and GUID in a subscription, and its actions."""

    subscription: str
    name: str
    role_id: str
    description: str
    actions: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class DeployerRoles:
    """The grants of a purpose, the resource providers that have to be registered, and what is not known.

    `definitions`: custom roles that the plan assigns, which an owner creates before.
    """

    purpose: Purpose
    grants: tuple[CustomRoleGrant, ...]
    providers: tuple[Provider, ...]
    unknown: tuple[tuple[str, str], ...]
    definitions: tuple[RoleToCreate, ...] = ()


def deployer_roles(graph: ResourceGraph, stack: str, purpose: Purpose) -> DeployerRoles:
    """The exact rights that a plan needs. They are granted at subscriptions and management groups of the plan.

    A right on something that the plan refers to and does not build is granted at the resource group of that.
    """
    plan = _Plan(graph, stack, purpose)
    rights = [right for resource in graph for verb in VERBS[purpose] for right in plan.needed(verb, resource)]
    by_scope: dict[str, dict[str, Right]] = {}
    for right in rights:
        by_scope.setdefault(plan.holder(right.scope), {}).setdefault(right.action, right)
    grants = [plan.grant(scope, by_scope[scope].values()) for scope in sorted(by_scope)]
    kinds = {resource.arm_type.lower(): resource.arm_type for resource in graph}
    unknown = tuple((kinds[kind], text) for kind, text in sorted(NOT_KNOWN.items()) if kind in kinds)
    return DeployerRoles(purpose, tuple(grants), providers_of(graph), unknown if purpose == "deployer" else ())


class _Plan:
    """A plan, and the scopes at which its rights are granted."""

    def __init__(self, graph: ResourceGraph, stack: str, purpose: Purpose) -> None:
        self._graph, self._stack, self._purpose = graph, stack, purpose

    def needed(self, verb: str, resource: Resource) -> tuple[Right, ...]:
        return needed(verb, resource.arm_type, resource.id, resource.body) if resource.id else ()

    def holder(self, scope: str) -> str:
        """The scope of the grant that covers a scope."""
        place = parse(scope)
        if not place.subscription:
            return scope
        subscription = f"/subscriptions/{place.subscription}"
        if not place.resource_group:
            return subscription
        group = f"{subscription}/resourceGroups/{place.resource_group}"
        return subscription if group.lower() in self._built else group

    def grant(self, scope: str, rights: Iterable[Right]) -> CustomRoleGrant:
        """Returns the custom role at a scope; one that assigns roles is limited to those of the plan there."""
        actions = tuple(Action(r.action, r.basis, r.source) for r in sorted(rights, key=lambda r: r.action))
        roles = self._assigned(scope) if any(action.name in ASSIGN for action in actions) else {}
        role_id = str(uuid.uuid5(_NAMES, "/".join((self._stack, self._purpose, scope.lower()))))
        name = f"Landing zone {self._purpose}: {self._stack}, {_named(scope)}"
        return CustomRoleGrant(
            scope, name, role_id, actions, tuple((kind, tuple(sorted(roles[kind]))) for kind in sorted(roles))
        )

    def _assigned(self, scope: str) -> dict[str, set[str]]:
        """Returns the IDs of the roles that the plan assigns at a scope or in it, by the type of principal."""
        roles: dict[str, set[str]] = {}
        for one in self._graph.of_type(ASSIGNMENTS):
            if self.holder(_above(one.id)) == scope:
                kind = str(one.properties.get("principalType", ""))
                roles.setdefault(kind, set()).add(str(one.properties.get("roleDefinitionId", "")).rpartition("/")[2])
        return roles

    @cached_property
    def _built(self) -> frozenset[str]:
        return frozenset(r.id.lower() for r in self._graph if r.arm_type.lower() == _GROUP)


def _above(resource_id: str) -> str:
    return resource_id[: resource_id.lower().rindex("/providers/")]


def _named(scope: str) -> str:
    place = parse(scope)
    if place.type == "Microsoft.Resources/resourceGroups":
        return f"resource group {place.name} of {place.subscription}"
    if place.type == "Microsoft.Resources/subscriptions":
        return f"subscription {place.name}"
    return f"management group {place.name}"
