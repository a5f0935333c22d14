"""Azure's evaluation of permissions: role assignments of a graph, and what a principal may do at a scope.

A role gives an action if one of its actions matches and none of its notActions does: notActions are taken away within
one role only. Data actions are separate. An assignment is inherited by everything below its scope.
https://learn.microsoft.com/azure/role-based-access-control/overview#how-azure-rbac-determines-if-a-user-has-access-to-a-resource

`*` matches any text. `/*/` also matches `/` alone: Microsoft documents that AzureML Data Scientist, which has
`workspaces/computes/*/write` among its notActions, does not give `workspaces/computes/write`, and that Managed Identity
Operator, with `userAssignedIdentities/*/assign/action`, gives `userAssignedIdentities/assign/action`.
https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles (2026-01)

Not modelled: deny assignments, memberships of groups, eligible assignments (PIM), roles that the plan does not give.
Locks take away no right to create or change, but forbid deletions below them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.azure.ids import within
from amlz.azure.role_definitions import BUILT_IN, RoleDefinition
from amlz.dataclass import dataclass

_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
_DEFINITIONS = "Microsoft.Authorization/roleDefinitions"
_IDENTITIES = "microsoft.managedidentity/userassignedidentities"
_MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"
_VERBS = ("read", "write", "delete", "action")


class Status(StrEnum):
    """Answers. CONDITIONAL: only by assignments with a condition, which is not evaluated."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    DENIED = "not allowed"
    UNKNOWN = "cannot tell"


#: From worst to best.
_ORDER = (Status.DENIED, Status.UNKNOWN, Status.CONDITIONAL, Status.ALLOWED)


@dataclass(frozen=True, slots=True)
class Permission:
    """An action, or a data action; `name` may hold `*`, as in Microsoft's pages: all matches are needed."""

    name: str
    data: bool = False


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role assignment: `principal` is an object ID, or the resource ID of an identity that is built here.

    `role`: None where its definition is not known. `note`: who makes it, where that is not the plan. `certain`: False
    where sources contradict each other about it.
    """

    principal: str
    scope: str
    role_id: str
    role: RoleDefinition | None
    conditional: bool = False
    note: str | None = None
    certain: bool = True

    @property
    def role_name(self) -> str:
        """The name of the role, or the GUID of one that is not known."""
        return self.role.name if self.role else self.role_id


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer to one permission on one resource. `by`: the assignment that decides; None for a denial."""

    status: Status
    by: GivenRole | None = None


def covers(pattern: str, name: str) -> bool:
    """Returns whether a pattern of a role covers an action. `name` may hold `*`: then everything that it matches."""
    return _expression(pattern.lower()).fullmatch(name.lower()) is not None


def intersect(first: str, second: str) -> bool:
    """Returns whether there is an action that both patterns match."""
    return any(_meet(a, b) for a in _variants(first.lower()) for b in _variants(second.lower()))


@lru_cache(maxsize=4096)
def gives(role: RoleDefinition, permission: Permission) -> bool | None:
    """Returns whether a role gives a permission. None: it gives a part of what a `*` in it matches."""
    given = role.data_actions if permission.data else role.actions
    taken = role.not_data_actions if permission.data else role.not_actions
    if any(covers(pattern, permission.name) for pattern in taken):
        return False
    if any(covers(pattern, permission.name) for pattern in given):
        return None if any(intersect(pattern, permission.name) for pattern in taken) else True
    partly = "*" in permission.name and any(intersect(pattern, permission.name) for pattern in given)
    return None if partly else False


def applies(assignment: GivenRole, resource_id: str) -> bool | None:
    """Returns whether an assignment holds for a resource. None: its scope is above subscriptions."""
    scope = assignment.scope.rstrip("/").lower()
    if not scope:
        return True
    if scope.startswith(_MANAGEMENT_GROUP):
        return True if within(resource_id, scope) else None
    return within(resource_id, scope)


def rule(assignments: Iterable[GivenRole], permission: Permission, resource_id: str) -> Ruling:
    """Returns the answer that the assignments of one principal give. Rights add up: the best assignment counts."""
    assignments = tuple(assignments)
    return min((_best(assignments, part, resource_id) for part in parts_of(permission)), key=_rank)


def parts_of(permission: Permission) -> tuple[Permission, ...]:
    """Returns what a permission that ends in `*` consists of, else the permission: every operation ends in a verb.

    https://learn.microsoft.com/azure/role-based-access-control/role-definitions#actions-format
    """
    if not permission.name.endswith("/*"):
        return (permission,)
    return tuple(Permission(f"{permission.name}/{verb}", permission.data) for verb in _VERBS)


def _best(assignments: tuple[GivenRole, ...], permission: Permission, resource_id: str) -> Ruling:
    best = Ruling(Status.DENIED)
    for assignment in assignments:
        here = applies(assignment, resource_id)
        given = gives(assignment.role, permission) if assignment.role else None
        if here is False or given is False:
            continue
        if here is None or given is None or not assignment.certain:
            ruling = Ruling(Status.UNKNOWN, assignment)
        else:
            ruling = Ruling(Status.CONDITIONAL if assignment.conditional else Status.ALLOWED, assignment)
        best = max(best, ruling, key=_rank)
    return best


