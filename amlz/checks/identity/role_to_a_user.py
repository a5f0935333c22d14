"""identity/role-to-a-user: a role that is given to one person."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import same, value

CHECK = Check(
    id="identity/role-to-a-user",
    severity=Severity.WARNING,
    says="{name} gives a role to one person.",
    remedy="In the component, set `properties.principalId` to the object id of an Entra group that the person is"
    " a member of, and `properties.principalType` to `Group`.",
    why="With groups, access is managed in Entra ID, with reviews and time limits, and there are few role "
    "assignments: a subscription takes a limited number.",
    source="https://learn.microsoft.com/azure/role-based-access-control/best-practices",
)

PATH = "properties.principalType"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Assignments whose principal is a user."""
    for assignment in graph.of_type("Microsoft.Authorization/roleAssignments"):
        kind = value(assignment, PATH)
        if is_unknown(kind):
            yield CHECK.undecided(assignment, PATH, kind)
        elif same(kind, "User"):
            yield CHECK.finding(assignment, FindingLocation(PATH, "Group", kind))
