"""The way of a reply: a firewall that saw no request drops it, and one that saw the request needs the reply."""

from __future__ import annotations

from amlz.reach.model import FirewallNode, Landscape, SubnetNode
from amlz.reach.packet import Hop, Packet
from amlz.reach.parties import Party, within
from amlz.reach.routes import next_hop


def reply_hop(land: Landscape, subnet: SubnetNode, to: Party, firewall: str | None, by_gateway: bool) -> Hop | None:
    """Returns why a reply of a subnet does not arrive, or may not; None where it does.

    `firewall`: the one that the request passed with its own source address, None for none.
    """
    if to.kind == "address" and within(to.address, subnet.ranges):
        return None
    back = next_hop(land, subnet, to)
    if not back.certain or back.kind == "appliance":
        return Hop(subnet.name, back.by, "reply: its route is not known here", None)
    through = back.to if back.kind == "firewall" else None
    if through is not None and through != firewall:
        says = f"reply: goes to firewall {land.firewalls[through].name}, which saw no request"
        return Hop(subnet.name, back.by, says, False)
    if through is not None:
        return _forwarded(land, to, land.firewalls[through].network)
    if firewall is not None:
        return Hop(subnet.name, back.by, f"reply: goes past firewall {land.firewalls[firewall].name}", False)
    network = land.networks.get(subnet.network)
    stays = back.kind == "local" and network is not None and not within(to.address, network.ranges)
    astray = back.kind == "gateway" and not by_gateway
    if stays or astray or back.kind == "none" or (back.kind == "internet" and not to.public):
        return Hop(subnet.name, back.by, "reply: it has no route back", False)
    if by_gateway and back.kind != "gateway":
        return Hop(subnet.name, back.by, "reply: its route does not lead to the gateway", False)
    return None


def translated_reply_hop(
    land: Landscape, subnet: SubnetNode, packet: Packet, wall: FirewallNode, source: Party
) -> Hop | None:
    """Returns why a reply to a firewall that replaced the source of a packet does not get back to that source.

    The firewall sends it on, from the address that the packet was for.
    """
    back = next_hop(land, subnet, packet.source)
    if not back.certain or back.kind == "appliance":
        return Hop(subnet.name, back.by, "reply: its route is not known here", None)
    if back.kind == "firewall":
        says = "reply: a route leads it to the address of the firewall, not to the instance that translated the request"
        return Hop(subnet.name, back.by, says, None)
    if back.kind not in ("local", "peering"):
        return Hop(subnet.name, back.by, "reply: it has no route back to the firewall", False)
    return sent_on_hop(land, packet, wall, source)


def sent_on_hop(land: Landscape, packet: Packet, wall: FirewallNode, source: Party) -> Hop | None:
    """Returns why a reply that a firewall sends on does not enter the network of the source; None where it does."""
    network = land.networks.get(wall.network)
    if network is not None and within(packet.destination.address, network.ranges):
        return None
    return _forwarded(land, source, wall.network) if source.kind == "address" else None


def _forwarded(land: Landscape, to: Party, hub: str) -> Hop | None:
    """Returns why a reply that a firewall forwards does not enter the network of the source."""
    home = next((network for network in land.networks.values() if within(to.address, network.ranges)), None)
    peering = land.peering(home.id.lower(), hub) if home else None
    if peering is None or peering.forwarded is True:
        return None
    return Hop(peering.name, "", "reply: allowForwardedTraffic is off, and the reply is forwarded", peering.forwarded)
