"""The role matrix: who has which role, on what, and why."""

from __future__ import annotations

from dataclasses import dataclass

from amlz.azure.ids import parse
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import RoleAssignmentSpec
from amlz.core.words import short_noun

#: Kinds of scope of which nothing is built here.
_KINDS = {
    "microsoft.resources/subscriptions": "subscription",
    "microsoft.management/managementgroups": "management group",
    "microsoft.containerservice/managedclusters": "Kubernetes cluster",
}


@dataclass(frozen=True, slots=True)
class AssignedRole:
    """A role on one scope. `principal`: an Entra object id, or the name of an identity that is built here."""

    on: str
    within: str
    principal: str


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role that a principal has for one reason, and all its scopes."""

    role: str
    kind: str
    why: str
    given: tuple[AssignedRole, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """Everything that one kind of principal may. `cells`: roles by kind of scope, in the order of the columns."""

    who: str
    people: bool
    cells: tuple[tuple[str, ...], ...]
    rows: tuple[RoleRow, ...]

    @property
    def assignments(self) -> int:
        """Returns the number of role assignments."""
        return sum(len(row.given) for row in self.rows)


@dataclass(frozen=True, slots=True)
class RoleMatrix:
    """`kinds`: kinds of scopes, the columns; `deployer`: roles of the deployer: scope, role, reason."""

    kinds: tuple[str, ...]
    whos: tuple[Who, ...]
    deployer: tuple[tuple[str, str, str], ...]


def role_matrix(plan: LandingZonePlan) -> RoleMatrix:
    """Every role assignment of a plan; people before identities, else in the order of the plan."""
    roles: dict[str, dict[tuple[str, str, str], list[AssignedRole]]] = {}
    people: dict[str, bool] = {}
    for role in plan.roles():
        kind, given = _given(role)
        roles.setdefault(role.who, {}).setdefault((role.role, kind, role.why), []).append(given)
        people[role.who] = people.get(role.who, False) or role.principal.kind == "Group"
    kinds = tuple(dict.fromkeys(kind for rows in roles.values() for _, kind, _ in rows))
    whos = [
        Who(
            who=who,
            people=people[who],
            cells=tuple(tuple(dict.fromkeys(role for role, on, _ in rows if on == kind)) for kind in kinds),
            rows=tuple(RoleRow(role, kind, why, tuple(given)) for (role, kind, why), given in rows.items()),
        )
        for who, rows in roles.items()
    ]
    deployer = tuple(
        (row.subscription, f"{row.role}, with a condition" if row.condition else row.role, row.why)
        for row in plan.deployer
    )
    return RoleMatrix(kinds, tuple(sorted(whos, key=lambda who: not who.people)), deployer)


def _given(role: RoleAssignmentSpec) -> tuple[str, AssignedRole]:
    """Returns the kind of a scope, and the scope in short."""
    principal = role.principal.id.rpartition("/")[2]
    scope = parse(role.scope)
    kind = _KINDS.get(scope.type.lower()) or short_noun(scope.type).one
    return kind, AssignedRole(scope.name, scope.resource_group if scope.resource_group != scope.name else "", principal)
