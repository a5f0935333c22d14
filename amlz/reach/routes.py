"""Effective routes: where a packet goes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from amlz.reach.facts import SERVICE_ENDPOINT_TAGS
from amlz.reach.model import EndpointNode, FirewallNode, Landscape, NetworkNode, PeeringSide, SubnetNode, UserRoute
from amlz.reach.parties import PRIVATE, NearbyRanges, Party, Range, covers, dotted, range_of, within

EndKind = Literal["local", "peering", "endpoint", "firewall", "appliance", "internet", "gateway", "none", "service"]

#: Of routes with the same prefix, the lower wins. https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
_USER, _LEARNED, _SYSTEM = range(3)


@dataclass(frozen=True, slots=True)
class NextHop:
    """The next hop of a packet. `by`: the route in words. `certain`: False where another route may apply.

    `to`: the id of a network or firewall, the address of an appliance or the name of a service; None for `internet`
    and `none`.
    """

    kind: EndKind
    by: str
    to: str | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A route that covers a destination. `preferred`: a BGP route never wins over it."""

    length: int
    rank: int
    hop: NextHop
    preferred: bool = False


def next_hop(land: Landscape, subnet: SubnetNode, destination: Party, endpoint: EndpointNode | None = None) -> NextHop:
    """Returns where a subnet sends a packet. `endpoint`: the private endpoint at the destination."""
    if subnet.table is not None and not subnet.table.routes_known:
        return NextHop("none", f"route table {subnet.table.name}, whose routes are not built here", certain=False)
    service = _service(land, subnet, destination)
    if service is not None:
        return service
    candidates = list(_candidates(land, subnet, destination, endpoint))
    if any(candidate.preferred for candidate in candidates):
        candidates = [candidate for candidate in candidates if candidate.rank != _LEARNED]
    elsewhere = subnet.network not in land.networks and destination.kind == "address" and not destination.public
    perhaps = elsewhere or any(True for _ in _perhaps(land, subnet, destination))
    best = min(candidates, key=lambda item: (-item.length, item.rank))
    if perhaps and best.length < 32:
        return replace(best.hop, certain=False)
    return best.hop


def prefix_length(values: Range) -> int:
    """Returns the length of the prefix that a range is."""
    return 32 - (values[1] - values[0]).bit_length()


def _candidates(
    land: Landscape, subnet: SubnetNode, destination: Party, endpoint: EndpointNode | None
) -> Iterator[_Candidate]:
    network = land.networks.get(subnet.network)
    routes = list(_user_routes(land, subnet, destination))
    yield from routes
    yield _Candidate(0, _SYSTEM, NextHop("internet", "system route 0.0.0.0/0", certain=network is not None))
    learned = _virtual_hub(network, subnet) if network is not None else None
    if learned is not None:
        yield _Candidate(0, _LEARNED, learned)
    if destination.kind != "address" or network is None:
        return
    address = destination.address
    if learned is not None:
        for private in (private for private in PRIVATE if within(address, (private,))):
            yield _Candidate(prefix_length(private), _LEARNED, learned)
    for item in network.ranges:
        if within(address, (item,)):
            yield _Candidate(prefix_length(item), _SYSTEM, NextHop("local", "system route", network.id.lower()), True)
    for private in PRIVATE:
        if private not in network.ranges and within(address, (private,)):
            text = f"{dotted(private[0])}/{prefix_length(private)}"
            yield _Candidate(prefix_length(private), _SYSTEM, NextHop("none", f"system route {text}"))
    for peering in network.peerings:
        remote = land.networks.get(peering.remote)
        for item in remote.ranges if remote else ():
            if within(address, (item,)):
                hop = NextHop("peering", f"peering {peering.name}", peering.remote)
                yield _Candidate(prefix_length(item), _SYSTEM, hop, True)
    if endpoint is not None and _has_endpoint_route(network, endpoint):
        override = [route for route in routes if route.length >= _override_length(land, endpoint, address)]
        if not override:
            yield _Candidate(32, _SYSTEM, NextHop("endpoint", "route of the private endpoint", endpoint.id.lower()))
    if within(address, land.on_premises) and (subnet.table is None or subnet.table.propagates):
        yield from _gateway_routes(land, network, address)


def _virtual_hub(network: NetworkNode, subnet: SubnetNode) -> NextHop | None:
    """Returns the next hop of routes that a virtual hub gives to a network: not known here is where they lead."""
    if network.virtual_hub is None or (subnet.table is not None and not subnet.table.propagates):
        return None
    by = f"a route of virtual hub {network.virtual_hub}"
    return NextHop("none", by, certain=False)


