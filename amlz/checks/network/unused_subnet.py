"""network/unused-subnet: subnets that nothing is in."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import all_subnets, ids_in, network_of
from amlz.core.problems import listed

CHECK = Check(
    id="network/unused-subnet",
    severity=Severity.NOTE,
    says="Nothing that is built here is in {subnets} of {network}.",
    remedy="No action needed: these subnets are reserved for later use, such as nodes that serve models or a gateway. "
    "An environment without `scoringSubnet` has no scoring subnet; to leave out GatewaySubnet, set `hub.gatewaySubnet` "
    "to `false`.",
    why="An empty subnet reserves addresses that nothing else can use. Once something is in it, its range "
    "cannot change.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Networks with subnets that no resource names, once a network."""
    named = {item.lower() for resource in graph for _, item in ids_in(resource.body) if "/subnets/" in item.lower()}
    empty: dict[str, tuple[Resource, list[str]]] = {}  # by network
    for subnet in all_subnets(graph):
        delegated = bool(subnet.get("delegations"))
        if subnet.id.lower() not in named and not delegated:
            network = network_of(subnet.id)
            reported_at = graph.by_id(network) or subnet.resource
            empty.setdefault(network, (reported_at, []))[1].append(subnet.name)
    for network, (resource, names) in empty.items():
        words = {"subnets": f"{'subnet' if len(names) == 1 else 'subnets'} {listed(names)}"}
        place = FindingLocation("properties.subnets", None, names)
        yield CHECK.finding(resource, place, network=network.rsplit("/", 1)[-1], **words)
