"""Jump hosts: who opens sessions to them, and what they reach."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.facts.clouds import CLOUDS
from amlz.core.notices import notices
from amlz.core.plan import make_plan
from amlz.core.problems import StackFileError
from amlz.stackfile.load import from_object
from tests.conftest import previewed
from tests.core.stacks import Stack, at, built, planned, stack
from tests.core.test_rules import DENY_IN, DENY_OUT, flat

HUB: Stack = {"addressSpace": "10.0.0.0/24", "bastion": True, "jumpHosts": True}
OWN, BASTION, ENDPOINTS = "10.0.0.224/27", "10.0.0.64/26", "10.1.0.128/26"


def jump_hosts(**hub: Any) -> Stack:
    """A stack with jump hosts."""
    return stack({"churn/dev": at("10.1.0.0/24")}, hub=HUB | hub)


def test_only_bastion_opens_sessions_and_only_endpoints_and_the_firewall_are_reached() -> None:
    """All rules of the security group, in full."""
    hub = built(planned(jump_hosts()).hub)
    (group,) = (group for group in hub.security_groups if group.role == "jumpHosts")

    assert sorted(flat(group.rules)) == sorted(
        [
            (100, "Allow", "Tcp", BASTION, OWN, ("22", "3389"), "sessions"),
            (100, "Allow", "Tcp", OWN, ENDPOINTS, ("443",), "endpoints"),
            (110, "Allow", "Tcp", OWN, "Internet", ("443",), "by-firewall"),
            DENY_IN,
            DENY_OUT,
        ]
    )


def test_the_subnet_is_routed_to_the_firewall() -> None:
    """Its route table is the hub's only one without a gateway."""
    hub = built(planned(jump_hosts()).hub)
    (table,) = hub.routes

    assert (table.role, table.direct) == ("jumpHosts", False)
    assert {s.role: s.route_table for s in built(hub.network).subnets if s.route_table} == {"jumpHosts": table.id}


def test_the_firewall_keeps_its_own_way_where_the_hub_has_a_gateway() -> None:
    """A default route that the gateway learns does not apply to it."""
    hub = built(planned(stack(hub={"addressSpace": "10.0.0.0/24", "gatewaySubnet": True})).hub)
    (table,) = hub.routes

    assert (table.role, table.direct) == ("firewall", True)
    assert {s.role: s.route_table for s in built(hub.network).subnets if s.route_table} == {"firewall": table.id}


@pytest.mark.parametrize("cloud", sorted(CLOUDS))
def test_the_firewall_opens_the_studio_of_the_cloud(cloud: str) -> None:
    """For jump hosts alone, and never a domain in which anyone registers names."""
    location = {"public": "westeurope", "usGovernment": "usgovvirginia", "china": "chinanorth3"}[cloud]
    hub = built(planned(jump_hosts() | {"cloud": cloud, "location": location}).hub)
    (group,) = (group for group in built(hub.firewall).groups if group.name == "rcg-jump-hosts")

    hosts = {host for rule in group.application_rules for host in rule.hosts}
    studio = {"public": "ml.azure.com", "usGovernment": "ml.azure.us", "china": "studio.ml.azure.cn"}[cloud]
    assert {rule.sources for rule in group.application_rules} == {(OWN,)}
    assert studio in hosts
    assert not [host for host in hosts if "live.com" in host or "blob.core" in host]


def test_jump_hosts_without_bastion_are_refused() -> None:
    """Nobody could open a session."""
    with pytest.raises(StackFileError, match="Sessions to jump hosts come from Azure Bastion alone"):
        planned(jump_hosts(bastion=False))


@pytest.mark.parametrize("alone", [True, False])
def test_bastion_without_machines_is_reported(alone: bool) -> None:
    """Unless jump hosts are built."""
    config = from_object(jump_hosts(jumpHosts=not alone))
    actual = [item.finding for item in notices(config, make_plan(config))]

    assert actual == (["network/bastion-without-machines"] if alone else [])


def test_the_requests_close_the_subnet_to_everybody_else() -> None:
    """Bodies of a shipped stack: the subnet, and the route of its table."""
    graph = previewed("prod").graph
    (subnet,) = (r for r in graph.of_type("Microsoft.Network/virtualNetworks/subnets") if r.name == "snet-jump-hosts")
    tables = {r.name: r.body["properties"] for r in graph.of_type("Microsoft.Network/routeTables")}

    assert subnet.body["properties"]["defaultOutboundAccess"] is False
    own, firewall = tables["rt-retail-hub-jump-hosts"], tables["rt-retail-hub-firewall"]
    assert own["disableBgpRoutePropagation"] is True
    assert [r["properties"]["nextHopType"] for r in own["routes"]] == ["VirtualAppliance"]
    assert firewall["disableBgpRoutePropagation"] is False
    assert [r["properties"]["nextHopType"] for r in firewall["routes"]] == ["Internet"]
