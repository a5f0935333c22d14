"""workspace/no-image-build-compute: a workspace that cannot build images for its private registry."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value
from amlz.checks.workspace.registry_not_premium import is_private, private_targets

CHECK = Check(
    id="workspace/no-image-build-compute",
    severity=Severity.ERROR,
    says="{name} keeps its images in the private registry {registry}, and {reason}.",
    remedy="In the component, set `properties.imageBuildCompute` to the name of a CPU cluster of this workspace.",
    why="Azure ML needs a cluster to build images for a private registry: registry tasks and the serverless "
    "builder cannot reach it.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet",
)

_PATH = "properties.imageBuildCompute"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Workspaces with a private registry that name no cluster for builds, or one that is not built."""
    private = private_targets(graph)
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        target, cluster = value(workspace, "properties.containerRegistry"), value(workspace, _PATH)
        if is_unknown(target):
            yield CHECK.undecided(workspace, "properties.containerRegistry", target)
            continue
        registry = graph.by_id(target)
        if registry is None or not is_private(registry, private):
            continue
        if is_unknown(cluster):
            yield CHECK.undecided(workspace, _PATH, cluster)
        elif not cluster or graph.by_id(f"{workspace.id}/computes/{cluster}") is None:
            reason = f"its cluster for builds, {cluster}, is not built" if cluster else "no cluster builds them"
            yield CHECK.finding(
                workspace, FindingLocation(_PATH, "a cluster", cluster), registry=registry.name, reason=reason
            )
