"""Packets from the internet: to public addresses, by DNAT rules, and to the public side of a service."""

from __future__ import annotations

from amlz.reach.ends import End
from amlz.reach.filters import security_group_hop
from amlz.reach.model import EndpointNode, Landscape, SubnetNode
from amlz.reach.packet import Hop, Packet, PacketEnd, outcome
from amlz.reach.parties import NearbyRanges, any_covers, range_of, within
from amlz.reach.replies import reply_hop
from amlz.reach.walk import from_firewall


def from_internet(land: Landscape, packet: Packet, destination: End) -> PacketEnd:
    """Returns where a packet from anywhere on the internet ends."""
    translated = _translated(land, packet, destination)
    if translated is not None:
        return translated
    if destination.endpoint is not None:
        return outcome([_public_side(destination.endpoint)])
    if destination.subnet is None:
        return outcome([Hop("internet", "", "it has its own way there, which is not modelled", None)])
    return _to_machines(land, packet, destination.subnet)


def _translated(land: Landscape, packet: Packet, destination: End) -> PacketEnd | None:
    """Returns where a packet ends that a DNAT rule sends to the destination; None where none does."""
    for wall in land.firewalls.values():
        for rule in wall.translations:
            target = range_of(rule.address)
            if target is None or not within(target[0], destination.ranges):
                continue
            if destination.endpoint is None and target[0] != packet.destination.address:
                continue
            ports = ((rule.port, rule.port),) if rule.port is not None else rule.ports
            if (rule.protocols and packet.protocol not in rule.protocols) or not within(packet.port, ports):
                continue
            if any_covers(rule.sources, packet.source, NearbyRanges(), land.cloud) is False:
                continue
            return from_firewall(land, wall, rule.name, packet, destination.endpoint)
    return None


def _public_side(endpoint: EndpointNode) -> Hop:
    """Returns the decision of the public side of the service behind a private endpoint."""
    target, access = endpoint.target_name, endpoint.public_access
    if access == "disabled":
        return Hop(target, "", "publicNetworkAccess is Disabled, and a private address is on no internet", False)
    if access:
        return Hop(target, "", f"publicNetworkAccess is {access}; its own firewall is not modelled", None)
    return Hop(target, "", "its publicNetworkAccess is not set here", None)


def _to_machines(land: Landscape, packet: Packet, subnet: SubnetNode) -> PacketEnd:
    if subnet.public is None:
        return outcome(
            [Hop(subnet.name, "", "nothing in it has a public address, and no DNAT rule leads to it", False)]
        )
    says = f"{subnet.public.name} {'has' if subnet.public.certain else 'may have'} a public address"
    hops = [Hop(subnet.name, "", says, subnet.public.certain or None)]
    hop = security_group_hop(land, subnet, packet, inbound=True)
    hops += [hop] if hop else []
    if hop is None or hop.passes is not False:
        back = reply_hop(land, subnet, packet.source, None, by_gateway=False)
        hops += [back] if back else []
    return outcome(hops)
