"""network/subnet-without-nsg: a subnet that anything in the network may reach."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import ResourceGraph
from checks.finding import At, Check, Finding, Severity
from checks.reading import subnets

#: Azure refuses a security group on the first (https://learn.microsoft.com/azure/firewall/firewall-faq), and advises
#: against one on the second (https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings).
EXEMPT = frozenset({"AzureFirewallSubnet", "AzureFirewallManagementSubnet", "GatewaySubnet"})

CHECK = Check(
    id="network/subnet-without-nsg",
    severity=Severity.ERROR,
    says="Subnet {subnet} of {name} has no network security group.",
    remedy="Attach one that denies by default.",
    why="Without one, everything in the network and its peers may reach everything in the subnet.",
    source="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Subnets without a security group, except those that take none."""
    for network in graph.of_type("Microsoft.Network/virtualNetworks"):
        for index, subnet in enumerate(subnets(network)):
            group = (subnet.get("properties") or {}).get("networkSecurityGroup")
            if subnet.get("name") not in EXEMPT and not group:
                place = At(f"properties.subnets[{index}].properties.networkSecurityGroup", "a security group", None)
                yield CHECK.finding(network, place, subnet=subnet.get("name"))
