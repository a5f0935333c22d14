"""identity/missing-role: an identity without a role that it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.azure.ids import within
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, connections, is_managed, same, value
from amlz.core.capability_facts import Grant
from amlz.core.discovery import capability_facts
from amlz.core.facts.roles import GRANTS, ROLES

CHECK = Check(
    id="identity/missing-role",
    severity=Severity.ERROR,
    says="{who} of {name} has no role {role} on {target}, which it needs: {why}.",
    remedy="In the component, add an assignment of role `{role}` on {target} for {who}, and create it before the"
    " workspace.",
    why="A workspace with a user-assigned identity gets no roles from Azure, so the program has to assign "
    "each of them.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication",
)

#: Which property of a workspace names a grant's target.
PARTS = {
    "storage": "storageAccount",
    "vault": "keyVault",
    "registry": "containerRegistry",
    "insights": "applicationInsights",
    "keys": "encryption.keyVaultProperties.keyVaultArmId",
}

#: Types of targets in the workspace's resource group.
IN_GROUP = {
    target: arm_type for capability_fact in capability_facts() for target, arm_type in capability_fact.targets.items()
}

#: Roles that hold everything of another, by the other's name.
#: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
_OWNER, _BLOB_OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
INCLUDED_IN = {
    "AcrPull": (ROLES["AcrPush"],),
    "Contributor": (_OWNER,),
    "Reader": (ROLES["Contributor"], _OWNER),
    "Storage Blob Data Contributor": (_BLOB_OWNER,),
    "Storage Blob Data Reader": (ROLES["Storage Blob Data Contributor"], _BLOB_OWNER),
}

PRIMARY, OF_CLUSTER = "properties.primaryUserAssignedIdentity", "identity.userAssignedIdentities"
READER = "properties.encryption.identity.userAssignedIdentity"
#: Principal of the table by path: the workspace, the reader of its encryption key, and clusters.
WHO = {PRIMARY: "workspaceIdentity", READER: "encryptionIdentity", OF_CLUSTER: "computeIdentity"}
BUILDS = "buildIdentity"

#: Roles on a registry that an environment outside of `sharedRegistry.writers` does not need.
PUSHES = (("registry", "Contributor"), ("registry", "AcrPush"))

Given = dict[tuple[str, str], list[str]]


@dataclass
class _Facts:
    """Lookup tables: scopes by identity and role, existing identities, storage endpoints by account and group ID."""

    graph: ResourceGraph
    given: Given
    existing: frozenset[str]
    endpoints: dict[tuple[str, str], list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Holder:
    """An identity of a workspace or a cluster: the path that names it, its id, and its name in the table of grants."""

    path: str
    identity: Any
    who: str


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Roles that the identities of workspaces and clusters do not have on what the workspace consists of."""
    facts = _Facts(graph, given_roles(graph), frozenset(graph.existing_identities.values()))
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        for target, group in connections(endpoint):
            if isinstance(target, str) and isinstance(group, str):
                facts.endpoints.setdefault((target.lower(), group), []).append(endpoint.id)
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        for path in (PRIMARY, READER):
            identity = value(workspace, path)
            if identity is not None:
                yield from _judge(facts, workspace, workspace, _Holder(path, identity, WHO[path]))
    uses = uses_of_identities(graph)
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        owner = graph.by_id(above(compute.id, "computes"))
        identities = value(compute, OF_CLUSTER) or {}
        for identity in [identities] if is_unknown(identities) else identities:
            if owner is not None:
                who = BUILDS if only_builds(compute, owner, uses[str(identity).lower()]) else WHO[OF_CLUSTER]
                yield from _judge(facts, compute, owner, _Holder(OF_CLUSTER, identity, who))


def uses_of_identities(graph: ResourceGraph) -> Counter[str]:
    """Returns how many compute targets have each identity, by its id in lower case."""
    computes = graph.of_type("Microsoft.MachineLearningServices/workspaces/computes")
    of_computes = (value(compute, OF_CLUSTER) or {} for compute in computes)
    return Counter(
        identity.lower() for identities in of_computes if not is_unknown(identities) for identity in identities
    )


def only_builds(compute: Resource, workspace: Resource, uses: int) -> bool:
    """Returns whether an identity is that of image builds alone. `uses`: the number of compute targets that have it."""
    return uses == 1 and same(value(workspace, "properties.imageBuildCompute"), compute.name)


def _judge(facts: _Facts, resource: Resource, workspace: Resource, holder: _Holder) -> Iterator[Finding]:
    """Yields roles of the table of grants that an identity needs and does not have."""
    identity = holder.identity
    if is_unknown(identity):
        yield CHECK.undecided(resource, holder.path, identity)
    elif facts.graph.by_id(identity) is None and identity not in facts.existing:
        yield CHECK.undecided(resource, holder.path, f"roles of {identity.rsplit('/', 1)[-1]}, which is not built here")
    else:
        for grant in GRANTS:
            if (grant.target, grant.role) in PUSHES and _only_pulls(facts, identity, workspace):
                continue
            if grant.who == holder.who and _wanted(facts, grant, workspace):
                missing = (
                    target for target in _targets(facts, grant, workspace) if _lacks(facts, holder, grant, target)
                )
                yield from (_missing(resource, identity, grant, target) for target in missing)


