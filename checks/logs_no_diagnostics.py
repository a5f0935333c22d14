"""logs/no-diagnostics: something whose logs nobody keeps."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import ResourceGraph
from checks.finding import Check, Finding, Severity
from checks.reading import value
from landingzone.facts.diagnostics import EMITS

CHECK = Check(
    id="logs/no-diagnostics",
    severity=Severity.ERROR,
    says="{name} sends no diagnostics to a Log Analytics workspace.",
    remedy="Give it a diagnostic setting.",
    why="What is not logged cannot be looked up afterwards.",
    source="https://learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Resources of types that have logs or metrics, without a setting that sends them to a workspace."""
    sending = {
        setting.id.lower().split("/providers/microsoft.insights/diagnosticsettings/")[0]
        for setting in graph.of_type("Microsoft.Insights/diagnosticSettings")
        if value(setting, "properties.workspaceId")
    }
    for resource in graph:
        if resource.arm_type in EMITS and resource.id.lower() not in sending:
            yield CHECK.finding(resource)
