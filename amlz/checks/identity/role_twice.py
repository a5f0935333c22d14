"""identity/role-twice: the same role on the same scope for the same principal, twice."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import scope_of, value

CHECK = Check(
    id="identity/role-twice",
    severity=Severity.ERROR,
    says="{name} is assigned twice in the program: as {first} and as {second}.",
    remedy="In the component, remove one of the two role assignments.",
    why="Azure accepts only one assignment of a role to a principal at a scope: the second is refused with "
    "RoleAssignmentExists. Principals whose id is known only at deployment are distinguished by what they"
    " wait for.",
    source="https://learn.microsoft.com/azure/role-based-access-control/troubleshooting",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns assignments that repeat an earlier one."""
    known: dict[tuple[str, ...], Resource] = {}
    for assignment in graph.of_type("Microsoft.Authorization/roleAssignments"):
        role = str(value(assignment, "properties.roleDefinitionId")).rsplit("/", 1)[-1].lower()
        principal = value(assignment, "properties.principalId")
        who = identities(graph, assignment) if is_unknown(principal) else (str(principal).lower(),)
        if not who:
            continue
        other = known.setdefault((scope_of(assignment), role, *who), assignment)
        if other is not assignment:
            first, second = (resource.urn.rpartition("::")[2] for resource in (other, assignment))
            yield CHECK.finding(assignment, FindingLocation("properties.principalId"), first=first, second=second)


def identities(graph: ResourceGraph, assignment: Resource) -> tuple[str, ...]:
    """The ids of the identities that an assignment waits for, in lower case, without the one that it is on."""
    waited = (graph.by_urn(urn) for urn in assignment.depends_on)
    kind = "microsoft.managedidentity/userassignedidentities"
    ids = {resource.id.lower() for resource in waited if resource is not None and resource.arm_type.lower() == kind}
    return tuple(sorted(ids - {scope_of(assignment)}))
