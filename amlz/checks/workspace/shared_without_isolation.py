"""workspace/shared-without-isolation: workspaces that share a part, and each other's data."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value
from amlz.core.problems import listed

OF_COMPONENT = (
    "In the component, set `{path}` to `{expected}`. Azure does that only when it creates the workspace: "
    "one that exists must be replaced."
)

CHECK = Check(
    id="workspace/shared-without-isolation",
    severity=Severity.WARNING,
    says="{name} shares {part} with {others}, without data isolation.",
    remedy="Set `projects.{project}.environments.{environment}.security.dataIsolation` to `true`. Azure does "
    "that only when it creates the workspace: one that exists must be replaced.",
    why="Workspaces that share a storage account, a vault or a registry use the same names in it: without "
    "isolation each of them reads and overwrites what the others store there.",
    source="https://learn.microsoft.com/azure/machine-learning/concept-workspace",
    otherwise=(OF_COMPONENT,),
)

PATH, PARTS = "properties.enableDataIsolation", ("storageAccount", "keyVault", "containerRegistry")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Workspaces without isolation that name a part which another names too."""
    users: dict[str, list[Resource]] = {}
    workspaces = graph.of_type("Microsoft.MachineLearningServices/workspaces")
    for workspace in workspaces:
        for key in PARTS:
            part = value(workspace, f"properties.{key}")
            if isinstance(part, str):
                users.setdefault(part.lower(), []).append(workspace)
    for workspace in workspaces:
        isolated, parts, others = value(workspace, PATH), list[str](), dict[str, None]()
        for key in PARTS:
            part = str(value(workspace, f"properties.{key}"))
            sharing = [resource.name for resource in users.get(part.lower(), ()) if resource is not workspace]
            parts += [part.rsplit("/", 1)[-1]] if sharing else []
            others |= dict.fromkeys(sharing)
        if parts and is_unknown(isolated):
            yield CHECK.undecided(workspace, PATH, isolated)
        elif parts and isolated is not True:
            shown = next(iter(others)) if len(others) == 1 else f"{len(others)} others"
            place = FindingLocation(PATH, True, isolated, remedy=None if workspace.project else OF_COMPONENT)
            yield CHECK.finding(workspace, place, part=listed(parts), others=shown)