def worst(statuses: Iterable[Status]) -> Status:
    """Returns the status of something that needs all of these; ALLOWED for nothing."""
    return min(statuses, key=_ORDER.index, default=Status.ALLOWED)


class ByScope:
    """The role assignments of one principal, found by what they hold for: its own scope and those above it."""

    def __init__(self, assignments: Iterable[GivenRole]) -> None:
        self._above: list[GivenRole] = []
        self._at: dict[str, list[GivenRole]] = {}
        for assignment in assignments:
            scope = assignment.scope.rstrip("/").lower()
            if not scope or scope.startswith(_MANAGEMENT_GROUP):
                self._above.append(assignment)
            else:
                self._at.setdefault(scope, []).append(assignment)

    def holding_for(self, resource_id: str) -> tuple[GivenRole, ...]:
        """Returns the assignments that hold for a resource, or may do so."""
        roles = list(self._above)
        end, lowered = 0, resource_id.rstrip("/").lower()
        while end >= 0:
            end = lowered.find("/", end + 1)
            roles += self._at.get(lowered if end < 0 else lowered[:end], ())
        return tuple(roles)


def assignments_of(
    graph: ResourceGraph, known: Callable[[str], RoleDefinition | None] = lambda _: None
) -> Mapping[str, tuple[GivenRole, ...]]:
    """Returns every role assignment of a graph by its principal, in lower case. `known`: definitions, by their ids, of
    roles that are neither built in nor in the graph.
    """
    custom = _custom_roles(graph)
    roles: dict[str, list[GivenRole]] = {}
    for resource in graph.of_type(_ASSIGNMENTS):
        definition = str(resource.properties.get("roleDefinitionId", ""))
        role_id = definition.rpartition("/")[2].lower()
        scope = resource.id[: resource.id.lower().rindex("/providers/microsoft.authorization/")]
        role = custom.get(role_id) or BUILT_IN.get(role_id) or known(definition)
        conditional = bool(resource.properties.get("condition"))
        for principal in _principals(graph, resource, scope):
            roles.setdefault(principal.lower(), []).append(GivenRole(principal, scope, role_id, role, conditional))
    return {principal: tuple(assignments) for principal, assignments in roles.items()}


def _principals(graph: ResourceGraph, assignment: Resource, scope: str) -> tuple[str, ...]:
    """Returns the principal of an assignment: an object ID, or the identity whose object ID it waits for."""
    principal = assignment.properties.get("principalId")
    if isinstance(principal, str):
        return (principal,)
    if not is_unknown(principal):
        return ()
    before = (graph.by_urn(urn) for urn in assignment.depends_on)
    identities = [resource for resource in before if resource is not None and resource.arm_type.lower() == _IDENTITIES]
    return tuple(identity.id for identity in identities if identity.id.lower() != scope.lower())


def _custom_roles(graph: ResourceGraph) -> dict[str, RoleDefinition]:
    """Returns the roles that a graph defines, by the GUID of each. One whose permissions are not known is left out."""
    definitions: dict[str, RoleDefinition] = {}
    for resource in graph.of_type(_DEFINITIONS):
        permissions = resource.properties.get("permissions")
        if not isinstance(permissions, list) or not all(isinstance(permission, dict) for permission in permissions):
            continue
        lists = [
            [str(name) for permission in permissions for name in permission.get(key) or ()]
            for key in ("actions", "notActions", "dataActions", "notDataActions")
        ]
        name = str(resource.properties.get("roleName") or resource.name)
        guid = resource.id.rpartition("/")[2].lower()
        actions, not_actions, data, not_data = map(tuple, lists)
        definitions[guid] = RoleDefinition(guid, name, actions, not_actions, data, not_data, resource.id, custom=True)
    return definitions


def _rank(ruling: Ruling) -> int:
    return _ORDER.index(ruling.status)


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    """Returns a pattern of a role as a regular expression: `/*/` is `/` with any text between, or `/` alone."""
    pieces = re.split(r"(/\*(?=/)|\*)", pattern)
    words = {"/*": "(?:/.*)?", "*": ".*"}
    return re.compile("".join(words.get(piece) or re.escape(piece) for piece in pieces))


def _variants(pattern: str) -> tuple[str, ...]:
    """Returns plain patterns that together equal a pattern in which `/*/` is also `/` alone."""
    at = pattern.find("/*/")
    if at < 0:
        return (pattern,)
    rest = _variants(pattern[at + 2 :])
    return tuple(pattern[:at] + middle + end for end in rest for middle in ("", "/*"))


def _meet(first: str, second: str) -> bool:
    """Returns whether two plain patterns have a text in common, by the positions that can be reached in both."""
    reached = {(0, 0)}
    waiting = [(0, 0)]
    while waiting:
        a, b = waiting.pop()
        if (a, b) == (len(first), len(second)):
            return True
        left, right = first[a : a + 1], second[b : b + 1]
        steps = []
        if left == "*":
            steps += [(a + 1, b)] + ([(a, b + 1)] if right else [])
        if right == "*":
            steps += [(a, b + 1)] + ([(a + 1, b)] if left else [])
        if left and left == right:
            steps.append((a + 1, b + 1))
        new = [step for step in steps if step not in reached]
        reached.update(new)
        waiting += new
    return False
