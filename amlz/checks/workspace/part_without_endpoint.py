"""workspace/part-without-endpoint: a part of a workspace that nobody reaches."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import connections, holds, value
from amlz.core.problems import listed

CHECK = Check(
    id="workspace/part-without-endpoint",
    severity=Severity.ERROR,
    says="{part} refuses public traffic and has no private endpoint for {groups}.",
    remedy="In the component, add private endpoints of {part_name} for {groups}.",
    why="A resource without public access can be reached only through private endpoints: people, jobs and the"
    " studio need the workspace, blobs and files of its storage account, its vault and its registry.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet",
)

#: By property of the workspace ("" for itself): the groups that it needs.
PARTS = {
    "": ("amlworkspace",),
    "storageAccount": ("blob", "file"),
    "keyVault": ("vault",),
    "containerRegistry": ("registry",),
}
_ACCESS = "properties.publicNetworkAccess"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Parts that are closed and lack an endpoint, once a part however many workspaces share it."""
    has: dict[str, set[str]] = {}
    unknown: object = None
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        for target, group in connections(endpoint):
            if isinstance(target, str) and isinstance(group, str):
                has.setdefault(target.lower(), set()).add(group)
            else:
                unknown = target if is_unknown(target) else group
    reported: set[str] = set()
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        for key, groups in PARTS.items():
            part: Resource | None = graph.by_id(value(workspace, f"properties.{key}")) if key else workspace
            if part is None or part.id in reported or not holds(part, _ACCESS, "Disabled"):
                continue
            reported.add(part.id)
            missing = [group for group in groups if group not in has.get(part.id.lower(), set())]
            if missing and unknown is not None:
                yield CHECK.undecided(part, "its private endpoints", unknown)
            elif missing:
                place = FindingLocation(
                    f"properties.{key}" if key else "", list(groups), sorted(has.get(part.id.lower(), set()))
                )
                name = f"{part.name}, of workspace {workspace.name}," if key else workspace.name
                yield CHECK.finding(workspace, place, part=name, part_name=part.name, groups=listed(missing))
