"""Decisions of security groups and firewalls about a packet."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from amlz.reach.model import ApplicationRule, FilterRule, FirewallNode, Landscape, SecurityGroup, SubnetNode
from amlz.reach.packet import Hop, Packet
from amlz.reach.parties import EVERYTHING, NearbyRanges, Party, Range, any_covers, both, prefix_of, within

_NOBODY = NearbyRanges()
_ANYWHERE = (prefix_of("*"),)


def around(land: Landscape, subnet: SubnetNode) -> NearbyRanges:
    """Returns the service tag `VirtualNetwork` of a subnet: its network, peers, ranges behind gateways, and prefixes of
    its routes. A default route may or may not count, as Azure's page puts it.
    """
    network = land.networks.get(subnet.network)
    ranges: list[Range] = list(network.ranges if network else ())
    perhaps: list[Range] = []
    gateway = subnet.network in land.gateways
    for peering in network.peerings if network else ():
        remote = land.networks.get(peering.remote)
        ranges += remote.ranges if remote and peering.access else ()
        gateway = gateway or (peering.remote_gateway is True and peering.remote in land.gateways)
        if remote is None:
            perhaps += land.on_premises
    if network is None or network.virtual_hub is not None:
        perhaps.append(EVERYTHING)
    if gateway:
        ranges += land.on_premises
    for route in subnet.table.routes if subnet.table else ():
        if route.prefix.name == "*":
            perhaps.append(EVERYTHING)
        elif route.prefix.range:
            ranges.append(route.prefix.range)
    return NearbyRanges(tuple(ranges), tuple(perhaps))


AnyRule = FilterRule | ApplicationRule


@dataclass(frozen=True, slots=True)
class FirstMatch:
    """The decision of a list of rules. `rule`: the one that decides, or the first that may."""

    allow: bool | None
    rule: AnyRule | None = None
    certain: bool = True

    @property
    def name(self) -> str:
        """Returns the name of the rule; "" for none."""
        return self.rule.name if self.rule else ""


def security_group_hop(land: Landscape, subnet: SubnetNode, packet: Packet, inbound: bool) -> Hop | None:
    """Returns the decision of a subnet's security group; None where the subnet has none."""
    group = subnet.group
    if group is None:
        return None
    direction = "inbound" if inbound else "outbound"
    if not group.rules_known:
        return Hop(group.name, "", f"security group, {direction}: its rules are not built here", None)
    ruling = decide(group, packet, around(land, subnet), inbound, land.cloud)
    word = {True: "allows it", False: "denies it", None: "may match: its addresses or ports are not known here"}
    return Hop(group.name, ruling.name, f"security group, {direction}: {word[ruling.allow]}", ruling.allow)


def decide(
    group: SecurityGroup, packet: Packet, near: NearbyRanges, inbound: bool, cloud: str = "public"
) -> FirstMatch:
    """Returns the decision of a security group: the first rule that matches; rules that may match make it open."""
    rules = group.inbound if inbound else group.outbound
    return first((rule, matches(rule, packet, near, cloud)) for rule in rules) or FirstMatch(False)


def first(matched: Iterable[tuple[AnyRule, bool | None]]) -> FirstMatch | None:
    """Returns the decision of the first rule that matches, None for no rule. It is open where a rule before it, which
    may match, decides otherwise, and where only such rules are left. `certain`: no other rule may match before it.
    """
    possible: list[AnyRule] = []
    for rule, match in matched:
        if match is False:
            continue
        possible.append(rule)
        if match:
            same = all(item.allow == rule.allow for item in possible)
            return FirstMatch(rule.allow, rule, len(possible) == 1) if same else FirstMatch(None, possible[0], False)
    return FirstMatch(None, possible[0], False) if possible else None


def matches(rule: FilterRule, packet: Packet, near: NearbyRanges, cloud: str) -> bool | None:
    """Returns whether a rule matches a packet; None where that is unknown."""
    if rule.protocols and packet.protocol not in rule.protocols:
        return False
    if packet.protocol != "icmp" and not within(packet.port, rule.ports):
        return False
    source = any_covers(rule.sources, packet.source, near, cloud)
    if source is False:
        return False
    matched = both(source, any_covers(rule.destinations, packet.destination, near, cloud))
    return None if matched and rule.fixed_source else matched


def firewall_hop(land: Landscape, wall: FirewallNode, packet: Packet) -> tuple[Hop, bool | None]:
    """Returns the decision of a firewall, and whether the packet keeps its source address behind it."""
    if not wall.rules_known:
        return Hop(wall.name, "", "firewall: the rules of its policy are not built here", None), None
    named = [replace(packet, destination=Party("host", name=name)) for name in _names(packet.destination)]
    network = ((rule, _network_match(rule, packet, named, land.cloud)) for rule in wall.network_rules)
    application = ((rule, _application_match(rule, packet, land.cloud)) for rule in wall.application_rules)
    ruling = first(chain[tuple[AnyRule, bool | None]](network, application))
    if ruling is None:
        return Hop(wall.name, "", "firewall: no rule allows it, and the rest is denied", False), False
    kind = "application" if isinstance(ruling.rule, ApplicationRule) else "network"
    word = {True: "allows it", False: "denies it", None: "may match: its addresses or hosts are not known here"}
    hop = Hop(wall.name, ruling.name, f"firewall, {kind} rule: {word[ruling.allow]}", ruling.allow)
    if packet.destination.kind != "address" or not within(packet.destination.address, wall.keeps):
        return hop, False
    if not ruling.certain:
        return hop, None
    return hop, kind == "network"


def _network_match(rule: FilterRule, packet: Packet, named: Sequence[Packet], cloud: str) -> bool | None:
    match = matches(rule, packet, _NOBODY, cloud)
    return _by_name(rule, packet, named) if match is not True and rule.hosts else match


def _by_name(rule: FilterRule, packet: Packet, named: Sequence[Packet]) -> bool | None:
    """Returns whether a network rule with host names matches: the firewall resolves them to addresses."""
    bare = replace(rule, destinations=(), hosts=())
    anywhere = matches(replace(bare, destinations=_ANYWHERE), packet, _NOBODY, "public")
    if anywhere is False:
        return False
    if any(item.destination.name in rule.hosts for item in named):
        return anywhere
    unnamed = packet.destination.kind == "tag" or (packet.destination.kind == "address" and packet.destination.public)
    return None if unnamed else False


def _names(party: Party) -> tuple[str, ...]:
    return (party.name,) if party.kind == "host" and party.name is not None else party.names


def _application_match(rule: ApplicationRule, packet: Packet, cloud: str) -> bool | None:
    if packet.protocol != "tcp" or packet.port not in (port for _, port in rule.ports):
        return False
    source = any_covers(rule.sources, packet.source, _NOBODY, cloud)
    if source is False:
        return False
    if rule.partly:
        hosts = _names(packet.destination)
        named = not hosts or any(fnmatch.fnmatchcase(name, host) for name in hosts for host in rule.hosts)
        return None if named and packet.destination.kind != "internet" else False
    return both(source, _host_match(rule.hosts, packet.destination))


def _host_match(patterns: Sequence[str], destination: Party) -> bool | None:
    """Returns whether hosts of an application rule include a destination. An address may belong to any public host."""
    if "*" in patterns:
        return True
    if destination.kind == "internet":
        return False
    names = _names(destination)
    if any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in patterns):
        return True
    return None if not names and destination.public else False
