"""identity/datastore-without-role: a datastore without credentials, on a container that jobs may not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.identity.missing_role import OF_CLUSTER, Given, given_roles, has_role, only_builds, uses_of_identities
from amlz.checks.reading import above, same, value

ROLE = "Storage Blob Data Reader"

CHECK = Check(
    id="identity/datastore-without-role",
    severity=Severity.ERROR,
    says="{who} of {compute} cannot read {container}, the container of datastore {name}: it has no role on it.",
    remedy="In the component, add an assignment of role `Storage Blob Data Reader` on container {container} for "
    "{who}; of `Storage Blob Data Contributor`, if jobs write to it.",
    why="A datastore without credentials gives no identity to its users: a job reads with the identity of its"
    " cluster, which needs a role on the container.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication",
)

#: Properties that identify the account of a datastore.
_KEYS = ("subscriptionId", "resourceGroup", "accountName")
#: Kinds of datastores that a blob role opens, and which key names the container.
CONTAINERS = {"AzureDataLakeGen2": "filesystem", "AzureBlob": "containerName"}

#: The graph, roles by identity, and the number of compute targets that have each identity.
_Facts = tuple[ResourceGraph, Given, Counter[str]]


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Datastores without credentials, held against the identities of the clusters of their workspace."""
    facts = (graph, given_roles(graph), uses_of_identities(graph))
    clusters: dict[str, list[Resource]] = {}
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        clusters.setdefault(above(compute.id, "computes").lower(), []).append(compute)
    for store in graph.of_type("Microsoft.MachineLearningServices/workspaces/datastores"):
        kind = value(store, "properties.datastoreType")
        if kind not in CONTAINERS or not same(value(store, "properties.credentials.credentialsType"), "None"):
            continue
        names = [value(store, f"properties.{key}") for key in _KEYS] + [value(store, f"properties.{CONTAINERS[kind]}")]
        doubtful = next((name for name in names if is_unknown(name)), None)
        if doubtful is not None:
            yield CHECK.undecided(store, "the container", doubtful)
        elif all(isinstance(name, str) for name in names):
            for compute in clusters.get(above(store.id, "datastores").lower(), ()):
                yield from _judge(facts, store, compute, _container(*names))


def _container(subscription: str, group: str, account: str, name: str) -> str:
    place = f"/subscriptions/{subscription}/resourceGroups/{group}"
    return f"{place}/providers/Microsoft.Storage/storageAccounts/{account}/blobServices/default/containers/{name}"


def _builds(facts: _Facts, compute: Resource, identity: str) -> bool:
    """Returns whether an identity is that of image builds alone."""
    graph, _, uses = facts
    workspace = graph.by_id(above(compute.id, "computes"))
    return workspace is not None and only_builds(compute, workspace, uses[identity.lower()])


def _judge(facts: _Facts, store: Resource, compute: Resource, container: str) -> Iterator[Finding]:
    """Compares the identities of one cluster with one container. Image builds read no data."""
    graph, given, _ = facts
    identities: Any = value(compute, OF_CLUSTER) or {}
    if is_unknown(identities):
        yield CHECK.undecided(compute, OF_CLUSTER, identities)
        return
    account = graph.by_id(above(container, "blobServices"))
    for identity in identities:
        who, name = identity.rsplit("/", 1)[-1], container.rsplit("/", 1)[-1]
        if has_role(given, identity, ROLE, container) or _builds(facts, compute, identity):
            continue
        if graph.by_id(identity) is None or account is None:
            missing = "an account" if account is None else "an identity"
            yield CHECK.undecided(store, "roles of its clusters", f"{who} on {name}: {missing} that is not built here")
        else:
            place = FindingLocation("properties.credentials", ROLE)
            yield CHECK.finding(store, place, who=who, compute=compute.name, container=name)
