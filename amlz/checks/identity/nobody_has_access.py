"""identity/nobody-has-access: a workspace in which nobody but its own identities has a role."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.azure.ids import within
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import scope_of, value

CHECK = Check(
    id="identity/nobody-has-access",
    severity=Severity.NOTE,
    says="No Entra group and no pipeline has a role in {name}.",
    remedy="Set `projects.{project}.environments.{environment}.access.dataScientists` to a list of object ids of"
    " Entra groups; docs/reference/roles.md has the other kinds of access. No action needed, if roles are assigned "
    "outside of this program.",
    why="Without a role nobody can open the workspace, except those who have a role on the whole subscription"
    " or management group. Roles that are assigned elsewhere are not known here.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Workspaces that no assignment to a decided principal reaches, nor one to an identity with federated tokens."""
    scopes = set()
    pipelines = {
        credential.id.lower().rsplit("/federatedidentitycredentials/", 1)[0]
        for credential in graph.of_type("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials")
    }
    for assignment in graph.of_type("Microsoft.Authorization/roleAssignments"):
        waited = (graph.by_urn(urn) for urn in assignment.depends_on)
        of_pipeline = any(other is not None and other.id.lower() in pipelines for other in waited)
        principal = value(assignment, "properties.principalId")
        if of_pipeline or not (is_unknown(principal) or principal in graph.existing_identities):
            scopes.add(scope_of(assignment))
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        if not any(within(workspace.id, scope) for scope in scopes):
            yield CHECK.finding(workspace, FindingLocation())
