"""workspace/quarantined-registry: a registry that holds images back until they are released."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import same, value

CHECK = Check(
    id="workspace/quarantined-registry",
    severity=Severity.WARNING,
    says="{registry}, of workspace {name}, puts images into quarantine.",
    remedy="In the component, set `{path}` of {registry} to `{expected}`.",
    why="Azure ML builds an image and pulls it at once. In quarantine the image waits for a release that "
    "nothing gives; batch endpoints do not work with it.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet",
)

PATH = "properties.policies.quarantinePolicy.status"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Workspaces whose registry has quarantine on."""
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        registry = graph.by_id(value(workspace, "properties.containerRegistry"))
        status = value(registry, PATH) if registry is not None else None
        if registry is not None and is_unknown(status):
            yield CHECK.undecided(registry, PATH, status)
        elif registry is not None and same(status, "enabled"):
            yield CHECK.finding(workspace, FindingLocation(PATH, "disabled", status), registry=registry.name)
