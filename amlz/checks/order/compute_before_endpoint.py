"""order/compute-before-endpoint: a compute that may be created before its workspace's endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.dns.endpoint_without_zone import endpoint_of
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, connections, is_managed, value

CHECK = Check(
    id="order/compute-before-endpoint",
    severity=Severity.ERROR,
    says="{name} has no public address and does not wait for {workspace}'s private endpoint: Azure refuses it.",
    remedy="In the component, add the DNS zone group of the workspace's private endpoint to `depends_on` of {name}.",
    why="Azure ML refuses a compute without a public address in a workspace that has no private endpoint yet.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet",
)

_PATH = "properties.properties.enableNodePublicIp"
_MODE = "properties.managedNetwork.isolationMode"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns compute targets without public address that do not wait for an endpoint of their workspace and its
    names.
    """
    ready = _ready(graph)
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        workspace, public = above(compute.id, "computes"), value(compute, _PATH)
        if any(graph.waits_for(compute, endpoint) for endpoint in ready.get(workspace.lower(), ())):
            continue
        owner = graph.by_id(workspace)
        if owner is not None and is_managed(owner):
            continue  # Azure connects a managed network to its workspace by an endpoint that it creates itself
        mode = None if owner is None else value(owner, _MODE)
        if is_unknown(mode) and public is False:
            yield CHECK.undecided(compute, f"{_MODE} of its workspace", mode)
            continue
        if is_unknown(public):
            yield CHECK.undecided(compute, _PATH, public)
        elif public is False:
            words = {"workspace": workspace.rsplit("/", 1)[-1]}
            yield CHECK.finding(compute, FindingLocation("dependsOn", "the workspace's endpoint"), **words)


def _ready(graph: ResourceGraph) -> dict[str, list[Resource]]:
    """By workspace, what to wait for: the zone groups of its endpoints, or endpoints that have none."""
    groups: dict[str, list[Resource]] = {}
    for group in graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        groups.setdefault(endpoint_of(group), []).append(group)
    ready: dict[str, list[Resource]] = {}
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        for target, group in connections(endpoint):
            if group == "amlworkspace" and isinstance(target, str):
                ready.setdefault(target.lower(), []).extend(groups.get(endpoint.id.lower(), [endpoint]))
    return ready
