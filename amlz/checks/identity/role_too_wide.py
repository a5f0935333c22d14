"""identity/role-too-wide: a role, or the scope of one, that no row of the table of grants has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
        kind, scope = _kind(assignment)
        role = PRIVILEGED.get(role_id) or role_name(str(definition))
        if role_id in PRIVILEGED and not value(assignment, "properties.condition"):
            yield _finding(assignment, (role or "", scope), ("it may give every role to everyone", GIVES_ROLES))
        elif kind in _WIDE and same(value(assignment, "properties.principalType"), "User"):
            problem = "it is assigned to one person, not to an Entra group"
            yield _finding(assignment, (role or role_id, scope), (problem, TO_A_GROUP))
        elif role is not None and kind not in rows.get(role, {}) and not _remediates(assignment, policies):
            where = ", ".join(sorted({target for item in rows.get(role, {}).values() for target in item}))
            problem = f"the table of grants has it on {where}" if where else "the table of grants does not have it"
            remedy = CHECK.remedy.replace("{where}", where) if where else NOT_IN_TABLE
            yield _finding(assignment, (role, scope), (problem, remedy))
        elif role is None and kind in _WIDE and not _remediates(assignment, policies):
            problem = (
                "no row of the table of grants has that role, and it holds for all present and future resources there"
            )
            yield _finding(assignment, (role_id, scope), (problem, NARROWER), Severity.WARNING)


def _finding(
    assignment: Resource, role_and_scope: tuple[str, str], mistake: tuple[str, str], severity: Severity | None = None
) -> Finding:
    """The finding of an assignment. `role_and_scope`: its role and scope; `mistake`: the problem and its remedy."""
    problem, remedy = mistake
    place = FindingLocation("properties.roleDefinitionId", None, role_and_scope[0], severity, remedy)
    return CHECK.finding(assignment, place, scope=role_and_scope[1], problem=problem)


def _rows() -> Mapping[str, Mapping[str, set[str]]]:
    """Types of targets that a role is granted on, with the table's words for them, by its name."""
    rows: dict[str, dict[str, set[str]]] = {}
    for grant in GRANTS:
        rows.setdefault(grant.role, {}).setdefault(_TYPES[grant.target], set()).add(grant.target)
    return rows


def _kind(assignment: Resource) -> tuple[str, str]:
    """The type of an assignment's scope in lower case, and its name."""
    scope = scope_of(assignment)
    if scope.startswith("/providers/microsoft.management/"):
        return "microsoft.resources/subscriptions", scope.rsplit("/", 1)[-1]
    parsed = parse(scope)
    return parsed.type.lower(), parsed.name


def _of_policies(graph: ResourceGraph) -> set[str]:
    """Returns the URNs of policy assignments: their definitions require the roles of their identities."""
    return {resource.urn for resource in graph.of_type("Microsoft.Authorization/policyAssignments")}


def _remediates(assignment: Resource, policies: set[str]) -> bool:
    return not policies.isdisjoint(assignment.depends_on)
