"""The networks of a resource graph, as packets see them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from amlz.reach.parties import Prefix, Range

Protocol = Literal["tcp", "udp", "icmp"]


@dataclass(frozen=True, slots=True)
class FilterRule:
    """A rule of a security group, or a network rule of a firewall. `protocols`: () for every one.

    `hosts`: names that a network rule matches instead of addresses. `fixed_source`: it names source ports.
    """

    name: str
    priority: int
    allow: bool
    protocols: tuple[str, ...]
    sources: tuple[Prefix, ...]
    destinations: tuple[Prefix, ...]
    ports: tuple[Range, ...]
    hosts: tuple[str, ...] = ()
    fixed_source: bool = False


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A network security group with its default rules, each direction by priority. `rules_known`: it is built here."""

    name: str
    inbound: tuple[FilterRule, ...] = ()
    outbound: tuple[FilterRule, ...] = ()
    rules_known: bool = True


@dataclass(frozen=True, slots=True)
class UserRoute:
    """A user-defined route. `hop`: its kind in lower case; `address`: of an appliance, None where it is unknown."""

    name: str
    prefix: Prefix
    hop: str
    address: str | None = None
    firewall: str | None = None


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A route table. `propagates`: routes of gateways are added to it. `routes_known`: it is built here."""

    name: str
    routes: tuple[UserRoute, ...] = ()
    propagates: bool = True
    routes_known: bool = True


@dataclass(frozen=True, slots=True)
class PublicMachine:
    """A resource with a public address. `certain`: False where that is known only at deployment."""

    name: str
    certain: bool


@dataclass(frozen=True, slots=True)
class SubnetNode:
    """A subnet. `services`: its service endpoints; `public`: a resource in it with a public address."""

    id: str
    name: str
    network: str
    ranges: tuple[Range, ...]
    group: SecurityGroup | None = None
    table: RouteTable | None = None
    policies: str = "disabled"
    services: tuple[str, ...] = ()
    service_policies: tuple[str, ...] = ()
    nat: str | None = None
    outbound: bool = True
    public: PublicMachine | None = None
    owner: str | None = None

    @property
    def filters_endpoints(self) -> bool:
        """Returns whether its security group applies to private endpoints."""
        return self.policies in ("enabled", "networksecuritygroupenabled")

    @property
    def routes_endpoints(self) -> bool:
        """Returns whether routes to its private endpoints can be less specific than /32."""
        return self.policies in ("enabled", "routetableenabled")


@dataclass(frozen=True, slots=True)
class PeeringSide:
    """One direction of a peering. `remote`: the id of the other network, in lower case."""

    name: str
    remote: str
    access: bool | None
    forwarded: bool | None
    transit: bool | None
    remote_gateway: bool | None


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """A virtual network. `dns`: addresses of its DNS servers, ids of firewalls among them, None for not known yet.

    `virtual_hub`: the name of a virtual hub that it is connected to.
    """

    id: str
    name: str
    ranges: tuple[Range, ...]
    location: str
    dns: tuple[str | None, ...] = ()
    peerings: tuple[PeeringSide, ...] = ()
    virtual_hub: str | None = None


@dataclass(frozen=True, slots=True)
class ApplicationRule:
    """An application rule. `hosts`: lower case, with `*`. `partly`: it needs URLs, tags or categories."""

    name: str
    priority: int
    allow: bool
    sources: tuple[Prefix, ...]
    hosts: tuple[str, ...]
    ports: tuple[tuple[str, int], ...]
    partly: str | None = None


@dataclass(frozen=True, slots=True)
class FirewallNode:
    """An Azure Firewall. `rules_known`: its policy is built here; `keeps`: destinations whose packets keep the source;
    `dnat_rules`: names of DNAT rules, which are not evaluated.
    """

    id: str
    name: str
    network: str
    subnet: str
    policy: str
    network_rules: tuple[FilterRule, ...] = ()
    application_rules: tuple[ApplicationRule, ...] = ()
    dnat_rules: tuple[str, ...] = ()
    keeps: tuple[Range, ...] = ()
    proxy: bool | None = False
    servers: tuple[str | None, ...] = ()
    rules_known: bool = True


@dataclass(frozen=True, slots=True)
class EndpointNode:
    """A private endpoint. `address`: where it is fixed. `zones`: ids of the zones that its zone group writes to.

    `public_access`: of its target, None where that is not built here or not set. `manual`: the owner of its target
    approves it.
    """

    id: str
    name: str
    subnet: str
    target: str
    target_name: str
    groups: tuple[str, ...]
    zones: tuple[str, ...]
    address: int | None = None
    names: tuple[str, ...] = ()
    asgs: tuple[str, ...] = ()
    owner: str | None = None
    public_access: str | None = None
    manual: bool = False


@dataclass(frozen=True, slots=True)
class ZoneNode:
    """A private DNS zone. `links`: ids of networks in lower case, and "?" for each that is not known."""

    id: str
    name: str
    links: frozenset[str]


@dataclass(frozen=True, slots=True)
class OutboundPath:
    """An outbound rule. `target`: a resource in lower case, a service tag or a host. `protocol`, `ports`: of a tag."""

    name: str
    kind: str
    target: str
    group: str | None = None
    protocol: str | None = None
    ports: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ManagedSource:
    """A managed network. `parts`: ids of the workspace and its parts, in lower case; `storage`: the default account."""

    name: str
    owner: str | None
    isolated: bool
    region: str
    parts: tuple[str, ...]
    storage: str
    rules: tuple[OutboundPath, ...]


@dataclass(frozen=True)
class Landscape:
    """Everything a packet can meet, each by its id in lower case. `dns`: the writer of endpoints' names.

    `gateways`: networks with a gateway, by the name of the gateway; `resolvers`: resolver endpoints by their address.
    """

    networks: Mapping[str, NetworkNode]
    subnets: Mapping[str, SubnetNode]
    firewalls: Mapping[str, FirewallNode]
    endpoints: Mapping[str, EndpointNode]
    zones: Mapping[str, ZoneNode]
    gateways: Mapping[str, str]
    on_premises: tuple[Range, ...] = ()
    resolvers: Mapping[str, str] = field(default_factory=dict)
    cloud: str = "public"
    dns: str = "created"
    managed: tuple[ManagedSource, ...] = ()

    def peering(self, network: str, remote: str) -> PeeringSide | None:
        """Returns the direction of a peering that a network owns; None where there is none."""
        node = self.networks.get(network)
        return next((peering for peering in node.peerings if peering.remote == remote), None) if node else None

    def named_subnet(self, network: str, name: str) -> SubnetNode | None:
        """Returns a subnet of a network by its name."""
        return self.subnets.get(f"{network}/subnets/{name.lower()}")

    def subnet_with(self, network: str, address: int) -> SubnetNode | None:
        """Returns the subnet of a network that has an address."""
        rooms = self._rooms.get(network, [])
        number = bisect_right(rooms, address, key=lambda room: room[0]) - 1
        return rooms[number][2] if number >= 0 and address <= rooms[number][1] else None

    @cached_property
    def _rooms(self) -> dict[str, list[tuple[int, int, SubnetNode]]]:
        """Returns the ranges of the subnets of each network, in order. Subnets of a network do not overlap."""
        result: dict[str, list[tuple[int, int, SubnetNode]]] = {}
        for subnet in self.subnets.values():
            result.setdefault(subnet.network, []).extend((low, high, subnet) for low, high in subnet.ranges)
        return {network: sorted(rooms, key=lambda room: room[0]) for network, rooms in result.items()}
