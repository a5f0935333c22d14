"""Answers: from a source to a destination, for every address and port of both that rules distinguish."""

from __future__ import annotations

import fnmatch
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from amlz.reach.ends import End
from amlz.reach.facts import ENDPOINT_PORTS, HTTPS
from amlz.reach.inbound import from_internet
from amlz.reach.managed import from_managed
from amlz.reach.model import EndpointNode, FilterRule, Landscape, Protocol, SecurityGroup, SubnetNode
from amlz.reach.names import name_hop, resolvers_of
from amlz.reach.packet import Hop, Packet, PacketEnd, Reachability, outcome
from amlz.reach.parties import EVERYTHING, NearbyRanges, Party, Prefix, Range, covers
from amlz.reach.walk import from_on_premises, from_subnet

LAST_PORT = 65_535
_ANYWHERE = NearbyRanges((EVERYTHING,))
_FORWARDING = "DNS servers on premises forward the private zones to this landscape"


@dataclass(frozen=True, slots=True)
class ReachAnswer:
    """The answer for some ports. `hops`: of one packet that the verdict is about; `but`: the hop that decides otherwise
    about others, where the verdict is `partly`.
    """

    source: End
    destination: End
    protocol: Protocol
    ports: tuple[Range, ...]
    verdict: Reachability
    hops: tuple[Hop, ...]
    assumes: tuple[str, ...] = ()
    but: Hop | None = None

    @property
    def decisive(self) -> Hop | None:
        """Returns the hop that decides."""
        return (
            self.but
            if self.verdict is Reachability.PARTLY and self.but
            else PacketEnd(self.verdict, self.hops).decisive
        )


def port_text(ports: Sequence[Range]) -> str:
    """Returns ports as text: `443, 8000-8010`, `any`."""
    if tuple(ports) == ((0, LAST_PORT),):
        return "any"
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ports)


