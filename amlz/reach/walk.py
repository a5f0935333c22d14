"""The way of a packet through a landscape: security groups, routes, peerings, firewalls and gateways, hop by hop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from amlz.reach.filters import firewall_hop, security_group_hop
from amlz.reach.model import EndpointNode, FirewallNode, Landscape, NetworkNode, SubnetNode
from amlz.reach.packet import Hop, Packet, PacketEnd, outcome
from amlz.reach.parties import Party, dotted, within
from amlz.reach.replies import reply_hop, sent_on_hop, translated_reply_hop
from amlz.reach.routes import NextHop, next_hop

#: Firewalls that a packet may meet before its way is a circle.
_MOST_FIREWALLS = 3


@dataclass
class Trip:
    """A packet on its way. `firewall`: the last one that it passed with its own source address, None for none.

    `translated`: the last one that replaced its source address, and that before it.
    `endpoint`: the private endpoint at its destination. `by_gateway`: it comes from on-premises.
    """

    land: Landscape
    packet: Packet
    endpoint: EndpointNode | None = None
    origin: SubnetNode | None = None
    by_gateway: bool = False
    firewall: str | None = None
    keeps: bool | None = True
    translated: tuple[FirewallNode, Party] | None = None
    hops: list[Hop] = field(default_factory=list)
    assumes: list[str] = field(default_factory=list)
    firewalls: int = 0

    def end(self, *hops: Hop) -> PacketEnd:
        """Returns the outcome, with the last hops added."""
        return outcome((*self.hops, *hops), self.assumes)

    def network(self, network_id: str) -> NetworkNode | None:
        """Returns a network that is built here."""
        return self.land.networks.get(network_id)


def from_subnet(land: Landscape, subnet: SubnetNode, packet: Packet, endpoint: EndpointNode | None = None) -> PacketEnd:
    """Returns where a packet of a machine in a subnet ends."""
    trip = Trip(land, packet, endpoint, subnet)
    hop = security_group_hop(land, subnet, packet, inbound=False)
    if hop is not None:
        trip.hops.append(hop)
        if hop.passes is False:
            return trip.end()
    return _follow(trip, subnet, next_hop(land, subnet, packet.destination, endpoint))


def from_on_premises(land: Landscape, packet: Packet, endpoint: EndpointNode | None, target: str) -> PacketEnd:
    """Returns where a packet from on-premises ends. `target`: the network that holds the destination."""
    trip = Trip(land, packet, endpoint, by_gateway=True)
    entry, hop = _entry(land, target)
    trip.hops.append(hop)
    if entry is None or hop.passes is not True:
        return trip.end()
    trip.assumes.append("routers and firewalls on premises, and the connection of the gateway, let it through")
    room = land.named_subnet(entry, "GatewaySubnet")
    if room is None:
        return trip.end(Hop(entry.rsplit("/", 1)[-1], "", "it has no GatewaySubnet", False))
    return _follow(trip, room, next_hop(land, room, packet.destination, endpoint))


def _entry(land: Landscape, target: str) -> tuple[str | None, Hop]:
    """Returns the network whose gateway leads to a network, and whether on-premises learns the way."""
    network = land.networks.get(target)
    name = target.rsplit("/", 1)[-1]
    if network is None:
        return None, Hop(name, "", "gateway: the network is not built here", None)
    if target in land.gateways:
        return target, Hop(land.gateways[target], "", f"gateway: announces {name} on premises", True)
    if network.virtual_hub is not None:
        return None, Hop(network.virtual_hub, "", "gateway: those of the virtual hub are not built here", None)
    for peering in network.peerings:
        back = land.peering(peering.remote, target)
        if peering.remote not in land.networks:
            result = "uses" if peering.remote_gateway else "does not use"
            says = f"peering with a network that is not built here; it {result} that network's gateway"
            return None, Hop(peering.name, "", says, None)
        if peering.remote in land.gateways and peering.remote_gateway and back and back.transit:
            says = f"gateway: announces {name} on premises, as {peering.name} uses it"
            return peering.remote, Hop(land.gateways[peering.remote], "", says, True)
    return None, _no_gateway(land, network, name)


def _no_gateway(land: Landscape, network: NetworkNode, name: str) -> Hop:
    rooms = [node for node in land.networks.values() if land.named_subnet(node.id.lower(), "GatewaySubnet")]
    near = {network.id.lower(), *(peering.remote for peering in network.peerings)}
    room = next((node for node in rooms if node.id.lower() in near), None)
    if room is None:
        return Hop(name, "", "neither it nor a peer has a gateway or a GatewaySubnet", False)
    if room.id == network.id:
        return Hop(room.name, "", "a gateway in its GatewaySubnet is not built here", None)
    peering = next((side for side in network.peerings if side.remote == room.id.lower()), None)
    back = land.peering(room.id.lower(), network.id.lower())
    if peering is not None and peering.remote_gateway and back and back.transit:
        return Hop(peering.name, "", f"uses a gateway of {room.name} that is not built here", None)
    called = peering.name if peering else name
    return Hop(called, "", f"does not use a gateway of {room.name}, so on-premises learns no route to {name}", False)


def _follow(trip: Trip, subnet: SubnetNode, hop: NextHop) -> PacketEnd:
    """Returns the outcome of a packet that leaves a subnet by a route."""
    here = subnet.network
    if not hop.certain:
        trip.hops.append(Hop(subnet.name, hop.by, "route: another one may apply that is not known here", None))
        return trip.end()
    destination = trip.packet.destination
    if hop.kind == "none":
        return trip.end(Hop(subnet.name, hop.by, "route: dropped, no next hop", False))
    if hop.to is None:
        return _to_internet(trip, subnet, hop)
    if hop.kind == "appliance":
        return trip.end(Hop(subnet.name, hop.by, f"route: to appliance {hop.to}, whose rules are not built here", None))
    if hop.kind == "firewall":
        trip.hops.append(Hop(subnet.name, hop.by, f"route: to firewall {trip.land.firewalls[hop.to].name}"))
        return _through(trip, subnet, trip.land.firewalls[hop.to])
    if hop.kind == "gateway":
        return _to_premises(trip, hop, trip.land.gateways[hop.to])
    if hop.kind == "service":
        return _to_service(trip, subnet, hop)
    to = _home(trip) if hop.kind == "endpoint" else hop.to
    trip.hops.append(Hop(subnet.name, hop.by, f"route: to {to.rsplit('/', 1)[-1]}"))
    if to != here and not _cross(trip, here, to):
        return trip.end()
    if destination.kind != "address":
        return trip.end(Hop(subnet.name, hop.by, "route: keeps it in the network, where it is not", False))
    return _deliver(trip, to)


def _home(trip: Trip) -> str:
    return trip.endpoint.subnet.split("/subnets/")[0] if trip.endpoint else ""


def _cross(trip: Trip, here: str, to: str) -> bool:
    """Adds the decision of a peering. Returns False where the packet does not cross it."""
    out, back = trip.land.peering(here, to), trip.land.peering(to, here)
    name = to.rsplit("/", 1)[-1]
    if out is None or back is None:
        trip.hops.append(Hop(name, "", "peering: one of its two directions is not built", False))
        return False
    access = None if None in (out.access, back.access) else out.access and back.access
    if access is not True:
        trip.hops.append(Hop(back.name, "", "peering: allowVirtualNetworkAccess", access))
        return access is not False
    source, network = trip.packet.source, trip.network(here)
    own = source.kind == "address" and network is not None and within(source.address, network.ranges)
    if not own and not (trip.by_gateway and not trip.firewall):
        if back.forwarded is not True:
            trip.hops.append(
                Hop(back.name, "", "peering: allowForwardedTraffic is off, and the packet is forwarded", back.forwarded)
            )
        return back.forwarded is not False
    return True


def _through(trip: Trip, subnet: SubnetNode, wall: FirewallNode) -> PacketEnd:
    """Returns the outcome of a packet that a route sends to a firewall."""
    trip.firewalls += 1
    if trip.firewalls > _MOST_FIREWALLS or wall.subnet == subnet.id.lower():
        return trip.end(Hop(wall.name, "", "route: the firewall sends it back to itself", False))
    if wall.network != subnet.network:
        if trip.network(subnet.network) is None:
            return trip.end(Hop(subnet.name, "", "peering: its network is not built here", None))
        if trip.land.peering(subnet.network, wall.network) is None:
            return trip.end(Hop(subnet.name, "", f"route: {wall.name} is in no directly peered network", False))
        if not _cross(trip, subnet.network, wall.network):
            return trip.end()
    hop, keeps = firewall_hop(trip.land, wall, trip.packet)
    trip.hops.append(hop)
    room = trip.land.subnets.get(wall.subnet)
    if hop.passes is False or room is None:
        return trip.end() if room else trip.end(Hop(wall.name, "", "its subnet is not built here", None))
    trip.keeps = keeps
    trip.firewall = wall.id.lower() if keeps is not False else None
    if keeps is False:
        trip.translated = wall, trip.packet.source
        trip.packet = replace(trip.packet, source=_address_of(room))
    return _follow(trip, room, next_hop(trip.land, room, trip.packet.destination, trip.endpoint))


def _address_of(room: SubnetNode) -> Party:
    """Returns an address of a firewall: the first that Azure gives out in its subnet."""
    return Party("address", room.ranges[0][0] + 4 if room.ranges else 0)


def _to_premises(trip: Trip, hop: NextHop, gateway: str) -> PacketEnd:
    trip.hops.append(Hop(gateway, hop.by, "gateway: to on-premises"))
    trip.assumes.append("routers and firewalls on premises, and the connection of the gateway, let it through")
    if not within(trip.packet.destination.address, trip.land.on_premises):
        return trip.end(Hop(gateway, hop.by, "gateway: the destination is not on premises", None))
    return trip.end()


def _to_service(trip: Trip, subnet: SubnetNode, hop: NextHop) -> PacketEnd:
    trip.hops.append(Hop(subnet.name, hop.by, "route: directly to the service"))
    if subnet.service_policies:
        names = ", ".join(subnet.service_policies)
        trip.hops.append(Hop(names, "", "service endpoint policy: only to the resources that it lists", some=True))
    return trip.end()


def _to_internet(trip: Trip, subnet: SubnetNode, hop: NextHop) -> PacketEnd:
    """Returns the outcome of a packet whose next hop is the internet."""
    destination = trip.packet.destination
    if not destination.public:
        address = dotted(destination.address)
        return trip.end(Hop(subnet.name, hop.by, f"route: to the internet, where no network has {address}", False))
    wall = next((firewall for firewall in trip.land.firewalls.values() if firewall.subnet == subnet.id.lower()), None)
    if wall is not None:
        return trip.end(Hop(wall.name, hop.by, "route: to the internet, from an address of the firewall"))
    if subnet.nat:
        return trip.end(Hop(subnet.nat, hop.by, "route: to the internet, through the NAT gateway"))
    if subnet.outbound:
        return trip.end(Hop(subnet.name, hop.by, "route: to the internet, by default outbound access"))
    if subnet.public is not None:
        says = f"route: to the internet, from the public address of {subnet.public.name}"
        return trip.end(Hop(subnet.name, hop.by, says, subnet.public.certain or None))
    return trip.end(Hop(subnet.name, hop.by, "route: to the internet, but nothing gives it a public address", False))


def _deliver(trip: Trip, to: str) -> PacketEnd:
    """Returns the outcome of a packet that arrives in the network of its destination."""
    land, address = trip.land, trip.packet.destination.address
    network = trip.network(to)
    subnet = land.subnet_with(to, address)
    if subnet is None or network is None:
        name = to.rsplit("/", 1)[-1]
        return trip.end(Hop(name, "", f"no subnet of it has {dotted(address)}", False))
    if trip.endpoint is not None:
        return _at_endpoint(trip, trip.endpoint, subnet)
    wall = next((firewall for firewall in land.firewalls.values() if firewall.subnet == subnet.id.lower()), None)
    if wall is not None:
        return trip.end(_at_firewall(trip.packet, wall))
    hop = security_group_hop(land, subnet, trip.packet, inbound=True)
    arrived = hop or Hop(subnet.name, "", "subnet without a security group: accepts it")
    trip.hops.append(arrived)
    if arrived.passes is False:
        return trip.end()
    if trip.translated is not None and trip.firewall is None:
        back = translated_reply_hop(land, subnet, trip.packet, *trip.translated)
    else:
        back = reply_hop(land, subnet, trip.packet.source, trip.firewall, by_gateway=trip.by_gateway)
    return trip.end(back) if back is not None else trip.end()


def _at_firewall(packet: Packet, wall: FirewallNode) -> Hop:
    """Returns the decision of a firewall about a packet to its own address: only its DNS proxy answers there."""
    if packet.port == 53 and packet.protocol in ("tcp", "udp"):
        known = None if not wall.rules_known else wall.proxy
        word = {True: "answers", False: "is off", None: "is set where it is not built here"}[known]
        return Hop(wall.name, "", f"firewall: its DNS proxy {word}", known)
    return Hop(wall.name, "", "firewall: answers only DNS at its own address", False)


def _at_endpoint(trip: Trip, endpoint: EndpointNode, subnet: SubnetNode) -> PacketEnd:
    """Returns the decision about a packet at a private endpoint. Its replies go past the routes of the subnet."""
    if trip.packet.protocol != "tcp":
        return trip.end(Hop(endpoint.name, "", "private endpoint: accepts TCP only", False))
    if endpoint.manual:
        trip.assumes.append(f"the owner of {endpoint.target_name} approves {endpoint.name}")
    if subnet.policies == "?":
        return trip.end(Hop(subnet.name, "", "its network policies for endpoints are known only at deployment", None))
    hop = security_group_hop(trip.land, subnet, trip.packet, inbound=True) if subnet.filters_endpoints else None
    if hop is not None:
        trip.hops.append(hop)
        if hop.passes is False:
            return trip.end()
    if trip.firewall:
        says = "private endpoint: its reply goes past the firewall, which needs SNAT or an application rule"
        return trip.end(Hop(endpoint.name, "", says, None))
    back = sent_on_hop(trip.land, trip.packet, *trip.translated) if trip.translated is not None else None
    if back is not None:
        return trip.end(back)
    word = "" if subnet.filters_endpoints else "; security groups do not apply to it"
    return trip.end(Hop(endpoint.name, "", f"private endpoint: accepts it{word}"))
