"""A second implementation of reachability, which shares nothing with `amlz/reach` but the request bodies.

It sends every packet of every machine one by one, replies included, over routers that look up whole route tables. It
knows addresses only: neither service tags nor hosts, except `VirtualNetwork` and `*`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from amlz.azure.graph import ResourceGraph

ANYWHERE = IPv4Network("0.0.0.0/0")
FIREWALL = IPv4Address("10.0.0.4")
PRIVATE = [IPv4Network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]


class Dropped(Exception):
    """The packet, or its reply, ends here."""


class Open(Exception):
    """The documentation of Azure leaves open what happens."""


@dataclass
class PacketWorld:
    """The bodies, by the last part of their ids, and one reading of what the documentation leaves open.

    `generous`: the tag VirtualNetwork holds the prefix of a default route.
    """

    graph: ResourceGraph
    on_premises: IPv4Network
    generous: bool = False
    sessions: set[tuple[IPv4Address, IPv4Address]] = field(default_factory=set)

    def of(self, kind: str) -> list[Any]:
        return [r for r in self.graph if r.arm_type == f"Microsoft.Network/{kind}"]

    def body(self, reference: dict[str, str] | None) -> Any:
        return next((r for r in self.graph if reference and r.id == reference["id"]), None)

    def subnets(self) -> list[Any]:
        return self.of("virtualNetworks/subnets")

    def subnet_at(self, address: IPv4Address) -> Any:
        return next((s for s in self.subnets() if address in IPv4Network(s.body["properties"]["addressPrefix"])), None)

    def network_of(self, subnet: Any) -> Any:
        return next(n for n in self.of("virtualNetworks") if subnet.id.startswith(f"{n.id}/"))

    def space(self, network: Any) -> IPv4Network:
        return IPv4Network(network.body["properties"]["addressSpace"]["addressPrefixes"][0])

    def peerings(self, network: Any) -> dict[str, Any]:
        """Peerings of a network by the remote id."""
        values = [p for p in self.of("virtualNetworks/virtualNetworkPeerings") if p.id.startswith(f"{network.id}/")]
        return {p.body["properties"]["remoteVirtualNetwork"]["id"]: p.body["properties"] for p in values}

    def network_by_id(self, network_id: str) -> Any:
        return next(n for n in self.of("virtualNetworks") if n.id == network_id)

    def hub(self) -> Any:
        return self.network_by_id(next(n.id for n in self.of("virtualNetworks") if n.name == "hub"))

    def translates(self, destination: IPv4Address) -> bool:
        """Returns whether the firewall replaces the source of packets to an address."""
        (policy,) = self.of("firewallPolicies")
        kept = policy.body["properties"].get("snat", {}).get("privateRanges")
        return not any(destination in network for network in (map(IPv4Network, kept) if kept else PRIVATE))

    def has_gateway(self) -> bool:
        return bool(self.of("virtualNetworkGateways"))

    def reaches_gateway(self, network: Any) -> bool:
        """Returns whether packets of a network can use the gateway of the hub."""
        return self.has_gateway() and self.may_use_gateway(network)

    def may_use_gateway(self, network: Any) -> bool:
        """The same, if the hub has one."""
        if network.name == "hub":
            return True
        mine, theirs = self.peerings(network).get(self.hub().id), self.peerings(self.hub()).get(network.id)
        return bool(mine and theirs and mine["useRemoteGateways"] and theirs["allowGatewayTransit"])


def tag(world: PacketWorld, subnet: Any) -> list[IPv4Network]:
    """The ranges of VirtualNetwork."""
    network = world.network_of(subnet)
    peers = world.peerings(network)
    networks = [world.space(network)]
    networks += [world.space(world.network_by_id(i)) for i, p in peers.items() if p["allowVirtualNetworkAccess"]]
    if world.has_gateway() and (network.name == "hub" or any(p["useRemoteGateways"] for p in peers.values())):
        networks.append(world.on_premises)
    for route in table(world, subnet):
        prefix = IPv4Network(route["addressPrefix"])
        if prefix != ANYWHERE or world.generous:
            networks.append(prefix)
    return networks


def table(world: PacketWorld, subnet: Any) -> list[dict[str, Any]]:
    """The user-defined routes of a subnet."""
    result = world.body(subnet.body["properties"].get("routeTable"))
    return [route["properties"] for route in result.body["properties"]["routes"]] if result else []


def filtered(world: PacketWorld, subnet: Any, packet: tuple[Any, Any, str, int], direction: str) -> None:
    """Drops what the security group of a subnet denies."""
    group = world.body(subnet.body["properties"].get("networkSecurityGroup"))
    if group is None:
        return
    source, destination, protocol, port = packet
    near = tag(world, subnet)

    def inside(address: IPv4Address, prefix: str) -> bool:
        if prefix in ("*", "VirtualNetwork"):
            return prefix == "*" or any(address in network for network in near)
        return address in IPv4Network(prefix)

    def hits(rule: dict[str, Any]) -> bool:
        sides = {}
        for side in ("source", "destination"):
            one = rule.get(f"{side}AddressPrefix")
            sides[side] = [one] if one else rule[f"{side}AddressPrefixes"]
        return (
            rule["direction"] == direction
            and rule["protocol"].lower() in ("*", protocol)
            and any(inside(source, item) for item in sides["source"])
            and any(inside(destination, item) for item in sides["destination"])
            and any(port in span(item) for item in rule["destinationPortRanges"])
        )

    ordered = sorted((r["properties"] for r in group.body["properties"]["securityRules"]), key=lambda r: r["priority"])
    deciding = next((rule for rule in ordered if hits(rule)), None)
    if deciding is not None:
        if deciding["access"] == "Deny":
            raise Dropped("security group")
    elif not (inside(source, "VirtualNetwork") and inside(destination, "VirtualNetwork")):
        raise Dropped("default rules")


def span(text: str) -> range:
    """The ports of a text."""
    first, _, last = text.partition("-")
    return range(65_536) if text == "*" else range(int(first), int(last or first) + 1)


def hop(world: PacketWorld, subnet: Any, destination: IPv4Address, endpoint: Any) -> tuple[str, Any]:
    """The next hop: the whole route table, sorted."""
    network = world.network_of(subnet)
    rows: list[tuple[int, int, str, Any]] = [(0, 2, "Internet", None)]
    rows += [(private.prefixlen, 2, "None", None) for private in PRIVATE if destination in private]
    near = [(network, world.space(network))]
    near += [(world.network_by_id(i), world.space(world.network_by_id(i))) for i in world.peerings(network)]
    rows += [(space.prefixlen, 2, "Network", item) for item, space in near if destination in space]
    own = [r for r in table(world, subnet) if destination in IPv4Network(r["addressPrefix"])]
    rows += [(IPv4Network(r["addressPrefix"]).prefixlen, 0, r["nextHopType"], network) for r in own]
    tables = world.body(subnet.body["properties"].get("routeTable"))
    propagates = tables is None or not tables.body["properties"]["disableBgpRoutePropagation"]
    preferred = any(kind == "Network" for _, _, kind, _ in rows)
    if destination in world.on_premises and propagates and world.reaches_gateway(network) and not preferred:
        rows.append((world.on_premises.prefixlen, 1, "Gateway", None))
    if endpoint is not None and any(home.id == world.network_of(endpoint).id for home, _ in near):
        policies = endpoint.body["properties"]["privateEndpointNetworkPolicies"]
        enough = (
            world.space(world.network_of(endpoint)).prefixlen if policies in ("Enabled", "RouteTableEnabled") else 32
        )
        if not any(rank == 0 and length >= enough for length, rank, _, _ in rows):
            rows.append((32, 2, "Network", world.network_of(endpoint)))
    _, _, kind, where = sorted(rows, key=lambda row: (-row[0], row[1]))[0]
    return kind, where


def cross(world: PacketWorld, here: Any, there: Any, source: IPv4Address, through_gateway: bool) -> None:
    """Drops what a peering does not let pass."""
    if here.id == there.id:
        return
    out, back = world.peerings(here).get(there.id), world.peerings(there).get(here.id)
    if not out or not back or not out["allowVirtualNetworkAccess"] or not back["allowVirtualNetworkAccess"]:
        raise Dropped("peering")
    if source not in world.space(here) and not through_gateway and not back["allowForwardedTraffic"]:
        raise Dropped("forwarded")


def carry(
    world: PacketWorld, subnet: Any, packet: tuple[Any, Any, str, int], endpoint: Any, reply: bool, gateway: bool
) -> tuple[list[str], IPv4Address]:
    """Carries a packet from a subnet to the network of its destination. Returns the firewalls on its way, and its
    source address at the end.
    """
    source, destination, *rest = packet
    seen: list[str] = []
    while True:
        network = world.network_of(subnet)
        kind, where = hop(world, subnet, destination, endpoint)
        if kind == "Gateway":
            return [*seen, "gateway"], source
        if kind == "VirtualAppliance":
            if seen:
                raise Dropped("circle")
            if network.name != "hub" and world.hub().id not in world.peerings(network):
                raise Dropped("no direct way to the firewall")
            cross(world, network, world.hub(), source, gateway and not seen)
            if reply:
                if destination == FIREWALL:
                    raise Open
                if (destination, source) not in world.sessions:
                    raise Dropped("unknown to the firewall")
            else:
                firewall(world, packet)
                if world.translates(destination):
                    source, packet = FIREWALL, (FIREWALL, destination, *rest)
                else:
                    world.sessions.add((source, destination))
            seen.append("firewall")
            subnet = next(s for s in world.subnets() if s.name == "AzureFirewallSubnet")
            continue
        if kind in ("Network", "VnetLocal"):
            cross(world, network, where, source, gateway and not seen)
            if destination not in world.space(where):
                raise Dropped("nobody has it")
            return seen, source
        raise Dropped(kind)


def firewall(world: PacketWorld, packet: tuple[Any, Any, str, int]) -> None:
    """Drops what no network rule allows."""
    source, destination, protocol, port = packet
    group = world.of("firewallPolicies/ruleCollectionGroups")[0]
    for collection in sorted(group.body["properties"]["ruleCollections"], key=lambda c: c["priority"]):
        for rule in collection["rules"]:
            sides = zip((source, destination), (rule["sourceAddresses"], rule["destinationAddresses"]), strict=True)
            hit = all(any(p == "*" or a in IPv4Network(p) for p in prefixes) for a, prefixes in sides)
            hit = hit and rule["ipProtocols"][0] in ("Any", protocol.upper())
            if hit and any(port in span(item) for item in rule["destinationPorts"]):
                if collection["action"]["type"] == "Deny":
                    raise Dropped("firewall")
                return
    raise Dropped("firewall")


def arrives(
    world: PacketWorld, start: Any, packet: tuple[Any, Any, str, int], endpoint: Any, linked: bool
) -> bool | None:
    """Returns whether a machine gets an answer. `start`: its subnet, None for on-premises; `linked`: it finds it."""
    try:
        world.sessions.clear()
        _round_trip(world, start, packet, endpoint)
    except Dropped:
        return False
    except Open:
        return None if linked else False
    return linked


def _round_trip(world: PacketWorld, start: Any, packet: tuple[Any, Any, str, int], endpoint: Any) -> None:
    source, destination, protocol, port = packet
    room = start
    target = world.subnet_at(destination)
    if start is None:
        if target is None or not world.may_use_gateway(world.network_of(target)):
            raise Dropped("not announced")
        if not world.has_gateway():
            raise Open
        room = next(s for s in world.subnets() if s.name == "GatewaySubnet")
    else:
        filtered(world, start, packet, "Outbound")
    went, near = carry(world, room, packet, target if endpoint else None, False, start is None)
    packet = (near, destination, protocol, port)
    if went[-1:] == ["gateway"]:
        return
    if target is None:
        raise Dropped("nobody has it")
    if endpoint is not None:
        if protocol != "tcp":
            raise Dropped("endpoints take TCP")
        if target.body["properties"]["privateEndpointNetworkPolicies"] in ("Enabled", "NetworkSecurityGroupEnabled"):
            filtered(world, target, packet, "Inbound")
        if "firewall" in went and near == source:
            raise Open
        if near != source:
            _sent_on(world, packet, source)
        return
    if target.name == "AzureFirewallSubnet":
        raise Dropped("the firewall itself")
    filtered(world, target, packet, "Inbound")
    if near in IPv4Network(target.body["properties"]["addressPrefix"]):
        return
    came, _ = carry(world, target, (destination, near, protocol, port), None, True, False)
    if near != source:
        _sent_on(world, packet, source)
        return
    if ("firewall" in went) != ("firewall" in came):
        raise Dropped("one way only")


def _sent_on(world: PacketWorld, packet: tuple[Any, Any, str, int], source: IPv4Address) -> None:
    """Carries a reply on from the firewall, which put its own address for that of the source."""
    _, destination, protocol, port = packet
    room = next(s for s in world.subnets() if s.name == "AzureFirewallSubnet")
    carry(world, room, (destination, source, protocol, port), None, True, False)