class Evaluator:
    """Answers questions about one landscape. Keeps what several questions share."""

    def __init__(self, land: Landscape) -> None:
        self.land = land
        self._names: dict[tuple[str, str], Hop] = {}
        self._asked: dict[str, Hop | None] = {}
        self._ports: dict[tuple[str, Protocol], list[Range]] = {}
        self._blocked: dict[tuple[str, str, Packet], PacketEnd] = {}

    def ask(self, source: End, destination: End, protocol: Protocol, port: int | None = None) -> list[ReachAnswer]:
        """Returns the answers for a port; without one for the usual ports of the destination, those alike together."""
        if protocol == "icmp":
            return [self._at(source, destination, protocol, (0, 0))]
        if port is not None:
            return [self._at(source, destination, protocol, (port, port))]
        answers = [
            self._at(source, destination, protocol, ports) for ports in self.usual_ports(source, destination, protocol)
        ]
        return _together(answers)

    def usual_ports(self, source: End, destination: End, protocol: Protocol) -> list[Range]:
        """Returns the ports to ask about: of a subnet those that rules distinguish."""
        if destination.endpoint is not None:
            ports = (p for group in destination.endpoint.groups for p in ENDPOINT_PORTS.get(group, HTTPS))
            return [(port, port) for port in dict.fromkeys(ports)]
        if destination.kind in ("tag", "host"):
            key = destination.name.lower(), protocol
            if key not in self._ports:
                self._ports[key] = self._named_ports(*key) or ([(443, 443)] if protocol == "tcp" else [])
            return self._ports[key]
        if destination.kind == "internet":
            return [(443, 443)]
        return self._port_atoms(source, destination)

    def _named_ports(self, name: str, protocol: Protocol) -> list[Range]:
        """Returns the ports of the rules that name a service tag or a host."""
        named_ports: dict[Range, None] = {}
        for rule in self._rules:
            named = any(prefix.name == name for prefix in rule.destinations) or name in rule.hosts
            if named and (not rule.protocols or protocol in rule.protocols):
                named_ports |= dict.fromkeys(rule.ports)
        for application in (rule for wall in self.land.firewalls.values() for rule in wall.application_rules):
            if protocol == "tcp" and any(fnmatch.fnmatchcase(name, host) for host in application.hosts):
                named_ports |= dict.fromkeys((port, port) for _, port in application.ports)
        return [(low, low) if high > low else (low, high) for low, high in named_ports]

    def _port_atoms(self, source: End, destination: End) -> list[Range]:
        """Returns ranges of ports within which no rule on the way distinguishes ports."""
        leaving = source.subnet.group.outbound if source.subnet and source.subnet.group else ()
        entering = destination.subnet.group.inbound if destination.subnet and destination.subnet.group else ()
        network = [rule for wall in self.land.firewalls.values() for rule in wall.network_rules]
        rules = [rule for rule in (*leaving, *entering, *network) if _concerns(rule, destination)]
        cuts = {0, LAST_PORT + 1, 53, 54}
        cuts |= {edge for rule in rules for low, high in rule.ports for edge in (low, high + 1)}
        for wall in self.land.firewalls.values():
            cuts |= {edge for rule in wall.application_rules for _, port in rule.ports for edge in (port, port + 1)}
        edges = sorted(edge for edge in cuts if edge <= LAST_PORT + 1)
        return [(low, high - 1) for low, high in pairwise(edges)]

    def _at(self, source: End, destination: End, protocol: Protocol, ports: Range) -> ReachAnswer:
        """Returns the answer for ports that no rule distinguishes: that of each address, together."""
        outcomes = [
            self._outcome(source, destination, Packet(origin, target, protocol, ports[0]))
            for origin in self._parties(source, destination=False)
            for target in self._parties(destination, destination=True)
        ]
        if not outcomes:
            end = destination if source.ranges or source.subnet is None else source
            hop = Hop(end.name, "", "its addresses are not known here", None)
            return ReachAnswer(source, destination, protocol, (ports,), Reachability.UNKNOWN, (hop,))
        verdict = _overall(outcomes, destination)
        mixed = verdict is Reachability.PARTLY and any(
            packet_end.verdict is Reachability.REACHABLE for packet_end in outcomes
        )
        wanted = Reachability.REACHABLE if mixed else verdict
        first = next((packet_end for packet_end in outcomes if packet_end.verdict is wanted), outcomes[0])
        other = next((packet_end for packet_end in outcomes if packet_end.verdict is not wanted), None)
        hops, but = first.hops, other.decisive if other else None
        if verdict is Reachability.UNKNOWN and wanted not in {packet_end.verdict for packet_end in outcomes}:
            says = "its address is known only at deployment, and rules distinguish addresses of its subnet"
            hops = (*hops, Hop(destination.name, "", f"private endpoint: {says}", None))
        return ReachAnswer(source, destination, protocol, (ports,), verdict, hops, first.assumes, but)

    def _parties(self, end: End, destination: bool) -> list[Party]:
        """Returns one packet end for each range of addresses that no rule splits."""
        if end.kind in ("tag", "internet", "managed"):
            return [Party("tag", name=end.name) if end.kind == "tag" else Party("internet")]
        if end.kind == "host" and not end.ranges:
            return [Party("host", name=end.name)]
        names = end.endpoint.names if end.endpoint else ()
        groups = end.endpoint.asgs if end.endpoint else None if end.kind == "subnet" else ()
        addresses = [address for low, high in end.ranges for address in self._samples(low, high)]
        return [Party("address", address, None, names if destination else (), groups) for address in addresses]

    def _samples(self, low: int, high: int) -> list[int]:
        edges = self._edges[bisect_right(self._edges, low) : bisect_left(self._edges, high + 1)]
        return [low, *edges]

    @cached_property
    def _edges(self) -> list[int]:
        """Returns where ranges of rules, routes and networks begin, and the addresses behind their ends."""
        ranges: set[Range] = set(self.land.on_premises)
        for network in self.land.networks.values():
            ranges |= set(network.ranges)
        for subnet in self.land.subnets.values():
            ranges |= set(subnet.ranges)
            ranges |= {r for route in (subnet.table.routes if subnet.table else ()) if (r := route.prefix.range)}
        ranges |= {result for prefix in self._prefixes() if (result := prefix.range)}
        for wall in self.land.firewalls.values():
            ranges |= set(wall.keeps)
        return sorted({edge for low, high in ranges for edge in (low, high + 1)})

    @cached_property
    def _rules(self) -> list[FilterRule]:
        groups: dict[int, SecurityGroup] = {id(s.group): s.group for s in self.land.subnets.values() if s.group}
        rules = [rule for group in groups.values() for rule in (*group.inbound, *group.outbound)]
        return [*rules, *(rule for wall in self.land.firewalls.values() for rule in wall.network_rules)]

    def _prefixes(self) -> Iterator[Prefix]:
        for rule in self._rules:
            yield from (*rule.sources, *rule.destinations)
        for wall in self.land.firewalls.values():
            for application in wall.application_rules:
                yield from application.sources

    def _outcome(self, source: End, destination: End, packet: Packet) -> PacketEnd:
        """Returns where one packet ends; to an endpoint with the resolution of its name first."""
        endpoint = destination.endpoint
        if source.kind == "internet":
            return from_internet(self.land, packet, destination)
        if source.kind == "on-premises":
            if destination.subnet is None:
                return outcome([Hop("on-premises", "", "it has its own way there, which is not modelled", None)])
            packet_end = from_on_premises(self.land, packet, endpoint, destination.subnet.network)
            return (
                replace(packet_end, assumes=(*packet_end.assumes, _FORWARDING))
                if endpoint and packet_end.assumes
                else packet_end
            )
        if source.managed is not None:
            return from_managed(source.managed, packet, endpoint, self.land.cloud)
        if source.subnet is None:
            return outcome([Hop(source.name, "", "it is no source of packets", None)])
        packet_end = self._from_subnet(source.subnet, packet, endpoint)
        assumes = list(packet_end.assumes)
        if packet.destination.kind == "host" and packet.destination.name:
            assumes.append(f"addresses of {packet.destination.name} are in no service tag of another service")
        resolved = [self._resolution(source.subnet, destination)] if endpoint else []
        return outcome((*resolved, *packet_end.hops), assumes)

    def _from_subnet(self, subnet: SubnetNode, packet: Packet, endpoint: EndpointNode | None) -> PacketEnd:
        """Returns where a packet ends. Endpoints of a subnet share what blocks all of them at the source."""
        key = subnet.id, endpoint.subnet if endpoint else "", replace(packet, destination=_bare(packet.destination))
        if key in self._blocked:
            return self._blocked[key]
        packet_end = from_subnet(self.land, subnet, packet, endpoint)
        if endpoint is not None and len(packet_end.hops) == 1:
            self._blocked[key] = packet_end
        return packet_end

    def _resolution(self, subnet: SubnetNode, destination: End) -> Hop:
        """Returns whether a subnet finds the private address of an endpoint by its DNS server."""
        if subnet.network not in self.land.networks:
            return self.name_in(subnet, destination)
        return self._dns_server(subnet) or self.name_in(subnet, destination)

    def name_in(self, subnet: SubnetNode, destination: End) -> Hop:
        """Returns whether the DNS servers of a subnet's network resolve the names of an endpoint to its address."""
        endpoint, network = destination.endpoint, self.land.networks.get(subnet.network)
        if endpoint is None or network is None:
            return Hop(subnet.name, "", "DNS: its network is not built here", None)
        key = (subnet.network, endpoint.id)
        if key not in self._names:
            self._names[key] = name_hop(self.land, network, endpoint)
        hop = self._names[key]
        if hop.passes is False and endpoint.public_access != "disabled":
            return replace(hop, says=f"{hop.says}; whether its public address answers is not known here", passes=None)
        return hop

    def _dns_server(self, subnet: SubnetNode) -> Hop | None:
        """Returns why a subnet does not reach its DNS server; None where it does, or where that is not known here."""
        if subnet.id not in self._asked:
            self._asked[subnet.id] = self._ask_dns_server(subnet)
        return self._asked[subnet.id]

    def _ask_dns_server(self, subnet: SubnetNode) -> Hop | None:
        network = self.land.networks[subnet.network]
        source = next((low for low, _ in subnet.ranges), None)
        walls = [self.land.firewalls[server] for server in network.dns if server and server in self.land.firewalls]
        for wall in walls:
            room = self.land.subnets.get(wall.subnet)
            if room is None or source is None:
                continue
            target = Party("address", room.ranges[0][0] + 4)
            packet = Packet(Party("address", source + 4, groups=None), target, "udp", 53)
            packet_end = from_subnet(self.land, subnet, packet)
            if packet_end.verdict is not Reachability.REACHABLE and packet_end.decisive:
                says = f"DNS: {wall.name} is asked first, and {packet_end.decisive.says}"
                return Hop(packet_end.decisive.at, packet_end.decisive.rule, says, packet_end.decisive.passes)
        return None

    def resolvers(self, subnet: SubnetNode) -> list[str]:
        """Returns the DNS servers of a subnet as text."""
        network = self.land.networks.get(subnet.network)
        return [server for server, _ in resolvers_of(self.land, network)] if network else []


