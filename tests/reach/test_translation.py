"""Replies to a firewall that replaced the source of a packet."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.azure.graph import Resource, ResourceGraph
from amlz.reach.answers import Evaluator
from amlz.reach.ends import find
from amlz.reach.packet import Reachability
from amlz.reach.read import landscape
from tests.reach.test_second_implementation import by_packets
from tests.reach.worlds import FIREWALL, ON_PREMISES, RANGES, SUBNETS, at, resource

SPOKES = {"one", "two"}


def world(kept: list[str] | None, forwarded: bool) -> ResourceGraph:
    """A hub whose gateway and spokes send everything to the firewall. `forwarded`: spokes accept forwarded packets."""
    resources: list[Resource] = []
    for network, subnets in SUBNETS.items():
        space = {"addressSpace": {"addressPrefixes": [RANGES[network]]}}
        resources.append(resource(f"virtualNetworks/{network}", space))
        for name, prefix in subnets.items():
            others = [RANGES[other] for other in SPOKES - {network}]
            hops = [
                {"addressPrefix": p, "nextHopType": "VirtualAppliance", "nextHopIpAddress": FIREWALL} for p in others
            ]
            routes = [{"name": f"route-{number}", "properties": hop} for number, hop in enumerate(hops)]
            table = {"routes": routes, "disableBgpRoutePropagation": False}
            properties: dict[str, Any] = {"addressPrefix": prefix, "defaultOutboundAccess": False}
            if name == "GatewaySubnet" or network in SPOKES:
                resources.append(resource(f"routeTables/rt-{network}-{name}", table))
                properties["routeTable"] = at(f"routeTables/rt-{network}-{name}")
            resources.append(resource(f"virtualNetworks/{network}/subnets/{name}", properties))
    for here, there in (("hub", "one"), ("one", "hub"), ("hub", "two"), ("two", "hub")):
        peering = {
            "remoteVirtualNetwork": at(f"virtualNetworks/{there}"),
            "allowVirtualNetworkAccess": True,
            "allowForwardedTraffic": forwarded or here == "hub",
            "allowGatewayTransit": here == "hub",
            "useRemoteGateways": here != "hub",
        }
        resources.append(resource(f"virtualNetworks/{here}/virtualNetworkPeerings/to-{there}", peering))
    rule = {
        "ruleType": "NetworkRule",
        "name": "all",
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["*"],
        "destinationAddresses": ["*"],
        "destinationPorts": ["443"],
    }
    collection = {"name": "c", "priority": 100, "action": {"type": "Allow"}, "rules": [rule]}
    room = {"properties": {"subnet": at("virtualNetworks/hub/subnets/GatewaySubnet")}}
    own = {"properties": {"subnet": at("virtualNetworks/hub/subnets/AzureFirewallSubnet")}}
    group = {"priority": 200, "ruleCollections": [collection]}
    resources += [
        resource("firewallPolicies/policy", {"snat": {"privateRanges": kept}} if kept else {}),
        resource("firewallPolicies/policy/ruleCollectionGroups/group", group),
        resource("azureFirewalls/wall", {"firewallPolicy": at("firewallPolicies/policy"), "ipConfigurations": [own]}),
        resource("virtualNetworkGateways/gw", {"ipConfigurations": [room]}),
    ]
    return ResourceGraph(tuple(resources))


@pytest.mark.parametrize(
    ("source", "kept", "forwarded", "verdict"),
    [
        # Without translation the reply takes the gateway, past the firewall.
        ("on-premises", None, True, Reachability.BLOCKED),
        ("on-premises", ["255.255.255.255/32"], True, Reachability.REACHABLE),
        ("on-premises", ["255.255.255.255/32"], False, Reachability.REACHABLE),
        ("10.0.2.0/29", None, True, Reachability.REACHABLE),
        ("10.0.2.0/29", ["255.255.255.255/32"], True, Reachability.REACHABLE),
        # The request comes from the firewall's own address; its reply is forwarded to the source.
        ("10.0.2.0/29", ["255.255.255.255/32"], False, Reachability.BLOCKED),
    ],
)
def test_a_reply_goes_to_the_firewall_that_translated(
    source: str, kept: list[str] | None, forwarded: bool, verdict: Reachability
) -> None:
    """Both implementations agree."""
    graph = world(kept, forwarded)
    land = landscape(graph, [ON_PREMISES])
    (start,), (end,) = find(land, source, True), find(land, "10.0.1.0/29", False)

    (answer,) = Evaluator(land).ask(start, end, "tcp", 443)

    assert answer.verdict == verdict, answer.hops
    assert by_packets(graph, source, "10.0.1.0/29", "tcp", 443) == verdict
