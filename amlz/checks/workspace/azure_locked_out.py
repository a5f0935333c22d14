"""workspace/azure-locked-out: a part of a workspace that Azure's own services may not reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import holds, text, value

CHECK = Check(
    id="workspace/azure-locked-out",
    severity=Severity.ERROR,
    says="{part}, of workspace {name}, does not admit trusted Azure services: {path} is {actual}.",
    remedy="In the component, set `{path}` of {part} to `{expected}`.",
    why="Azure ML reads its storage account, vault and registry as a trusted Azure service, which this "
    "setting keeps out. Published templates leave it out, with `Metrics` or `None`. It opens them to "
    "nobody else.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet",
)

#: By property of the workspace: the path that lets trusted services in, whose default does so in each of the types.
PARTS = {
    "storageAccount": "properties.networkAcls.bypass",
    "keyVault": "properties.networkAcls.bypass",
    "containerRegistry": "properties.networkRuleBypassOptions",
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Closed parts without trusted services, once a part."""
    reported: set[str] = set()
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        for key, path in PARTS.items():
            part = graph.by_id(value(workspace, f"properties.{key}"))
            if part is None or part.id in reported:
                continue
            actual = value(part, path)
            closed = holds(part, "properties.publicNetworkAccess", "Disabled")
            if not closed and not holds(part, "properties.networkAcls.defaultAction", "Deny"):
                continue
            reported.add(part.id)
            if is_unknown(actual):
                yield CHECK.undecided(part, path, actual)
            elif actual is not None and "azureservices" not in _words(actual):
                place = FindingLocation(path, "AzureServices", actual)
                yield CHECK.finding(workspace, place, part=part.name, path=path, actual=text(actual))


def _words(words: Any) -> list[str]:
    """Returns the entries of a list in one text, as in `Logging, AzureServices`."""
    return [word.strip().lower() for word in str(words).split(",")]
