"""identity/role-too-wide: a role, or the scope of one, that no row of the table of grants has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.azure.ids import parse
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import same, scope_of, value
from amlz.core.discovery import capability_facts
from amlz.core.facts.roles import GRANTS, PRIVILEGED, role_name

GIVES_ROLES = (
    "In the component, assign a role that cannot assign roles, or set `properties.condition` to a "
    "condition that limits which roles it can assign."
)
TO_A_GROUP = (
    "In the component, assign the role to an Entra group: set `properties.principalId` to its object id "
    "and `properties.principalType` to `Group`."
)
NOT_IN_TABLE = (
    "In the component, assign a role of the table of grants. If this role is needed, add it to `GRANTS` "
    "in `amlz/core/facts/roles.py`."
)
NARROWER = "In the component, assign the role on the resource that needs it, not on {scope}."

CHECK = Check(
    id="identity/role-too-wide",
    severity=Severity.ERROR,
    says="{name}: {problem}.",
    remedy="In the component, assign the role at the scope that the table of grants has for it: {where}.",
    why="Anyone who can assign roles can get every other role, and a role on a resource group or subscription"
    " also applies to everything that is created there later. Role assignments are compared with the "
    "table of grants (docs/reference/roles.md); a warning is a role that the table does not have.",
    source="https://learn.microsoft.com/azure/role-based-access-control/best-practices",
    otherwise=(
        GIVES_ROLES,
        TO_A_GROUP,
        NOT_IN_TABLE,
        NARROWER,
    ),
)

#: Types that targets of grants have, in lower case.
_TYPES = {
    "hubGroup": "microsoft.resources/resourcegroups",
    "spokeGroup": "microsoft.resources/resourcegroups",
    "sharedGroup": "microsoft.resources/resourcegroups",
    "network": "microsoft.network/virtualnetworks",
    "trainingSubnet": "microsoft.network/virtualnetworks/subnets",
    "computeIdentity": "microsoft.managedidentity/userassignedidentities",
    "resourceGroup": "microsoft.resources/resourcegroups",
    "workspace": "microsoft.machinelearningservices/workspaces",
    "storage": "microsoft.storage/storageaccounts",
    "vault": "microsoft.keyvault/vaults",
    "keys": "microsoft.keyvault/vaults",
    "registry": "microsoft.containerregistry/registries",
    "insights": "microsoft.insights/components",
    "logAnalytics": "microsoft.operationalinsights/workspaces",
    "blobEndpoint": "microsoft.network/privateendpoints",
    "fileEndpoint": "microsoft.network/privateendpoints",
    "memberCluster": "microsoft.machinelearningservices/workspaces/computes",
    **{
        target: arm_type.lower()
        for facts in capability_facts()
        for target, arm_type in {**facts.targets, **facts.shared_targets}.items()
    },
}


class _AssignmentScope(NamedTuple):
    """The scope of an assignment: its type in lower case, and its name."""

    type: str
    name: str


@dataclass(frozen=True, slots=True)
class _WideRole:
    """A mistake in an assignment. `role`: its name, or its id; `remedy`: a template, None for the usual one.

    `where`: the targets of the role in the table of grants.
    """

    role: str
    problem: str
    remedy: str | None
    severity: Severity | None = None
    where: str | None = None


_WIDE = ("microsoft.resources/resourcegroups", "microsoft.resources/subscriptions")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns assignments that are wider than every row of their role, to any principal."""
    rows = _rows()
    policies = _of_policies(graph)
    for assignment in graph.of_type("Microsoft.Authorization/roleAssignments"):
        definition = value(assignment, "properties.roleDefinitionId")
        if is_unknown(definition):
            yield CHECK.undecided(assignment, "properties.roleDefinitionId", definition)
            continue
        role_id = str(definition).rsplit("/", 1)[-1].lower()
        scope = _scope(assignment)
        role = PRIVILEGED.get(role_id) or role_name(str(definition))
        if role_id in PRIVILEGED and not value(assignment, "properties.condition"):
            mistake = _WideRole(role or "", "it may give every role to everyone", GIVES_ROLES)
            yield _finding(assignment, scope, mistake)
        elif scope.type in _WIDE and same(value(assignment, "properties.principalType"), "User"):
            problem = "it is assigned to one person, not to an Entra group"
            yield _finding(assignment, scope, _WideRole(role or role_id, problem, TO_A_GROUP))
        elif role is not None and scope.type not in rows.get(role, {}) and not _remediates(assignment, policies):
            where = ", ".join(sorted({target for item in rows.get(role, {}).values() for target in item}))
            problem = f"the table of grants has it on {where}" if where else "the table of grants does not have it"
            remedy = None if where else NOT_IN_TABLE
            yield _finding(assignment, scope, _WideRole(role, problem, remedy, where=where))
        elif role is None and scope.type in _WIDE and not _remediates(assignment, policies):
            problem = (
                "no row of the table of grants has that role, and it holds for all present and future resources there"
            )
            yield _finding(assignment, scope, _WideRole(role_id, problem, NARROWER, Severity.WARNING))


def _finding(assignment: Resource, scope: _AssignmentScope, mistake: _WideRole) -> Finding:
    place = FindingLocation("properties.roleDefinitionId", None, mistake.role, mistake.severity, mistake.remedy)
    return CHECK.finding(assignment, place, scope=scope.name, problem=mistake.problem, where=mistake.where)


def _rows() -> Mapping[str, Mapping[str, set[str]]]:
    """Types of targets that a role is granted on, with the table's words for them, by its name."""
    rows: dict[str, dict[str, set[str]]] = {}
    for grant in GRANTS:
        rows.setdefault(grant.role, {}).setdefault(_TYPES[grant.target], set()).add(grant.target)
    return rows


def _scope(assignment: Resource) -> _AssignmentScope:
    scope = scope_of(assignment)
    if scope.startswith("/providers/microsoft.management/"):
        return _AssignmentScope("microsoft.resources/subscriptions", scope.rsplit("/", 1)[-1])
    parsed = parse(scope)
    return _AssignmentScope(parsed.type.lower(), parsed.name)


def _of_policies(graph: ResourceGraph) -> set[str]:
    """Returns the URNs of policy assignments: their definitions require the roles of their identities."""
    return {resource.urn for resource in graph.of_type("Microsoft.Authorization/policyAssignments")}


def _remediates(assignment: Resource, policies: set[str]) -> bool:
    return not policies.isdisjoint(assignment.depends_on)
