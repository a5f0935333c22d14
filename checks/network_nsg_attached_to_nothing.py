"""network/nsg-attached-to-nothing: a network security group that guards nothing."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import ResourceGraph
from checks.finding import Check, Finding, Severity
from checks.reading import subnets

CHECK = Check(
    id="network/nsg-attached-to-nothing",
    severity=Severity.WARNING,
    says="{name} is attached to no subnet: its rules guard nothing.",
    remedy="Attach it to the subnet that it is for, or remove it.",
    why="Published landing zones ship rules that were never attached; everyone believed them to be in force.",
    source="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Security groups that no subnet names."""
    attached = {
        str(((subnet.get("properties") or {}).get("networkSecurityGroup") or {}).get("id")).lower()
        for network in graph.of_type("Microsoft.Network/virtualNetworks")
        for subnet in subnets(network)
    }
    for group in graph.of_type("Microsoft.Network/networkSecurityGroups"):
        if group.id.lower() not in attached:
            yield CHECK.finding(group)
