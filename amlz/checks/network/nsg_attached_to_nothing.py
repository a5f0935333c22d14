"""network/nsg-attached-to-nothing: a network security group that guards nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, Severity
from amlz.checks.reading import all_subnets, value

CHECK = Check(
    id="network/nsg-attached-to-nothing",
    severity=Severity.WARNING,
    says="{name} is attached to no subnet: its rules have no effect.",
    remedy="In the component, set `networkSecurityGroup.id` of a subnet to the id of this security group, or "
    "remove the security group.",
    why="The rules of a network security group apply only where it is attached. Published landing zones "
    "create groups that are attached to nothing, while everyone believes that they are in force.",
    source="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Security groups that no subnet and no network interface names."""
    named = list(_named(graph))
    attached = {group.lower() for group in named if isinstance(group, str)}
    unknown = next((group for group in named if is_unknown(group)), None)
    for group in graph.of_type("Microsoft.Network/networkSecurityGroups"):
        if group.id.lower() in attached:
            continue
        yield CHECK.undecided(group, "what it is attached to", unknown) if unknown else CHECK.finding(group)


def _named(graph: ResourceGraph) -> Iterator[Any]:
    """The ids of security groups that something names, unknown ones included."""
    for subnet in all_subnets(graph):
        yield subnet.get("networkSecurityGroup.id")
    for interface in graph.of_type("Microsoft.Network/networkInterfaces"):
        yield value(interface, "properties.networkSecurityGroup.id")
