"""Sources and destinations by name: on-premises, networks, subnets, environments, endpoints and the internet."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from amlz.core.facts.egress import REQUIRED
from amlz.core.facts.tag_hosts import TAG_HOSTS
from amlz.core.problems import LandingZoneError
from amlz.reach.model import EndpointNode, FilterRule, Landscape, ManagedSource, SubnetNode
from amlz.reach.parties import Range, dotted, range_of, within

EndKind = Literal["subnet", "endpoint", "on-premises", "internet", "tag", "host", "managed"]
ON_PREMISES: Literal["on-premises"] = "on-premises"
INTERNET: Literal["internet"] = "internet"
#: Addresses of a subnet that Azure keeps: the first four and the last.
#: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq (2025)
_FIRST, _LAST = 4, 1
_HOST = re.compile(r"(?=.{4,253}$)[a-z0-9_-]+(\.[a-z0-9-]+)*\.[a-z]{2,24}$")


@dataclass(frozen=True, slots=True)
class End:
    """A source or a destination. `ranges`: its addresses; `owner`: `project/environment`, None for none."""

    kind: EndKind
    name: str
    ranges: tuple[Range, ...] = ()
    owner: str | None = None
    subnet: SubnetNode | None = None
    endpoint: EndpointNode | None = None
    managed: ManagedSource | None = None


class UnknownEnd(LandingZoneError):
    """A source or destination that the landscape does not have."""


def subnet_end(subnet: SubnetNode) -> End:
    """Returns a subnet as an end: the addresses that machines in it can have."""
    ranges = tuple((low + _FIRST, high - _LAST) for low, high in subnet.ranges if high - low > _FIRST + _LAST)
    return End("subnet", subnet.name, ranges, subnet.owner, subnet)


def endpoint_end(land: Landscape, endpoint: EndpointNode) -> End:
    """Returns a private endpoint as an end: its address where it is fixed, else all of its subnet."""
    subnet = land.subnets.get(endpoint.subnet)
    fixed = ((endpoint.address, endpoint.address),) if endpoint.address is not None else ()
    ranges = fixed or (subnet_end(subnet).ranges if subnet else ())
    return End("endpoint", endpoint.name, ranges, endpoint.owner, subnet, endpoint)


def sources(land: Landscape) -> list[End]:
    """Returns every named source: on-premises, subnets of machines, the internet."""
    ends = [End(ON_PREMISES, ON_PREMISES, land.on_premises)] if land.on_premises else []
    ends += [subnet_end(node) for node in machine_subnets(land)]
    ends += [
        End("managed", f"managed network of {source.name}", (), source.owner, managed=source) for source in land.managed
    ]
    return [*ends, End(INTERNET, INTERNET)]


def machine_subnets(land: Landscape) -> Iterator[SubnetNode]:
    """Returns subnets in which machines can be: not those of firewalls and gateways, nor those of endpoints alone."""
    walls = {wall.subnet for wall in land.firewalls.values()}
    taken = {endpoint.subnet for endpoint in land.endpoints.values()}
    for key, subnet in land.subnets.items():
        if key not in walls and key not in taken and subnet.name.lower() != "gatewaysubnet":
            yield subnet


def destinations(land: Landscape) -> list[End]:
    """Returns every named destination: endpoints, subnets of machines, on-premises, and what rules name."""
    ends = [endpoint_end(land, node) for node in land.endpoints.values()]
    ends += [subnet_end(node) for node in machine_subnets(land)]
    ends += [End(ON_PREMISES, ON_PREMISES, land.on_premises)] if land.on_premises else []
    ends += [End("tag", tag) for tag in tags(land)]
    ends += [End("host", host) for host in hosts(land)]
    return [*ends, End(INTERNET, INTERNET)]


_NO_SERVICES = {"*", "?", "ipv6", "virtualnetwork", "internet", "azureloadbalancer", "gatewaymanager", "azurecloud"}


def tags(land: Landscape) -> list[str]:
    """Returns the service tags that outbound rules name as destinations, in the order of their names."""
    prefixes = (prefix for rule in _outbound_rules(land) for prefix in rule.destinations)
    named = {prefix.name: prefix.text for prefix in prefixes if prefix.name and not prefix.name.startswith("/")}
    return sorted(text for name, text in named.items() if name not in _NO_SERVICES)


def _outbound_rules(land: Landscape) -> Iterator[FilterRule]:
    groups = {id(s.group): s.group for s in land.subnets.values() if s.group is not None}
    for group in groups.values():
        yield from group.outbound
    for wall in land.firewalls.values():
        yield from wall.network_rules


def hosts(land: Landscape) -> list[str]:
    """Returns the hosts of the internet that rules of firewalls name. Of `*.pypi.org` it is `host.pypi.org`."""
    private = {name for endpoint in land.endpoints.values() for name in endpoint.names}
    named = {host for wall in land.firewalls.values() for rule in wall.application_rules for host in rule.hosts}
    named |= {host for wall in land.firewalls.values() for rule in wall.network_rules for host in rule.hosts}
    return sorted(host.replace("*", "host") for host in named - private if host != "*")


def find(land: Landscape, text: str, source: bool) -> list[End]:
    """Returns the ends that a text names. Raises UnknownEnd with the nearest name for one that there is not."""
    word = text.strip().lower()
    everything = sources(land) if source else destinations(land)
    ends = [end for end in everything if word in _names_of(land, end)]
    if not ends and (addresses := range_of(word)):
        ends = _by_address(land, word, addresses, source)
    if not ends and not source:
        ends = _outside(word, text.strip())
    if ends:
        return ends
    raise UnknownEnd(_unknown(land, text, everything, source))


def _names_of(land: Landscape, end: End) -> set[str]:
    """Returns the names that select an end: its own, its network, its environment, and the target of an endpoint."""
    names = {end.name.lower()} | ({end.owner, end.owner.partition("/")[0]} if end.owner else set())
    if end.subnet is not None:
        network = land.networks.get(end.subnet.network)
        names |= {network.name.lower()} if network else set()
    if end.managed is not None:
        names |= {end.managed.name.lower()}
    if end.endpoint is not None:
        names |= {end.endpoint.target_name.lower(), *end.endpoint.names}
        names |= {end.subnet.name.lower()} if end.subnet else set()
    return names


def _by_address(land: Landscape, text: str, addresses: Range, source: bool) -> list[End]:
    """Returns an address or range as an end: part of a subnet, of on-premises, or an address of the internet."""
    low, high = addresses
    for subnet in land.subnets.values():
        if all(within(address, subnet.ranges) for address in addresses):
            return [End("subnet", text, (addresses,), subnet.owner, subnet)]
    if all(within(address, land.on_premises) for address in addresses):
        return [End(ON_PREMISES, text, (addresses,))]
    if low == high and not source:
        return [End("host", dotted(low), (addresses,))]
    return []


def _outside(word: str, text: str) -> list[End]:
    """Returns a service tag or a host as an end; nothing for other text."""
    known = {row.tag.format(region="x").split(".")[0].lower() for row in REQUIRED}
    known |= {tag.split(".")[0].lower() for tag in TAG_HOSTS}
    known |= {"azurecloud", "sql", "azurecontainerregistry", "azurecosmosdb", "eventhub", "servicebus", "appservice"}
    if word.split(".")[0] in known and word.count(".") <= 1:
        return [End("tag", text)]
    return [End("host", word)] if _HOST.match(word) else []


def _unknown(land: Landscape, text: str, everything: list[End], source: bool) -> str:
    kind = "source" if source else "destination"
    if range_of(text):
        return (
            f"There is no {kind} {text!r}: it is in no subnet of this stack, nor in `onPremises`.\n"
            "Name an address of one of those, or internet."
        )
    names = sorted({name for end in everything for name in _names_of(land, end)})
    near = difflib.get_close_matches(text.lower(), names, 3, 0.6)
    others = "an address, on-premises or internet" if source else "an address, a host, a service tag or internet"
    if near:
        return f"There is no {kind} {text!r}. Did you mean {', '.join(near)}?"
    known = [end.name for end in everything if end.kind in ("subnet", "endpoint")]
    return f"There is no {kind} {text!r}. Name {others}, or one of:\n  " + "\n  ".join(known)
