"""network/subnet-without-nsg: a subnet that anything in the network may reach."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import all_subnets, dig, items

#: Azure refuses a security group on the firewall's subnets (https://learn.microsoft.com/azure/firewall/firewall-faq),
#: and advises against one on the gateway's
#: (https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings).
EXEMPT = frozenset({"azurefirewallsubnet", "azurefirewallmanagementsubnet", "gatewaysubnet"})
#: Services that have a subnet to themselves, and only ask or answer for names.
DELEGATED = frozenset({"microsoft.network/dnsresolvers"})

CHECK = Check(
    id="network/subnet-without-nsg",
    severity=Severity.ERROR,
    says="Subnet {subnet} of {name} has no network security group.",
    remedy="In the component, set `{path}.id` to the id of a network security group that denies everything that "
    "its rules do not allow.",
    why="Without a network security group, everything in the network and its peers can reach everything in "
    "the subnet. AzureFirewallSubnet, AzureFirewallManagementSubnet and GatewaySubnet cannot have one and"
    " are left out, and so are subnets that only a DNS resolver may use.",
    source="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Subnets without a security group, except those that take none."""
    for subnet in all_subnets(graph):
        group, path = subnet.get("networkSecurityGroup"), f"{subnet.path}.networkSecurityGroup"
        services = (dig(one, "properties.serviceName") for one in items(subnet.get("delegations")))
        if subnet.name.lower() in EXEMPT or any(str(service).lower() in DELEGATED for service in services):
            continue
        if is_unknown(group):
            yield CHECK.undecided(subnet.resource, path, group)
        elif not group:
            yield CHECK.finding(subnet.resource, FindingLocation(path, "a security group", None), subnet=subnet.name)
