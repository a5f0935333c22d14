"""Pulumi's protection of networks, firewalls, gateways and private DNS zones that production uses."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from amlz.core.plan import make_plan
from amlz.core.relaxations import relaxations
from amlz.rehearsal.edits import copied
from amlz.stackfile.load import from_object
from tests.conftest import previewed

BASE: dict[str, Any] = {
    "schemaVersion": 1,
    "organisation": "Contoso",
    "businessUnit": "retail",
    "tenantId": "0f0e0d0c-1111-4222-8333-444455556666",
    "location": "westeurope",
    "subscriptions": {"landingZone": "a1b2c3d4-1111-4222-8333-444455556666"},
    "hub": {"addressSpace": "10.20.0.0/22", "gatewaySubnet": True, "vpnGateway": {}},
    "spokes": {"first": {"addressSpace": ["10.20.16.0/20"]}, "second": {"addressSpace": ["10.20.32.0/20"]}},
    "projects": {
        "churn": {
            "environments": {
                "dev": {"network": "10.20.16.0/25", "spoke": "first"},
                "prod": {"network": "10.20.32.0/25", "spoke": "second"},
            }
        }
    },
}
NETWORK, FIREWALL, GATEWAY, ZONE = (
    f"Microsoft.Network/{kind}"
    for kind in ("virtualNetworks", "azureFirewalls", "virtualNetworkGateways", "privateDnsZones")
)


def protected(**changes: Any) -> dict[str, bool]:
    """Returns whether the hub's network, firewall, gateway and zones, and each spoke, are protected."""
    plan = make_plan(from_object(copied(BASE) | changes))
    assert plan.hub is not None
    gateway = next(planned.part.spec for planned in plan.hub.capabilities if planned.logical == "gateway")
    parts: dict[str, Any] = {
        "network": plan.hub.network,
        "firewall": plan.hub.firewall,
        "zones": plan.hub.dns,
        "gateway": gateway,
    }
    spokes = {spoke.name: spoke.network for spoke in plan.spokes}
    return {name: bool(part.protect) for name, part in (parts | spokes).items()}


HUB = ("network", "firewall", "zones", "gateway")
DEV = {"churn": {"environments": {"dev": {"network": "10.20.16.0/25", "spoke": "first"}}}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {*HUB, "second"}),
        ({"protectNetworks": False}, set()),
        ({"projects": DEV}, set()),
        ({"projects": DEV, "hub": {**BASE["hub"], "serves": ["10.30.0.0/16"]}}, set(HUB)),
    ],
    ids=["production", "switched off", "no production", "production of other stacks"],
)
def test_what_production_uses_is_protected(changes: dict[str, Any], expected: set[str]) -> None:
    """The hub for production anywhere, a spoke for production in it."""
    assert protected(**changes) == {name: name in expected for name in (*HUB, "first", "second")}


def test_the_requests_of_production_carry_the_protection() -> None:
    """All networks, firewalls, gateways and zones that the example builds for all environments, and nothing below them.

    The zone of a cluster is part of its environment, which is not production there.
    """
    graph = previewed("everything").graph
    parts = graph.of_type(NETWORK, FIREWALL, GATEWAY, ZONE)
    built = Counter(one.arm_type for one in parts if one.environment != "dev")

    protected_types = Counter(one.arm_type for one in graph if one.protect)
    assert {name: count for name, count in protected_types.items() if name.startswith("Microsoft.Network/")} == built
    assert set(built) == {NETWORK, FIREWALL, GATEWAY, ZONE}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"protectNetworks": False}, [("protectNetworks",)]), ({"protectNetworks": False, "projects": DEV}, []), ({}, [])],
)
def test_the_report_names_the_switch(changes: dict[str, Any], expected: list[tuple[str, ...]]) -> None:
    """As less secure than the default, where there is production."""
    config = from_object(copied(BASE) | changes)

    assert [one.path for one in relaxations(config) if one.path == ("protectNetworks",)] == expected
