"""Packets from the internet: to public addresses, and to the public side of a service."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.reach.ends import End
from amlz.reach.filters import security_group_hop
from amlz.reach.model import EndpointNode, Landscape, SubnetNode
from amlz.reach.packet import Hop, Packet, PacketEnd, Reachability, outcome
from amlz.reach.replies import reply_hop


def from_internet(land: Landscape, packet: Packet, destination: End) -> PacketEnd:
    """Returns where a packet from anywhere on the internet ends."""
    if destination.endpoint is not None:
        direct = outcome([_public_side(destination.endpoint)])
    elif destination.subnet is None:
        return outcome([Hop("internet", "", "it has its own way there, which is not modelled", None)])
    else:
        direct = _to_machines(land, packet, destination.subnet)
    translated = next(_dnat_hops(land), None)
    return outcome([translated]) if translated and direct.verdict is Reachability.BLOCKED else direct


def _dnat_hops(land: Landscape) -> Iterator[Hop]:
    """Returns an unknown decision for each DNAT rule: these rules are not evaluated."""
    for wall in land.firewalls.values():
        for rule in wall.dnat_rules:
            yield Hop(wall.name, rule, "firewall, DNAT rule: not evaluated; it may lead there", None)


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
            [Hop(subnet.name, "", "nothing in it has a public address, and no firewall here has a DNAT rule", False)]
        )
    says = f"{subnet.public.name} {'has' if subnet.public.certain else 'may have'} a public address"
    hops = [Hop(subnet.name, "", says, subnet.public.certain or None)]
    hop = security_group_hop(land, subnet, packet, inbound=True)
    hops += [hop] if hop else []
    if hop is None or hop.passes is not False:
        back = reply_hop(land, subnet, packet.source, None, by_gateway=False)
        hops += [back] if back else []
    return outcome(hops)
