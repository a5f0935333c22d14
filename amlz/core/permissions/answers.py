"""Answers: which persona of a graph can do which action, by which assignment, and what is missing otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from amlz.azure.graph import Persona, ResourceGraph
from amlz.azure.ids import parse
from amlz.azure.permissions import (
    ByScope,
    GivenRole,
    Permission,
    Ruling,
    Status,
    assignments_of,
    gives,
    parts_of,
    rule,
    worst,
)
from amlz.azure.role_definitions import BUILT_IN, RoleDefinition
from amlz.core.facts.custom_roles import CUSTOM_ROLES, custom_role_name
from amlz.core.owners import EnvironmentKey
from amlz.core.permissions.actions import ACTIONS, DocumentedAction, Need, Target
from amlz.core.permissions.personas import ENDPOINT, IDENTITIES
from amlz.core.permissions.targets import Ids, accepts_resource_context, environment_of, targets_of
from amlz.dataclass import dataclass

_ENDPOINT_ROLES = "https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online-auth"
#: Roles that Azure gives to the system-assigned identity of a managed online endpoint, and on what (2023-12-15).
#: Only how-to-disable-local-auth-storage (2026-01-30) names the last one: it is not certain.
AUTOMATIC: tuple[tuple[str, Target, bool], ...] = (
    ("7f951dda-4ed3-4680-a7ca-43fe172d538d", "registry", True),
    ("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "storage", True),
    ("635dd51f-9968-44d3-b7fb-6d9a6bd613ae", "workspace", True),
    ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "storage", False),
)
_NOTHING = ByScope(())
_BY_AZURE = f"given by Azure to a system-assigned identity: {_ENDPOINT_ROLES}"
_UNSURE = (
    "given by Azure by one page of Microsoft "
    "(https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage), not by another"
)
_NO_CONTEXT = "the central log accepts only permissions on itself"
_NOT_KNOWN = "the access mode of the existing central log is not known here"


@dataclass(frozen=True, slots=True)
class Grounds:
    """One permission on one resource, and how it is answered."""

    permission: Permission
    on: str
    ruling: Ruling
    need: Need


@dataclass(frozen=True, slots=True)
class PermissionAnswer:
    """Answer whether principals of a persona can do an action. `status`: None where there is nothing to do it on.

    `on`: the resource, of an action that is answered for each of several. `because`: of an answer that no permission
    decides, else "".
    """

    persona: Persona
    principals: tuple[str, ...]
    action: DocumentedAction
    on: str
    status: Status | None
    grounds: tuple[Grounds, ...] = ()
    because: str | None = None

    @property
    def missing(self) -> tuple[Grounds, ...]:
        """The permissions that no assignment gives."""
        return tuple(ground for ground in self.grounds if ground.ruling.status is Status.DENIED)


class Permissions:
    """The permissions of a graph, evaluated when requested."""

    def __init__(self, graph: ResourceGraph) -> None:
        self._graph = graph

    def answers(
        self,
        persona: Callable[[Persona], bool] = lambda _: True,
        action: Callable[[DocumentedAction], bool] = lambda _: True,
    ) -> Iterator[PermissionAnswer]:
        """Returns the answers of personas and actions that are requested, in their order."""
        actions = [documented_action for documented_action in ACTIONS if action(documented_action)]
        for one in self._graph.personas:
            if persona(one):
                key = environment_of(one)
                for documented_action in actions:
                    if documented_action.landing_zone is (key is None) and (
                        one.kind in IDENTITIES or not documented_action.identities
                    ):
                        yield from self._answers(one, documented_action, self._targets.get(key, {}))

    def roles_that_give(self, permission: Permission) -> tuple[str, ...]:
        """Returns roles that the graph assigns somewhere and that give a permission, the narrowest first.

        Roles that allow every action are left out.
        """
        return _giving(self._assigned, (permission,))

    def _answers(self, persona: Persona, action: DocumentedAction, ids: Ids) -> Iterator[PermissionAnswer]:
        if action.several is None:
            yield from self._on(persona, action, ids, "")
            return
        value = ids.get(action.several, ())
        if not value:
            yield PermissionAnswer(persona, persona.principals, action, "", None)
        for target in value:
            yield from self._on(persona, action, {**ids, action.several: (target,)}, target)

    def _on(self, persona: Persona, action: DocumentedAction, ids: Ids, on: str) -> Iterator[PermissionAnswer]:
        """Returns one answer for all principals whose roles give the same one."""
        if any(not ids.get(need.on) and not need.where_any for need in action.needs):
            yield PermissionAnswer(persona, persona.principals, action, on, None)
            return
        alike: dict[object, list[str]] = {}
        groundses: dict[object, tuple[Grounds, ...]] = {}
        for principal in persona.principals:
            grounds = tuple(self._grounds(action, ids, self._by_scope(persona, principal, ids)))
            key = tuple((ground.ruling.status, _without_principal(ground.ruling.by)) for ground in grounds)
            alike.setdefault(key, []).append(principal)
            groundses.setdefault(key, grounds)
        for alike_key, principals in alike.items():
            status = worst(item.ruling.status for item in groundses[alike_key])
            because = None
            if action.resource_context and status is not Status.DENIED and not self._context:
                status, because = Status.UNKNOWN, _NOT_KNOWN if self._context is None else _NO_CONTEXT
            yield PermissionAnswer(persona, tuple(principals), action, on, status, groundses[alike_key], because)

    def _grounds(self, action: DocumentedAction, ids: Ids, by_scope: ByScope) -> Iterator[Grounds]:
        for need in action.needs:
            for target in ids.get(need.on, ()):
                assignments = by_scope.holding_for(target)
                for permission in need.permissions:
                    needed = permission
                    if "{type}" in permission.name:
                        needed = Permission(permission.name.replace("{type}", parse(target).type), permission.data)
                    yield Grounds(needed, target, rule(assignments, needed, target), need)

    def _by_scope(self, persona: Persona, principal: str, ids: Ids) -> ByScope:
        if persona.kind != ENDPOINT:
            return self._scopes.get(principal.lower(), _NOTHING)
        return ByScope(
            GivenRole(principal, target, role, BUILT_IN[role], note=_BY_AZURE if certain else _UNSURE, certain=certain)
            for role, on, certain in AUTOMATIC
            for target in ids.get(on, ())
        )

    @cached_property
    def _assignments(self) -> Mapping[str, tuple[GivenRole, ...]]:
        return assignments_of(self._graph, _custom_role)

    @cached_property
    def _scopes(self) -> Mapping[str, ByScope]:
        return {principal: ByScope(assignments) for principal, assignments in self._assignments.items()}

    @cached_property
    def _targets(self) -> Mapping[EnvironmentKey | None, Ids]:
        return targets_of(self._graph)

    @cached_property
    def _context(self) -> bool | None:
        return accepts_resource_context(self._graph)

    @cached_property
    def _assigned(self) -> tuple[RoleDefinition, ...]:
        roles = (one.role for assignments in self._assignments.values() for one in assignments if one.role)
        return tuple(dict.fromkeys(roles))


def combined(answers: Iterable[PermissionAnswer]) -> Status | str | None:
    """Returns the status that answers have in common, None for nothing to do it on, "differs" where they differ."""
    statuses = {answer.status for answer in answers}
    return statuses.pop() if len(statuses) == 1 else "differs"


def narrowest_roles(permissions: Iterable[Permission]) -> tuple[str, ...]:
    """Returns built-in roles that give all these permissions, the narrowest first; none that allows every action."""
    return _giving(BUILT_IN.values(), tuple(permissions))


def _custom_role(definition_id: str) -> RoleDefinition | None:
    """Returns a custom role that an owner creates before the deployment, by the id of its definition."""
    name = custom_role_name(definition_id)
    if name is None:
        return None
    row = CUSTOM_ROLES[name]
    return RoleDefinition(definition_id.rpartition("/")[2], name, row.actions, source=row.source, custom=True)


def _giving(roles: Iterable[RoleDefinition], permissions: tuple[Permission, ...]) -> tuple[str, ...]:
    parts = [part for permission in permissions for part in parts_of(permission)]
    definitions = [role for role in roles if "*" not in role.actions and all(gives(role, part) for part in parts)]
    return tuple(role.name for role in sorted(definitions, key=lambda role: (_breadth(role), role.name)))


def _without_principal(assignment: GivenRole | None) -> object:
    return assignment and (assignment.scope.lower(), assignment.role_id, assignment.conditional)


def _breadth(role: RoleDefinition) -> tuple[bool, int]:
    return any(pattern.startswith("*") for pattern in role.actions), len(role.actions) + len(role.data_actions)
