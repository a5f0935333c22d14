"""network/default-outbound: a subnet with Azure's default outbound access, around the firewall."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import SET, Check, Finding, FindingLocation, Severity
from amlz.checks.reading import all_subnets, text

CHECK = Check(
    id="network/default-outbound",
    severity=Severity.ERROR,
    says="Subnet {subnet} of {name} keeps default outbound access ({actual}).",
    remedy=SET,
    why="Default outbound access bypasses the firewall. With the network API version used here, a subnet has "
    "it unless `defaultOutboundAccess` is false.",
    source="https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Subnets that do not turn default outbound access off."""
    for subnet in all_subnets(graph):
        actual, path = subnet.get("defaultOutboundAccess"), f"{subnet.path}.defaultOutboundAccess"
        if is_unknown(actual):
            yield CHECK.undecided(subnet.resource, path, actual)
        elif actual is not False:
            place = FindingLocation(path, False, actual)
            yield CHECK.finding(subnet.resource, place, subnet=subnet.name, actual=text(actual))
