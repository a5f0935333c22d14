"""logs/classic-insights: Application Insights without the workspace that keeps its data."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value

CHECK = Check(
    id="logs/classic-insights",
    severity=Severity.ERROR,
    says="{name} names no Log Analytics workspace: it would be of the classic kind.",
    remedy="In the component, set `properties.WorkspaceResourceId` to the id of a Log Analytics workspace.",
    why="Azure has created no classic Application Insights since 29 February 2024: it needs a Log Analytics "
    "workspace. Published templates still request the classic kind.",
    source="https://learn.microsoft.com/azure/azure-monitor/app/convert-classic-resource",
)

PATH = "properties.WorkspaceResourceId"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Components without a workspace."""
    for component in graph.of_type("Microsoft.Insights/components"):
        workspace = value(component, PATH)
        if is_unknown(workspace):
            continue  # an id that is not decided yet is that of a workspace
        if not workspace:
            yield CHECK.finding(component, FindingLocation(PATH, "a workspace", workspace))