def _bare(party: Party) -> Party:
    """Returns an end of a packet without what only its endpoint has."""
    return Party(party.kind, party.address, party.name)


def _concerns(rule: FilterRule, destination: End) -> bool:
    """Returns whether a rule may match packets to a destination with addresses."""
    for prefix in rule.destinations:
        for low, high in destination.ranges:
            if prefix.low <= high and low <= prefix.high:
                return True
            if prefix.name and covers(prefix, Party("address", low, groups=None), _ANYWHERE) is not False:
                return True
    return False


def _overall(outcomes: Iterable[PacketEnd], destination: End) -> Reachability:
    """Returns one verdict for all addresses. An endpoint has one address, and which one is not known here."""
    reachabilities = {packet_end.verdict for packet_end in outcomes}
    if len(reachabilities) == 1:
        return reachabilities.pop()
    if not reachabilities & {Reachability.REACHABLE, Reachability.PARTLY}:
        return Reachability.UNKNOWN
    fixed = destination.endpoint is None or destination.endpoint.address is not None
    return Reachability.PARTLY if fixed else Reachability.UNKNOWN


def _together(answers: Sequence[ReachAnswer]) -> list[ReachAnswer]:
    """Returns answers for several ports, those with the same verdict and the same decision as one."""
    result: dict[tuple[Reachability, Hop | None], ReachAnswer] = {}
    for answer in answers:
        key = answer.verdict, answer.decisive
        before = result.get(key)
        result[key] = replace(before, ports=_joined(before.ports, answer.ports)) if before else answer
    return list(result.values())


def _joined(left: tuple[Range, ...], right: tuple[Range, ...]) -> tuple[Range, ...]:
    *head, (low, high) = left
    if high + 1 == right[0][0]:
        return (*head, (low, right[0][1]), *right[1:])
    return (*left, *right)
