"""identity/principal-type-missing: a role assignment without the type of its principal."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value

CHECK = Check(
    id="identity/principal-type-missing",
    severity=Severity.WARNING,
    says="{name}, a role on {target}, does not state the type of its principal.",
    remedy="In the component, set `properties.principalType` to `ServicePrincipal` for an identity, or to "
    "`Group` for an Entra group.",
    why="Without the type Azure looks the principal up, and does not find an identity that was created a "
    "moment ago: the deployment then fails with PrincipalNotFound, but not every time.",
    source="https://learn.microsoft.com/azure/role-based-access-control/troubleshooting",
)

PATH = "properties.principalType"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Assignments without the type of their principal."""
    for assignment in graph.of_type("Microsoft.Authorization/roleAssignments"):
        kind = value(assignment, PATH)
        if is_unknown(kind):
            yield CHECK.undecided(assignment, PATH, kind)
        elif not kind:
            target = assignment.id.split("/providers/Microsoft.Authorization/")[0].rsplit("/", 1)[-1]
            yield CHECK.finding(assignment, FindingLocation(PATH, "ServicePrincipal", kind), target=target)
