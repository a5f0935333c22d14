"""logs/sent-twice: two diagnostic settings that send the same to the same workspace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import dig, items, scope_of, value

CHECK = Check(
    id="logs/sent-twice",
    severity=Severity.ERROR,
    says="{name} of {owner} sends {what} to {workspace}, and so does {other}.",
    remedy="In the component, remove {what} from one of the two diagnostic settings.",
    why="Azure refuses a second diagnostic setting that sends the same category to the same workspace. "
    "Settings that policies of the tenant create are not known here.",
    source="https://learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Settings of one resource that share a category and a workspace."""
    first: dict[tuple[str, str, str], Resource] = {}
    for setting in graph.of_type("Microsoft.Insights/diagnosticSettings"):
        workspace = value(setting, "properties.workspaceId")
        if is_unknown(workspace):
            yield CHECK.undecided(setting, "properties.workspaceId", workspace)
        elif isinstance(workspace, str):
            on = scope_of(setting)
            for item in sorted(_sent(setting)):
                other = first.setdefault((on, workspace.lower(), item), setting)
                if other is not setting:
                    names = {"owner": on.rsplit("/", 1)[-1], "workspace": workspace.rsplit("/", 1)[-1]}
                    yield CHECK.finding(setting, FindingLocation("properties"), what=item, other=other.name, **names)


def _sent(setting: Resource) -> set[str]:
    """Categories and groups of categories that are on."""
    categories: set[str] = set()
    for kind in ("logs", "metrics"):
        for entry in items(value(setting, f"properties.{kind}")):
            name: Any = dig(entry, "categoryGroup") or dig(entry, "category")
            if isinstance(name, str) and dig(entry, "enabled") is not False:
                categories.add(name)
    return categories
