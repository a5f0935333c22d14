"""network/service-in-wrong-subnet: a firewall, bastion or gateway outside the subnet whose name it demands."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import dig, items, same, value
from amlz.core.facts.networks import HUB_SUBNETS

CHECK = Check(
    id="network/service-in-wrong-subnet",
    severity=Severity.ERROR,
    says="{name} is in subnet {subnet}; Azure takes it in {expected} only.",
    remedy="In the component, set `{path}` to the id of the subnet `{expected}`.",
    why="Azure Firewall, Azure Bastion and gateways accept only the subnet with their fixed name.",
    source="https://learn.microsoft.com/azure/firewall/firewall-faq",
)

#: By type: the subnet's name.
NAMES = {
    "Microsoft.Network/azureFirewalls": HUB_SUBNETS["firewall"].name,
    "Microsoft.Network/bastionHosts": HUB_SUBNETS["bastion"].name,
    "Microsoft.Network/virtualNetworkGateways": HUB_SUBNETS["gateway"].name,
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Address configurations in a subnet of another name."""
    for arm_type, expected in NAMES.items():
        for service in graph.of_type(arm_type):
            for index, one in enumerate(items(value(service, "properties.ipConfigurations"))):
                path = f"properties.ipConfigurations[{index}].properties.subnet.id"
                subnet = dig(one, "properties.subnet.id")
                if is_unknown(subnet):
                    yield CHECK.undecided(service, path, subnet)
                elif isinstance(subnet, str) and not same(subnet.rsplit("/", 1)[-1], expected):
                    name = subnet.rsplit("/", 1)[-1]
                    yield CHECK.finding(
                        service, FindingLocation(path, expected, subnet), subnet=name, expected=expected
                    )
