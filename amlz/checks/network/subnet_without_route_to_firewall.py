"""network/subnet-without-route-to-firewall: compute targets in a subnet whose traffic does not pass the firewall."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import DeclaredSubnet, above, all_subnets, dig, items, network_of, value

CHECK = Check(
    id="network/subnet-without-route-to-firewall",
    severity=Severity.ERROR,
    says="Subnet {subnet} of {name} holds compute targets, and {reason}.",
    remedy="In the component, set `{path}` to the id of a route table with a route for 0.0.0.0/0 to the address "
    "of the firewall.",
    why="Without that route, no firewall rule applies to the traffic of compute targets, and no log shows it.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall",
)

_FIREWALL_SUBNET = "azurefirewallsubnet"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns subnets with compute targets, without a default route to a firewall."""
    computes = graph.of_type("Microsoft.MachineLearningServices/workspaces/computes")
    used = {str(value(compute, "properties.properties.subnet.id")).lower() for compute in computes}
    subnets = list(all_subnets(graph))
    ranges = [_range(subnet) for subnet in subnets if subnet.name.lower() == _FIREWALL_SUBNET]
    for compute in computes:
        unknown = value(compute, "properties.properties.subnet.id")
        if is_unknown(unknown):
            yield CHECK.undecided(compute, "properties.properties.subnet.id", unknown)
    for subnet in subnets:
        if subnet.id.lower() in used:
            yield from _judge(graph, subnet, [network for network in ranges if network is not None])


def _range(subnet: DeclaredSubnet) -> ipaddress.IPv4Network | None:
    text = subnet.get("addressPrefix") or next(iter(items(subnet.get("addressPrefixes"))), None)
    return ipaddress.IPv4Network(text) if isinstance(text, str) and ":" not in text else None


def _judge(graph: ResourceGraph, subnet: DeclaredSubnet, firewalls: list[ipaddress.IPv4Network]) -> Iterator[Finding]:
    path, table_id = f"{subnet.path}.routeTable.id", subnet.get("routeTable.id")
    if is_unknown(table_id):
        yield CHECK.undecided(subnet.resource, path, table_id)
    elif table_id is None and (elsewhere := _elsewhere(graph, network_of(subnet.id))) is not None:
        yield CHECK.undecided(subnet.resource, path, elsewhere)
    elif table_id is None:
        yield _finding(subnet, path, "it has no route table")
    else:
        table = graph.by_id(table_id)
        if table is None:
            yield CHECK.undecided(subnet.resource, path, f"{table_id.rsplit('/', 1)[-1]} is not built here")
            return
        undecided, reason = _route(graph, table, firewalls)
        if undecided is not None:
            yield CHECK.undecided(table, "properties.routes", undecided)
        elif reason:
            yield _finding(subnet, path, reason)


def _elsewhere(graph: ResourceGraph, network: str) -> str | None:
    """Returns why routes of a network are not known here: those of a virtual hub, or of another owner."""
    name = network.rsplit("/", 1)[-1]
    for connection in graph.of_type("Microsoft.Network/virtualHubs/hubVirtualNetworkConnections"):
        remote = value(connection, "properties.remoteVirtualNetwork.id")
        secured = value(connection, "properties.enableInternetSecurity")
        if str(remote).lower() == network.lower() and secured is True:
            hub = above(connection.id, "hubVirtualNetworkConnections").rsplit("/", 1)[-1]
            return f"virtual hub {hub} gives {name} its default route: its routing intent is not built here"
    return f"{name} is not built here" if graph.by_id(network) is None else None


def _finding(subnet: DeclaredSubnet, path: str, reason: str) -> Finding:
    return CHECK.finding(
        subnet.resource, FindingLocation(path, "a route to the firewall"), subnet=subnet.name, reason=reason
    )


def _route(graph: ResourceGraph, table: Resource, firewalls: list[ipaddress.IPv4Network]) -> tuple[Any, str]:
    """Returns the unknown part of a table's default route, and else its mistake; nothing if it is fine."""
    routes = items(value(table, "properties.routes"))
    for route in routes:
        prefix = dig(route, "properties.addressPrefix")
        if is_unknown(prefix):
            return prefix, ""
        if prefix != "0.0.0.0/0":
            continue
        kind, hop = dig(route, "properties.nextHopType"), dig(route, "properties.nextHopIpAddress")
        if is_unknown(kind):
            return kind, ""
        if str(kind).lower() != "virtualappliance":
            return None, f"{table.name} leads 0.0.0.0/0 to {kind}"
        if is_unknown(hop):  # the firewall's address is known with the firewall: the edge names it
            waits = any(graph.waits_for(table, other) for other in graph.of_type("Microsoft.Network/azureFirewalls"))
            return (None if waits else hop), ""
        return _address(table, hop, firewalls)
    return None, f"{table.name} has no route for 0.0.0.0/0"


def _address(table: Resource, hop: Any, firewalls: list[ipaddress.IPv4Network]) -> tuple[Any, str]:
    """The same, of a literal address: it is the firewall's when it lies in a firewall's subnet."""
    try:
        address = ipaddress.IPv4Address(hop)
    except ValueError:
        return None, f"{table.name} leads 0.0.0.0/0 to an appliance without address"
    if any(address in cidr for cidr in firewalls):
        return None, ""
    if not firewalls:
        return f"whether {hop} is a firewall: none is built here", ""
    return None, f"{table.name} leads 0.0.0.0/0 to {hop}, which is in no firewall's subnet"