def _has_endpoint_route(network: NetworkNode, endpoint: EndpointNode) -> bool:
    """Returns whether a network has the /32 route of an endpoint: its own network, and those peered with it."""
    home = endpoint.subnet.split("/subnets/")[0]
    return home in (network.id.lower(), *(peering.remote for peering in network.peerings))


def _override_length(land: Landscape, endpoint: EndpointNode, address: int) -> int:
    """Returns the shortest prefix of a user-defined route that overrides the /32 route of an endpoint."""
    subnet = land.subnets.get(endpoint.subnet)
    network = land.networks.get(endpoint.subnet.split("/subnets/")[0])
    if subnet is None or network is None or not subnet.routes_endpoints:
        return 32
    return min((prefix_length(item) for item in network.ranges if within(address, (item,))), default=32)


def _gateway_routes(land: Landscape, network: NetworkNode, address: int) -> Iterator[_Candidate]:
    via = gateway_of(land, network)
    for on_premise in land.on_premises:
        if via and within(address, (on_premise,)):
            yield _Candidate(
                prefix_length(on_premise), _LEARNED, NextHop("gateway", f"route of {land.gateways[via]}", via)
            )


def gateway_of(land: Landscape, network: NetworkNode) -> str | None:
    """Returns the network whose gateway another one uses: its own, or a peer's that lets it; None for none."""
    if network.id.lower() in land.gateways:
        return network.id.lower()
    for peering in network.peerings:
        back = land.peering(peering.remote, network.id.lower())
        if peering.remote_gateway and back and back.transit and peering.remote in land.gateways:
            return peering.remote
    return None


def _user_routes(land: Landscape, subnet: SubnetNode, destination: Party) -> Iterator[_Candidate]:
    for route in subnet.table.routes if subnet.table else ():
        result = covers(route.prefix, destination, NearbyRanges(), land.cloud)
        if result is True:
            length = 0 if route.prefix.name == "*" else prefix_length(route.prefix.range) if route.prefix.range else 24
            yield _Candidate(length, _USER, _user_hop(land, subnet, route))


def _user_hop(land: Landscape, subnet: SubnetNode, route: UserRoute) -> NextHop:
    by = f"route {route.name} of {subnet.table.name if subnet.table else ''}"
    if route.hop == "virtualappliance":
        wall = firewall_at(land, route)
        if wall is not None:
            return NextHop("firewall", by, wall.id.lower())
        return NextHop("appliance", by, route.address or "an address known only at deployment")
    if route.hop == "vnetlocal":
        return NextHop("local", by, subnet.network)
    if route.hop == "virtualnetworkgateway":
        network = land.networks.get(subnet.network)
        via = gateway_of(land, network) if network else None
        return NextHop("gateway", by, via) if via else NextHop("none", f"{by}, to a gateway that the network has not")
    if route.hop == "internet":
        return NextHop("internet", by)
    if route.hop == "none":
        return NextHop("none", by)
    return NextHop("none", f"{by}, whose next hop is known only at deployment", certain=False)


def firewall_at(land: Landscape, route: UserRoute) -> FirewallNode | None:
    """Returns the firewall that a route leads to: the one whose address it waits for, or in whose subnet it is."""
    if route.firewall:
        return land.firewalls.get(route.firewall)
    result = range_of(route.address) if route.address else None
    for wall in land.firewalls.values():
        subnet = land.subnets.get(wall.subnet)
        if result and subnet and within(result[0], subnet.ranges):
            return wall
    return None


def _perhaps(land: Landscape, subnet: SubnetNode, destination: Party) -> Iterator[PeeringSide | UserRoute]:
    """Returns peers with unknown ranges, and routes with unknown prefixes, that may apply to a destination."""
    network = land.networks.get(subnet.network)
    for route in subnet.table.routes if subnet.table else ():
        if covers(route.prefix, destination, NearbyRanges(), land.cloud) is None:
            yield route
    if destination.kind != "address" or destination.public or network is None:
        return
    if any(within(destination.address, node.ranges) for node in land.networks.values()):
        return
    for peering in network.peerings:
        if peering.remote not in land.networks:
            yield peering


def _service(land: Landscape, subnet: SubnetNode, destination: Party) -> NextHop | None:
    """Returns the route of a service endpoint to a service tag; None where there is none."""
    if destination.kind != "tag" or destination.name is None:
        return None
    base, _, region = destination.name.lower().partition(".")
    network = land.networks.get(subnet.network)
    for service in subnet.services:
        if SERVICE_ENDPOINT_TAGS.get(service, "").lower() != base:
            continue
        near = service != "microsoft.storage" or (network is not None and region == network.location.lower())
        return NextHop("service", f"service endpoint {service}", service, near)
    return None
