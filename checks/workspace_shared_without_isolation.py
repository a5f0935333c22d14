"""workspace/shared-without-isolation: workspaces that share a part, and each other's data."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import Resource, ResourceGraph, is_unknown
from checks.finding import At, Check, Finding, Severity
from checks.reading import value
from landingzone.problems import listed

CHECK = Check(
    id="workspace/shared-without-isolation",
    severity=Severity.WARNING,
    says="{name} shares {part} with {others}, without data isolation.",
    remedy="Set enableDataIsolation when the workspace is made; it cannot be turned on later.",
    why="Workspaces that share a store, a vault or a registry use the same names in it: without isolation each reads "
    "and overwrites what the others keep there.",
    source="https://learn.microsoft.com/azure/machine-learning/concept-workspace",
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
            sharing = [each.name for each in users.get(part.lower(), ()) if each is not workspace]
            parts += [part.rsplit("/", 1)[-1]] if sharing else []
            others |= dict.fromkeys(sharing)
        if parts and is_unknown(isolated):
            yield CHECK.undecided(workspace, PATH, isolated)
        elif parts and isolated is not True:
            shown = next(iter(others)) if len(others) == 1 else f"{len(others)} others"
            yield CHECK.finding(workspace, At(PATH, True, isolated), part=listed(parts), others=shown)
