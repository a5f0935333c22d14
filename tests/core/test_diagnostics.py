"""Destination and categories of diagnostic settings."""

from __future__ import annotations

from amlz.core.facts.diagnostics import FIREWALL_LOGS
from tests.conftest import previewed

METRICS = [{"category": "AllMetrics", "enabled": True}]


def test_a_firewall_and_a_vault_send_logs_to_dedicated_tables_and_others_have_no_choice() -> None:
    """The firewall without the earlier categories, which repeat its events in AzureDiagnostics."""
    graph = previewed("minimal").graph
    settings = {
        one.id.rsplit("/providers/", 2)[1].split("/")[1]: one.properties
        for one in graph.of_type("Microsoft.Insights/diagnosticSettings")
    }
    dedicated = {kind for kind, body in settings.items() if body.get("logAnalyticsDestinationType") == "Dedicated"}

    assert dedicated == {"azureFirewalls", "vaults"}
    assert settings["azureFirewalls"]["logs"] == [{"category": one, "enabled": True} for one in FIREWALL_LOGS]
    assert settings["vaults"]["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]
    assert settings["azureFirewalls"]["metrics"] == settings["vaults"]["metrics"] == METRICS
