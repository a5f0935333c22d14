"""identity/unused: an identity that nothing acts as."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, ids_in, scope_of, value
from amlz.core.facts.roles import ROLES

CHECK = Check(
    id="identity/unused",
    severity=Severity.WARNING,
    says="{name} is an identity that nothing built here acts as.",
    remedy="In the component, remove the identity and its role assignments, or add it to "
    "`identity.userAssignedIdentities` of the resource that uses it.",
    why="An identity that has roles and no use is access that nobody watches. An identity counts as used if a"
    " resource lists it, if its federated credentials let pipelines sign in, or if a principal can create resources"
    " with it (Managed Identity Operator): online endpoints are created by pipelines.",
    source="https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identity-best-practice-recommendations",
)

_ASSIGNS = ROLES["Managed Identity Operator"]


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """User-assigned identities that no resource has, that no credential belongs to, and that nobody can assign."""
    used: set[str] = set()
    unknown: object = None
    for resource in graph:
        if resource.arm_type.lower().endswith("/federatedidentitycredentials"):
            used.add(above(resource.id, "federatedIdentityCredentials").lower())
            continue
        if resource.arm_type.lower().startswith("microsoft.authorization/"):
            if str(value(resource, "properties.roleDefinitionId")).lower().endswith(_ASSIGNS):
                used.add(scope_of(resource))
            continue  # another role on an identity, or to it, is no use of it; a policy's own identity is below
        identities, listed = _has(resource)
        used |= identities
        unknown = unknown or listed
    for assignment in graph.of_type("Microsoft.Authorization/policyAssignments"):
        used |= _has(assignment)[0]
    for identity in graph.of_type("Microsoft.ManagedIdentity/userAssignedIdentities"):
        if identity.id.lower() not in used:
            yield (
                CHECK.undecided(identity, "who acts as it", unknown)
                if unknown
                else CHECK.finding(identity, FindingLocation())
            )


def _has(resource: Resource) -> tuple[set[str], object]:
    """Ids of identities that a body names, in lower case, and what of its list only the deployment knows."""
    kind = "/providers/microsoft.managedidentity/userassignedidentities/"
    listed = value(resource, "identity.userAssignedIdentities")
    return {item.lower() for _, item in ids_in(resource.body) if kind in item.lower()}, listed if is_unknown(
        listed
    ) else None
