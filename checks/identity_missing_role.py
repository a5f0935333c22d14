"""identity/missing-role: an identity without a role that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import Resource, ResourceGraph
from checks.finding import At, Check, Finding, Severity
from checks.reading import value
from landingzone.facts.roles import ROLES

CHECK = Check(
    id="identity/missing-role",
    severity=Severity.ERROR,
    says="{who} of {name} has no role {role} on {target}: {why}.",
    remedy="Assign it, before the workspace is created.",
    why="A workspace with a user-assigned identity gets no roles from Azure; each has to be given.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication",
)

#: What Azure ML needs of the workspace's identity: property of the workspace, role, and what fails without.
#: how-to-identity-based-service-authentication, and how-to-disable-local-auth-storage for data without keys.
WORKSPACE_NEEDS = (
    ("storageAccount", "Contributor", "the workspace cannot manage its containers"),
    ("storageAccount", "Storage Blob Data Contributor", "the workspace cannot read or write data"),
    ("keyVault", "Contributor", "the workspace cannot manage its vault"),
    ("keyVault", "Key Vault Administrator", "connections cannot keep secrets"),
    ("containerRegistry", "Contributor", "images cannot be stored"),
    ("applicationInsights", "Contributor", "telemetry cannot be written"),
)
#: The same of the identity of a cluster.
CLUSTER_NEEDS = (
    ("storageAccount", "Storage Blob Data Contributor", "jobs cannot read or write data"),
    ("containerRegistry", "AcrPull", "nodes cannot pull images"),
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Roles that the identities of workspaces and clusters do not have on what the workspace consists of."""
    given = set(_given(graph))
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        identity = value(workspace, "properties.primaryUserAssignedIdentity")
        if isinstance(identity, str):
            yield from _missing(workspace, workspace, identity, given)
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        above = graph.by_id(compute.id.rsplit("/computes/", 1)[0])
        for identity in value(compute, "identity.userAssignedIdentities") or {}:
            if above is not None:
                yield from _missing(compute, above, identity, given)


def _missing(
    resource: Resource, workspace: Resource, identity: str, given: set[tuple[str, str, str]]
) -> Iterator[Finding]:
    needs = WORKSPACE_NEEDS if resource is workspace else CLUSTER_NEEDS
    for part, role, why in needs:
        target = value(workspace, f"properties.{part}")
        if isinstance(target, str) and (identity.lower(), ROLES[role], target.lower()) not in given:
            words = {"who": identity.rsplit("/", 1)[-1], "target": target.rsplit("/", 1)[-1], "role": role, "why": why}
            yield CHECK.finding(resource, At("identity", role), **words)


def _given(graph: ResourceGraph) -> Iterator[tuple[str, str, str]]:
    """Identity, role and scope of each assignment. The identity of an unknown principal is found by its edge."""
    for assignment in graph.of_type("Microsoft.Authorization/roleAssignments"):
        role = str(value(assignment, "properties.roleDefinitionId")).rsplit("/", 1)[-1].lower()
        scope = assignment.id.lower().split("/providers/microsoft.authorization/")[0]
        for urn in assignment.depends_on:
            other = graph.by_urn(urn)
            if other is not None and other.arm_type == "Microsoft.ManagedIdentity/userAssignedIdentities":
                yield other.id.lower(), role, scope
