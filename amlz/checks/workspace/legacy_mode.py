"""workspace/legacy-mode: a workspace whose present API is turned off."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value

CHECK = Check(
    id="workspace/legacy-mode",
    severity=Severity.ERROR,
    says="{name} has v1LegacyMode {actual}.",
    remedy="In the component, set `properties.v1LegacyMode` to `false`.",
    why="Legacy mode turns off the current API, which compute targets, endpoints and pipelines of this landing "
    "zone need; turning it on again takes half an hour or more. In API versions before 2022-05-01 a private "
    "workspace has it by default.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-configure-network-isolation-with-v2",
)

PATH, SINCE = "properties.v1LegacyMode", "2022-05-01"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Workspaces in that mode, or of an API version that puts them into it."""
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        mode = value(workspace, PATH)
        if is_unknown(mode):
            yield CHECK.undecided(workspace, PATH, mode)
        elif mode is True:
            yield CHECK.finding(workspace, FindingLocation(PATH, False, mode), actual="on")
        elif mode is None and "" < workspace.api_version < SINCE:
            actual = f"on, the default of API version {workspace.api_version}"
            yield CHECK.finding(workspace, FindingLocation(PATH, False, mode), actual=actual)
