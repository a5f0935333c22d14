"""Reads the networks of a resource graph: the request bodies, not the plan that they were made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from amlz.azure.bodies import dig, items, value
from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.reach.managed import managed_networks
from amlz.reach.model import (
    Landscape,
    NetworkNode,
    PeeringSide,
    PublicMachine,
    RouteTable,
    SecurityGroup,
    SubnetNode,
    UserRoute,
)
from amlz.reach.parties import Range, prefix_of, range_of
from amlz.reach.read_endpoints import endpoints, zones
from amlz.reach.read_filters import firewalls, security_group

_COMPUTE = "Microsoft.MachineLearningServices/workspaces/computes"


def landscape(graph: ResourceGraph, on_premises: Sequence[str] = ()) -> Landscape:
    """Returns the networks of a graph. `on_premises`: ranges behind its gateways."""
    by_network = _subnets(graph)
    known = {subnet.id.lower(): subnet for subnet in by_network}
    walls = {wall.id.lower(): wall for wall in firewalls(graph)}
    return Landscape(
        networks={network.id.lower(): network for network in _networks(graph)},
        subnets=known,
        firewalls=walls,
        endpoints={endpoint.id.lower(): endpoint for endpoint in endpoints(graph)},
        zones={zone.id.lower(): zone for zone in zones(graph)},
        gateways=dict(_gateways(graph)),
        on_premises=tuple(result for text in on_premises if (result := range_of(text))),
        resolvers=dict(_resolvers(graph)),
        cloud=graph.cloud,
        dns=graph.dns,
        managed=tuple(managed_networks(graph)),
    )


def ranges_of(prefixes: Any) -> tuple[Range, ...]:
    """Returns the IPv4 ranges of a list of prefixes."""
    return tuple(result for prefix in items(prefixes) if isinstance(prefix, str) and (result := range_of(prefix)))


def _networks(graph: ResourceGraph) -> Iterator[NetworkNode]:
    apart: dict[str, list[PeeringSide]] = {}
    for peering in graph.of_type("Microsoft.Network/virtualNetworks/virtualNetworkPeerings"):
        key = peering.id.lower().split("/virtualnetworkpeerings/")[0]
        apart.setdefault(key, []).append(_peering(peering.name, peering.properties))
    hubs = {
        str(value(one, "properties.remoteVirtualNetwork.id")).lower(): one.id.split("/")[-3]
        for one in graph.of_type("Microsoft.Network/virtualHubs/hubVirtualNetworkConnections")
    }
    for network in graph.of_type("Microsoft.Network/virtualNetworks"):
        inline = [
            _peering(str(item.get("name")), item.get("properties") or {})
            for item in items(network.properties.get("virtualNetworkPeerings"))
            if isinstance(item, dict) and not is_unknown(item)
        ]
        yield NetworkNode(
            id=network.id,
            name=network.name,
            ranges=ranges_of(value(network, "properties.addressSpace.addressPrefixes")),
            location=network.location,
            dns=dns_servers(graph, network, items(value(network, "properties.dhcpOptions.dnsServers"))),
            peerings=(*inline, *apart.get(network.id.lower(), ())),
            virtual_hub=hubs.get(network.id.lower()),
        )


def dns_servers(graph: ResourceGraph, of: Resource, servers: list[Any]) -> tuple[str | None, ...]:
    """Returns addresses of DNS servers; for one that is known only at deployment the firewall that is created first."""
    return tuple(server if isinstance(server, str) else _awaited_firewall(graph, of) for server in servers)


def _awaited_firewall(graph: ResourceGraph, waiting: Resource) -> str | None:
    """Returns the id of the one firewall that exists before a resource; None for none or several."""
    walls = graph.of_type("Microsoft.Network/azureFirewalls")
    values = [wall.id.lower() for wall in walls if graph.waits_for(waiting, wall)]
    return values[0] if len(values) == 1 else None


def _peering(name: str, properties: dict[str, Any]) -> PeeringSide:
    def flag(key: str, default: bool) -> bool | None:
        result = properties.get(key)
        return None if is_unknown(result) else default if result is None else bool(result)

    remote = dig(properties, "remoteVirtualNetwork.id")
    return PeeringSide(
        name=name,
        remote=remote.lower() if isinstance(remote, str) else "?",
        access=flag("allowVirtualNetworkAccess", True),
        forwarded=flag("allowForwardedTraffic", False),
        transit=flag("allowGatewayTransit", False),
        remote_gateway=flag("useRemoteGateways", False),
    )


def _subnets(graph: ResourceGraph) -> list[SubnetNode]:
    groups = {group.id.lower(): security_group(graph, group) for group in _all(graph, "networkSecurityGroups")}
    tables = {table.id.lower(): _route_table(graph, table) for table in _all(graph, "routeTables")}
    public = _public_machines(graph)
    subnets = []
    for subnet in graph.of_type("Microsoft.Network/virtualNetworks/subnets"):
        subnets.append(_subnet(subnet.id, subnet.name, subnet.properties, (groups, tables, public)))
    for network in _all(graph, "virtualNetworks"):
        for item in items(network.properties.get("subnets")):
            if isinstance(item, dict) and isinstance(item.get("name"), str):
                subnet_id = f"{network.id}/subnets/{item['name']}"
                subnets.append(_subnet(subnet_id, item["name"], item.get("properties") or {}, (groups, tables, public)))
    return subnets


def _all(graph: ResourceGraph, kind: str) -> tuple[Resource, ...]:
    return graph.of_type(f"Microsoft.Network/{kind}")


_Machines = tuple[PublicMachine | None, str | None]
_Parts = tuple[dict[str, SecurityGroup], dict[str, RouteTable], dict[str, _Machines]]


def _subnet(subnet_id: str, name: str, properties: dict[str, Any], parts: _Parts) -> SubnetNode:
    groups, tables, public = parts
    group, table, nat = (dig(properties, f"{key}.id") for key in ("networkSecurityGroup", "routeTable", "natGateway"))
    prefix = properties.get("addressPrefix")
    policies = properties.get("privateEndpointNetworkPolicies")
    machine, owner = public.get(subnet_id.lower(), (None, None))
    outbound = properties.get("defaultOutboundAccess")
    return SubnetNode(
        id=subnet_id,
        name=name,
        network=subnet_id.lower().split("/subnets/")[0],
        ranges=ranges_of([prefix] if prefix is not None else properties.get("addressPrefixes")),
        group=None
        if group is None
        else groups.get(str(group).lower()) or SecurityGroup(_last(group), rules_known=False),
        table=None if table is None else tables.get(str(table).lower()) or RouteTable(_last(table), routes_known=False),
        policies=str(policies).lower() if isinstance(policies, str) else "?" if policies is not None else "disabled",
        services=tuple(str(dig(item, "service")).lower() for item in items(properties.get("serviceEndpoints"))),
        service_policies=tuple(_last(dig(item, "id")) for item in items(properties.get("serviceEndpointPolicies"))),
        nat=_last(nat) if nat is not None else None,
        outbound=outbound is not False,
        public=machine,
        owner=owner,
    )


def _last(resource_id: Any) -> str:
    return resource_id.rstrip("/").rsplit("/", 1)[-1] if isinstance(resource_id, str) else "known only at deployment"


def _public_machines(graph: ResourceGraph) -> dict[str, _Machines]:
    """Returns by subnet a resource in it with a public address, if any, and the environment of the subnet."""
    public_machines: dict[str, _Machines] = {}
    for compute in graph.of_type(_COMPUTE):
        subnet = value(compute, "properties.properties.subnet.id")
        workspace = graph.by_id(compute.id.lower().split("/computes/")[0])
        owner = (workspace or compute).owner
        if isinstance(subnet, str):
            address = value(compute, "properties.properties.enableNodePublicIp")
            state = None if address is None or is_unknown(address) else bool(address)
            before, _ = public_machines.get(subnet.lower(), (None, None))
            if state is not False and not (before and before.certain):
                public_machines[subnet.lower()] = (PublicMachine(compute.name, certain=state is True), owner)
            else:
                public_machines.setdefault(subnet.lower(), (None, owner))
    for kind in ("bastionHosts", "virtualNetworkGateways"):
        for host in _all(graph, kind):
            for configuration in items(value(host, "properties.ipConfigurations")):
                subnet = dig(configuration, "properties.subnet.id")
                if isinstance(subnet, str) and dig(configuration, "properties.publicIPAddress") is not None:
                    machine = PublicMachine(host.name, certain=kind == "bastionHosts")
                    public_machines[subnet.lower()] = (machine, None)
    return public_machines


def _route_table(graph: ResourceGraph, table: Resource) -> RouteTable:
    apart = (
        (route.name, route.properties)
        for route in graph.of_type("Microsoft.Network/routeTables/routes")
        if route.id.lower().startswith(f"{table.id.lower()}/")
    )
    inline = ((str(dig(r, "name")), dig(r, "properties") or {}) for r in items(value(table, "properties.routes")))
    routes = tuple(_route(graph, table, name, properties) for name, properties in (*inline, *apart))
    return RouteTable(table.name, routes, value(table, "properties.disableBgpRoutePropagation") is not True)


def _route(graph: ResourceGraph, table: Resource, name: str, properties: Any) -> UserRoute:
    hop, address = dig(properties, "nextHopType"), dig(properties, "nextHopIpAddress")
    kind = hop.lower() if isinstance(hop, str) else "?"
    firewall = None
    if kind == "virtualappliance" and not isinstance(address, str):
        firewall = _awaited_firewall(graph, table)
    known = address if isinstance(address, str) else None
    return UserRoute(name, prefix_of(dig(properties, "addressPrefix")), kind, known, firewall)


def _gateways(graph: ResourceGraph) -> Iterator[tuple[str, str]]:
    for gateway in _all(graph, "virtualNetworkGateways"):
        for configuration in items(value(gateway, "properties.ipConfigurations")):
            subnet = dig(configuration, "properties.subnet.id")
            if isinstance(subnet, str):
                yield subnet.lower().split("/subnets/")[0], gateway.name


def _resolvers(graph: ResourceGraph) -> Iterator[tuple[str, str]]:
    """Returns the network of each inbound endpoint of a DNS resolver, by its address."""
    for inbound in graph.of_type("Microsoft.Network/dnsResolvers/inboundEndpoints"):
        for configuration in items(value(inbound, "properties.ipConfigurations")):
            address, subnet = dig(configuration, "privateIpAddress"), dig(configuration, "subnet.id")
            if isinstance(address, str) and isinstance(subnet, str):
                yield address, subnet.lower().split("/subnets/")[0]
