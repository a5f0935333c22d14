"""Name resolution: whether a network finds the private address of an endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.reach.model import EndpointNode, FirewallNode, Landscape, NetworkNode
from amlz.reach.packet import Hop
from amlz.reach.parties import range_of, within


def resolvers_of(land: Landscape, network: NetworkNode) -> Iterator[tuple[str, str | None]]:
    """Returns for each DNS server of a network its name, and the network that resolves names for it: None where that is
    not known here.
    """
    if not network.dns:
        yield "Azure DNS", network.id.lower()
    for server in network.dns:
        wall = land.firewalls.get(server) if server else None
        wall = wall or _firewall_at(land, server)
        if wall is not None:
            upstream = wall.network if wall.proxy and not wall.servers else None
            if wall.proxy and len(wall.servers) == 1:
                upstream = land.resolvers.get(wall.servers[0] or "")
            yield f"DNS proxy of {wall.name}", upstream
        elif server and server in land.resolvers:
            yield f"DNS resolver {server}", land.resolvers[server]
        else:
            yield f"DNS server {server or 'known only at deployment'}", None


def _firewall_at(land: Landscape, server: str | None) -> FirewallNode | None:
    result = range_of(server) if server else None
    for wall in land.firewalls.values():
        subnet = land.subnets.get(wall.subnet)
        if result and subnet and within(result[0], subnet.ranges):
            return wall
    return None


def name_hop(land: Landscape, network: NetworkNode, endpoint: EndpointNode) -> Hop:
    """Returns whether the names of an endpoint resolve to its private address in a network."""
    hops = [_by_server(land, server, resolver, endpoint) for server, resolver in resolvers_of(land, network)]
    return min(hops, key=lambda hop: {False: 0, None: 1, True: 2}[hop.passes])


def _by_server(land: Landscape, server: str, resolver: str | None, endpoint: EndpointNode) -> Hop:
    if not endpoint.zones:
        if land.dns == "policy":
            return Hop(
                server, "", "DNS: Azure Policy writes the zone group of the endpoint, which is not built here", None
            )
        return Hop(server, "", "DNS: the endpoint writes to no private zone, so its name is public", False)
    if resolver is None:
        return Hop(server, "", "DNS: where it looks names up is not built here", None)
    name = resolver.rsplit("/", 1)[-1]
    for zone_id in endpoint.zones:
        zone = land.zones.get(zone_id)
        if zone is not None and resolver in zone.links:
            continue
        called = zone_id.rsplit("/", 1)[-1]
        if zone is None or "?" in zone.links:
            return Hop(server, called, f"DNS: links of this zone to {name} are not built here", None)
        return Hop(server, called, f"DNS: the zone is not linked to {name}, so the name is public there", False)
    return Hop(server, "", f"DNS: the name resolves to the private address, by links to {name}")