def _only_pulls(facts: _Facts, identity: str, workspace: Resource) -> bool:
    """Returns whether an identity only pulls from a registry of another workspace (`sharedRegistry.writers`)."""
    registry = value(workspace, f"properties.{PARTS['registry']}")
    if not isinstance(registry, str) or not has_role(facts.given, identity, "AcrPull", registry):
        return False
    others = (
        value(other, PRIMARY)
        for other in facts.graph.of_type("Microsoft.MachineLearningServices/workspaces")
        if other.id != workspace.id and within(str(value(other, f"properties.{PARTS['registry']}")), registry)
    )
    return any(isinstance(other, str) and has_role(facts.given, other, "Contributor", registry) for other in others)


def _lacks(facts: _Facts, holder: _Holder, grant: Grant, target: Any) -> bool:
    """Returns whether an identity lacks a role on a target, or it is undecided which target that is."""
    return is_unknown(target) or (
        isinstance(target, str) and not has_role(facts.given, holder.identity, grant.role, target)
    )


def _missing(resource: Resource, identity: str, grant: Grant, target: Any) -> Finding:
    if is_unknown(target):
        return CHECK.undecided(resource, f"the target of role {grant.role}", target)
    names = {"who": identity.rsplit("/", 1)[-1], "target": target.rsplit("/", 1)[-1]}
    return CHECK.finding(resource, FindingLocation("identity", grant.role), role=grant.role, why=grant.why, **names)


def _targets(facts: _Facts, grant: Grant, workspace: Resource) -> list[Any]:
    """The ids that a grant is on; none where the workspace has no such part."""
    if grant.target == "workspace":
        return [workspace.id]
    if grant.target == "resourceGroup":
        return [workspace.id[: workspace.id.lower().index("/providers/")]]
    if grant.target in ("blobEndpoint", "fileEndpoint"):
        storage = str(value(workspace, "properties.storageAccount")).lower()
        return list(facts.endpoints.get((storage, grant.target.removesuffix("Endpoint")), []))
    if grant.target in IN_GROUP:
        return [
            resource.id for resource in facts.graph.of_type(IN_GROUP[grant.target]) if _same_group(resource, workspace)
        ]
    return [value(workspace, f"properties.{PARTS[grant.target]}")] if grant.target in PARTS else []


def _same_group(resource: Resource, workspace: Resource) -> bool:
    groups = [item.id.lower().split("/providers/")[0] for item in (resource, workspace)]
    return groups[0] == groups[1]


def _wanted(facts: _Facts, grant: Grant, workspace: Resource) -> bool:
    """Returns true if the grant applies, by the graph: keys off, endpoints for queues, the network."""
    storage = value(workspace, "properties.storageAccount")
    if grant.when == "noSharedKeys":
        account = facts.graph.by_id(storage)
        return account is not None and value(account, "properties.allowSharedKeyAccess") is False
    if grant.when == "batch":
        return (str(storage).lower(), "queue") in facts.endpoints or (str(storage).lower(), "table") in facts.endpoints
    if grant.when == "managedNetwork":
        return is_managed(workspace)
    return grant.when in ("always", "ownKey")  # without a customer-managed key there is no target


def has_role(given: Given, identity: str, role: str, target: str) -> bool:
    """Returns true if an identity has a role, or one that includes it, on a target or above it."""
    roles = (ROLES[role], *INCLUDED_IN.get(role, ()))
    return any(within(target, scope) for item in roles for scope in given.get((identity.lower(), item), ()))


def given_roles(graph: ResourceGraph) -> Given:
    """Returns scopes by identity and role. An edge to the identity names the unknown principal of an assignment."""
    given: Given = {}
    existing = graph.existing_identities
    for assignment in graph.of_type("Microsoft.Authorization/roleAssignments"):
        role = str(value(assignment, "properties.roleDefinitionId")).rsplit("/", 1)[-1].lower()
        scope = assignment.id.lower().split("/providers/microsoft.authorization/")[0]
        principal = value(assignment, "properties.principalId")
        if not is_unknown(principal):  # of a security group, an application, or an identity that exists
            if principal in existing:
                given.setdefault((existing[principal].lower(), role), []).append(scope)
            continue
        for urn in assignment.depends_on:
            other = graph.by_urn(urn)
            if other is None or other.arm_type.lower() != "microsoft.managedidentity/userassignedidentities":
                continue
            if other.id.lower() != scope:
                given.setdefault((other.id.lower(), role), []).append(scope)
    return given
