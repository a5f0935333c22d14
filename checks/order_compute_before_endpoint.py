"""order/compute-before-endpoint: a compute that may be created before its workspace's endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import Resource, ResourceGraph
from checks.finding import At, Check, Finding, Severity
from checks.reading import connections, value

CHECK = Check(
    id="order/compute-before-endpoint",
    severity=Severity.ERROR,
    says="{name} has no public address and does not wait for {workspace}'s private endpoint: Azure refuses it.",
    remedy="Let it wait for the endpoint's zone group.",
    why="Azure ML refuses a compute without public address in a workspace that has no private endpoint yet.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Computes without public address that do not wait for an endpoint of their workspace, with its names."""
    ready: dict[str, list[Resource]] = {}
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        groups = [g for g in graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
                  if g.id.lower().startswith(endpoint.id.lower() + "/")]  # fmt: skip
        for target, group in connections(endpoint):
            if group == "amlworkspace":
                ready.setdefault(target.lower(), []).extend(groups or [endpoint])
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        workspace = compute.id.rsplit("/computes/", 1)[0]
        public = value(compute, "properties.properties.enableNodePublicIp")
        endpoints = ready.get(workspace.lower(), [])
        if public is False and not any(graph.waits_for(compute, endpoint) for endpoint in endpoints):
            yield CHECK.finding(
                compute, At("dependsOn", "the workspace's endpoint"), workspace=workspace.rsplit("/", 1)[-1]
            )
