"""network/endpoint-policies-off: the security group of a subnet does not apply to the private endpoints in it."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import all_subnets, same, text, value
from amlz.core.facts.clouds import PUBLIC
from amlz.core.facts.networks import NO_ENDPOINT_SECURITY_GROUPS

#: Values that apply security groups, and Azure's default.
APPLY, DEFAULT = ("Enabled", "NetworkSecurityGroupEnabled"), "Disabled"

_NOT_SUPPORTED = (
    "No action needed, if only trusted networks are routed to this one: Azure does not apply security groups to "
    "private endpoints in this cloud or region."
)

CHECK = Check(
    id="network/endpoint-policies-off",
    severity=Severity.NOTE,
    says="The network security group of subnet {subnet} does not apply to the private endpoints in it: "
    "`privateEndpointNetworkPolicies` is {actual}.",
    remedy="Set `endpointNetworkPolicies` to `securityGroups`.",
    why="Network policies of the subnet are off, so the rules of its network security group are ignored. Everything "
    "that routes to the virtual network reaches the private endpoints: peered networks and networks on premises.",
    source="https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy",
    otherwise=(_NOT_SUPPORTED,),
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Subnets with private endpoints and a security group that does not apply to them."""
    regions = {
        str(value(endpoint, "properties.subnet.id")).lower(): endpoint.location.lower()
        for endpoint in graph.of_type("Microsoft.Network/privateEndpoints")
    }
    for subnet in all_subnets(graph):
        actual, path = subnet.get("privateEndpointNetworkPolicies"), f"{subnet.path}.privateEndpointNetworkPolicies"
        if subnet.id.lower() not in regions or not subnet.get("networkSecurityGroup"):
            continue
        if is_unknown(actual):
            yield CHECK.undecided(subnet.resource, path, actual)
        elif not any(same(actual, item) for item in APPLY):
            supported = graph.cloud == PUBLIC and regions[subnet.id.lower()] not in NO_ENDPOINT_SECURITY_GROUPS
            location = FindingLocation(path, APPLY[1], actual, remedy=None if supported else _NOT_SUPPORTED)
            yield CHECK.finding(subnet.resource, location, subnet=subnet.name, actual=text(actual, DEFAULT))
