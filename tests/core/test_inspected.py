"""Connections from on-premises to private endpoints through the hub's firewall: `endpointNetworkPolicies: all`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from amlz.app.preview import preview_stack
from amlz.core.plan import make_plan
from amlz.core.problems import StackFileError
from amlz.core.specs import ContainerRegistrySpec
from amlz.reach.answers import Evaluator
from amlz.reach.ends import find
from amlz.reach.read import landscape
from amlz.stackfile.load import load
from tests.core.stacks import Stack, at, built, planned, stack

OFFICE = "192.168.0.0/16"
GATEWAY: Stack = {"addressSpace": "10.0.0.0/24", "gatewaySubnet": True}


def inspected(environment: Stack | None = None, hub: Stack | None = None, **settings: Any) -> Stack:
    """A stack with a gateway subnet in which routes apply to private endpoints."""
    base: Stack = {"endpointNetworkPolicies": "all", "onPremises": [OFFICE], "hub": GATEWAY | (hub or {})}
    return stack({"churn/dev": environment or at("10.1.0.0/24")}, **(base | settings))


def test_the_gateway_sends_spokes_to_the_firewall_which_translates() -> None:
    """Routes of the spokes' ranges and of the hub's endpoints, one network rule, and no range that keeps its source."""
    hub = built(planned(inspected(at("10.1.0.0/24", registry="shared"), sharedRegistry={})).hub)
    tables = {table.role: table.prefixes for table in hub.routes}
    (rules,) = (group.network_rules for group in built(hub.firewall).groups if group.name == "rcg-on-premises")

    assert tables == {"firewall": (), "gateway": ("10.1.0.0/16", "10.0.0.160/27")}
    assert [(rule.sources, rule.destinations, rule.ports) for rule in rules] == [
        ((OFFICE,), ("10.1.0.128/26", "10.0.0.160/27"), ("443",))
    ]
    assert built(hub.firewall).translates_all


@pytest.mark.parametrize(
    "settings", [{"endpointNetworkPolicies": "securityGroups"}, {"hub": GATEWAY | {"gatewaySubnet": False}}]
)
def test_without_routes_or_a_gateway_the_firewall_stays_as_it_is(settings: Stack) -> None:
    """No rule, no translation, no routes of a gateway."""
    hub = built(planned(inspected(**settings)).hub)

    assert not built(hub.firewall).translates_all
    assert "rcg-on-premises" not in [group.name for group in built(hub.firewall).groups]
    assert "gateway" not in [table.role for table in hub.routes]


def test_on_premises_reaches_an_endpoint_through_the_firewall(tmp_path: Any) -> None:
    """The evaluation of requests: past the firewall with the default, through it with `all`."""
    hops = {}
    for policies in ("securityGroups", "all"):
        settings: Stack = {
            "endpointNetworkPolicies": policies,
            "onPremises": [OFFICE],
            "hub": {"addressSpace": "10.0.0.0/24", "vpnGateway": {}},
        }
        content = {"config": {"amlz:landingZone": stack({"churn/dev": at("10.1.0.0/24")}, **settings)}}
        path = tmp_path / f"Pulumi.{policies.lower()}.yaml"
        path.write_text(json.dumps(content), "utf-8")
        file = load(str(path))
        land = landscape(preview_stack(file, make_plan(file.config)).graph, [OFFICE])
        (start,) = find(land, "on-premises", True)
        vault = next(node.name for node in land.endpoints.values() if node.name.endswith("-vault"))
        (end,) = find(land, vault, False)
        (answer,) = Evaluator(land).ask(start, end, "tcp", 443)
        assert answer.verdict.value == "reachable", answer.hops
        hops[policies] = [hop.at for hop in answer.hops if hop.at.startswith("afw-")]

    assert hops == {"securityGroups": [], "all": ["afw-retail-hub"] * len(hops["all"])}
    assert hops["all"]


def test_images_without_a_tag_are_deleted_only_on_request() -> None:
    """A retention of a registry that the environment does not own is an error."""
    days = {"registryRetentionDays": 30}

    def kept(settings: Stack) -> int:
        registry = planned(settings).environments[0].registry
        assert isinstance(registry, ContainerRegistrySpec)
        return registry.untagged_days

    assert kept(stack({"churn/dev": at("10.1.0.0/24", **days)})) == 30
    assert kept(stack()) == 0

    with pytest.raises(StackFileError, match=r"set `sharedRegistry.retentionDays`"):
        planned(stack({"churn/dev": at("10.1.0.0/24", registry="shared", **days)}, sharedRegistry={}))
