"""Flow logs: one for each network that a stack builds."""

from __future__ import annotations

from tests.conftest import previewed
from tests.core.stacks import HUB, LANDING_ZONE, at, planned, stack

STORE = f"/subscriptions/{HUB}/resourceGroups/rg-logs/providers/Microsoft.Storage/storageAccounts/stflows"


def test_every_network_that_is_built_has_a_flow_log_at_the_watcher_of_its_region() -> None:
    """The hub's and the spoke's, with the account and days of the stack file."""
    settings = {"flowLogs": {"storageAccount": STORE, "retentionDays": 7}}
    plan = planned(stack({"churn/dev": at("10.1.0.0/24")}, **settings))
    (part,) = (one.part.spec for one in plan.capabilities if one.capability == "flow_logs")
    group = f"/subscriptions/{LANDING_ZONE}/resourceGroups/NetworkWatcherRG"
    watcher = f"{group}/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westeurope"

    assert [(one.key, one.id, one.storage, one.retention_days) for one in part] == [
        ("hub", f"{watcher}/flowLogs/fl-vnet-retail-hub", STORE, 7),
        ("main", f"{watcher}/flowLogs/fl-vnet-retail-spoke-main", STORE, 7),
    ]
    assert {STORE.lower(), watcher.lower()} <= {one.lower() for one in plan.outside}


def test_a_flow_log_waits_for_its_network_and_expires() -> None:
    """The body that Azure receives, of the example with every key."""
    logs = previewed("everything").graph.of_type("Microsoft.Network/networkWatchers/flowLogs")
    (log,) = (one for one in logs if one.name == "fl-vnet-contoso-spoke")
    target = log.properties["targetResourceId"]

    assert target.endswith("/virtualNetworks/vnet-contoso-spoke")
    assert log.properties == {
        "enabled": True,
        "format": {"type": "JSON", "version": 2},
        "retentionPolicy": {"days": 30, "enabled": True},
        "storageId": log.properties["storageId"],
        "targetResourceId": target,
    }
    assert any("vnet-contoso-spoke" in urn or "spoke-main" in urn for urn in log.depends_on)


def test_no_flow_log_is_built_without_the_key() -> None:
    """A network of another team, or a tenant's policy, may have one: a network takes one."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24")}))

    assert [one for one in plan.capabilities if one.capability == "flow_logs"] == []
