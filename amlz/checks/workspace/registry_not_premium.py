"""workspace/registry-not-premium: a private registry of a tier that takes no private endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import SET, Check, Finding, FindingLocation, Severity
from amlz.checks.reading import connections, same, text, value

CHECK = Check(
    id="workspace/registry-not-premium",
    severity=Severity.ERROR,
    says="{name} is a registry of tier {actual}; {reason}.",
    remedy=SET,
    why="Only Premium registries support private endpoints and can turn off public access.",
    source="https://learn.microsoft.com/azure/container-registry/container-registry-private-link",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Private registries, and registries of private workspaces, that are not Premium."""
    private = private_targets(graph)
    used = {
        registry.lower(): workspace
        for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces")
        for registry in [value(workspace, "properties.containerRegistry")]
        if isinstance(registry, str) and is_private(workspace, private)
    }
    for registry in graph.of_type("Microsoft.ContainerRegistry/registries"):
        workspace = used.get(registry.id.lower())
        if workspace is None and not is_private(registry, private):
            continue
        tier = value(registry, "sku.name")
        if is_unknown(tier):
            yield CHECK.undecided(registry, "sku.name", tier)
        elif not same(tier, "Premium"):
            reason = f"{workspace.name} is private and needs Premium" if workspace else "a private one must be Premium"
            yield CHECK.finding(
                registry, FindingLocation("sku.name", "Premium", tier), actual=text(tier), reason=reason
            )


def is_private(resource: Resource, endpoints: frozenset[str]) -> bool:
    """Returns whether a resource has a private endpoint or no public access."""
    return resource.id.lower() in endpoints or same(value(resource, "properties.publicNetworkAccess"), "Disabled")


def private_targets(graph: ResourceGraph) -> frozenset[str]:
    """Ids in lower case of everything with a private endpoint."""
    endpoints = graph.of_type("Microsoft.Network/privateEndpoints")
    return frozenset(str(target).lower() for endpoint in endpoints for target, _ in connections(endpoint))
