"""Reads the networks of a resource graph: the request bodies, not the plan that they were made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from amlz.azure.bodies import dig, items, value
from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.reach.managed import managed_networks
from amlz.reach.model import Landscape, NetworkNode, PeeringSide, RouteTable, SecurityGroup, SubnetNode, UserRoute
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
        on_premises=tuple(found for text in on_premises if (found := range_of(text))),
        resolvers=dict(_resolvers(graph)),
        cloud=graph.cloud,
        dns=graph.dns,
        managed=tuple(managed_networks(graph)),
    )


def owner_of(resource: Resource) -> str:
    """Returns `project/environment` of a resource; "" for none."""
    return f"{resource.project}/{resource.environment}" if resource.project else ""


def ranges_of(prefixes: Any) -> tuple[Range, ...]:
    """Returns the IPv4 ranges of a list of prefixes."""
    return tuple(found for each in items(prefixes) if isinstance(each, str) and (found := range_of(each)))


def _networks(graph: ResourceGraph) -> Iterator[NetworkNode]:
    apart: dict[str, list[PeeringSide]] = {}
    for peering in graph.of_type("Microsoft.Network/virtualNetworks/virtualNetworkPeerings"):
        key = peering.id.lower().split("/virtualnetworkpeerings/")[0]
        apart.setdefault(key, []).append(_peering(peering.name, peering.properties))
    for network in graph.of_type("Microsoft.Network/virtualNetworks"):
        inline = [
            _peering(str(each.get("name")), each.get("properties") or {})
            for each in items(network.properties.get("virtualNetworkPeerings"))
            if isinstance(each, dict) and not is_unknown(each)
        ]
        yield NetworkNode(
            id=network.id,
            name=network.name,
            ranges=ranges_of(value(network, "properties.addressSpace.addressPrefixes")),
            location=network.location,
            dns=dns_servers(graph, network, items(value(network, "properties.dhcpOptions.dnsServers"))),
            peerings=(*inline, *apart.get(network.id.lower(), ())),
        )


def dns_servers(graph: ResourceGraph, of: Resource, servers: list[Any]) -> tuple[str | None, ...]:
    """Returns addresses of DNS servers; for one that is known only at deployment the firewall that is created first."""
    return tuple(each if isinstance(each, str) else _awaited_firewall(graph, of) for each in servers)


def _awaited_firewall(graph: ResourceGraph, waiting: Resource) -> str | None:
    """Returns the id of the one firewall that exists before a resource; None for none or several."""
    walls = graph.of_type("Microsoft.Network/azureFirewalls")
    found = [wall.id.lower() for wall in walls if graph.waits_for(waiting, wall)]
    return found[0] if len(found) == 1 else None


def _peering(name: str, properties: dict[str, Any]) -> PeeringSide:
    def flag(key: str, default: bool) -> bool | None:
        found = properties.get(key)
        return None if is_unknown(found) else default if found is None else bool(found)

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
    found = []
    for subnet in graph.of_type("Microsoft.Network/virtualNetworks/subnets"):
        found.append(_subnet(subnet.id, subnet.name, subnet.properties, (groups, tables, public)))
    for network in _all(graph, "virtualNetworks"):
        for each in items(network.properties.get("subnets")):
            if isinstance(each, dict) and isinstance(each.get("name"), str):
                subnet_id = f"{network.id}/subnets/{each['name']}"
                found.append(_subnet(subnet_id, each["name"], each.get("properties") or {}, (groups, tables, public)))
    return found


def _all(graph: ResourceGraph, kind: str) -> tuple[Resource, ...]:
    return graph.of_type(f"Microsoft.Network/{kind}")


_Parts = tuple[dict[str, SecurityGroup], dict[str, RouteTable], dict[str, tuple[bool | None, str, str]]]


def _subnet(subnet_id: str, name: str, properties: dict[str, Any], parts: _Parts) -> SubnetNode:
    groups, tables, public = parts
    group, table, nat = (dig(properties, f"{key}.id") for key in ("networkSecurityGroup", "routeTable", "natGateway"))
    prefix = properties.get("addressPrefix")
    policies = properties.get("privateEndpointNetworkPolicies")
    is_public, public_by, owner = public.get(subnet_id.lower(), (False, "", ""))
    outbound = properties.get("defaultOutboundAccess")
    return SubnetNode(
        id=subnet_id,
        name=name,
        network=subnet_id.lower().split("/subnets/")[0],
        ranges=ranges_of([prefix] if prefix is not None else properties.get("addressPrefixes")),
        group=None if group is None else groups.get(str(group).lower()) or SecurityGroup(_last(group), known=False),
        table=None if table is None else tables.get(str(table).lower()) or RouteTable(_last(table), known=False),
        policies=str(policies).lower() if isinstance(policies, str) else "?" if policies is not None else "disabled",
        services=tuple(str(dig(each, "service")).lower() for each in items(properties.get("serviceEndpoints"))),
        service_policies=tuple(_last(dig(each, "id")) for each in items(properties.get("serviceEndpointPolicies"))),
        nat=_last(nat) if nat is not None else "",
        outbound=outbound is not False,
        public=is_public,
        public_by=public_by,
        owner=owner,
        delegated=", ".join(str(dig(d, "properties.serviceName")) for d in items(properties.get("delegations"))),
    )


def _last(resource_id: Any) -> str:
    return resource_id.rstrip("/").rsplit("/", 1)[-1] if isinstance(resource_id, str) else "known only at deployment"


def _public_machines(graph: ResourceGraph) -> dict[str, tuple[bool | None, str, str]]:
    """Returns by subnet whether something in it has a public address, its name, and the environment of the subnet."""
    found: dict[str, tuple[bool | None, str, str]] = {}
    for compute in graph.of_type(_COMPUTE):
        subnet = value(compute, "properties.properties.subnet.id")
        workspace = graph.by_id(compute.id.lower().split("/computes/")[0])
        owner = owner_of(workspace or compute)
        if isinstance(subnet, str):
            address = value(compute, "properties.properties.enableNodePublicIp")
            state = None if address is None or is_unknown(address) else bool(address)
            before = found.get(subnet.lower(), (False, "", ""))
            if state is not False and before[0] is not True:
                found[subnet.lower()] = (state, compute.name, owner)
            else:
                found.setdefault(subnet.lower(), (False, "", owner))
    for kind in ("bastionHosts", "virtualNetworkGateways"):
        for host in _all(graph, kind):
            for configuration in items(value(host, "properties.ipConfigurations")):
                subnet = dig(configuration, "properties.subnet.id")
                if isinstance(subnet, str) and dig(configuration, "properties.publicIPAddress") is not None:
                    found[subnet.lower()] = (True if kind == "bastionHosts" else None, host.name, "")
    return found


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
    firewall = ""
    if kind == "virtualappliance" and not isinstance(address, str):
        firewall = _awaited_firewall(graph, table) or ""
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
