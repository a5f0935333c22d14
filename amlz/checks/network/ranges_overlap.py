"""network/ranges-overlap: addresses that are given twice, or that a network does not have."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import all_subnets, network_of, prefixes_of, ranges, value
from amlz.core.facts.networks import FORBIDDEN

CHECK = Check(
    id="network/ranges-overlap",
    severity=Severity.ERROR,
    says="{range} of {whose} {problem}.",
    remedy="In the component, set `{path}` to a range that is free, private, and within the range of its "
    "network. Ranges from the stack file are checked before.",
    why="Networks with overlapping ranges cannot be peered, and Azure refuses a subnet outside of its "
    "network. Ranges of networks that exist already are not known here.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
)

Range = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class _Held:
    """A range, its owner, its path in the body, and its description."""

    range: Range
    resource: Resource
    path: str
    name: str


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Ranges of networks in common, subnets outside their network or in common, and ranges that nobody may use."""
    spaces: dict[str, list[_Held]] = {}
    for network in graph.of_type("Microsoft.Network/virtualNetworks"):
        path = "properties.addressSpace.addressPrefixes"
        yield from _unknown(network, path, value(network, path))
        own = [_Held(item, network, path, network.name) for item in ranges(value(network, path))]
        spaces[network.id.lower()] = own
        for held in own:
            yield from _forbidden(held)
    yield from _overlaps([held for own in spaces.values() for held in own])
    within: dict[str, list[_Held]] = {}
    for subnet in all_subnets(graph):
        network_id, path = network_of(subnet.id).lower(), f"{subnet.path}.addressPrefix"
        prefixes = prefixes_of(subnet)
        yield from _unknown(subnet.resource, path, prefixes)
        for item in ranges(prefixes):
            held = _Held(item, subnet.resource, path, f"subnet {subnet.name}")
            within.setdefault(network_id, []).append(held)
            space = spaces.get(network_id)
            if space and not any(_inside(item, other.range) for other in space):
                yield _finding(held, f"lies outside {', '.join(str(other.range) for other in space)} of its network")
    for own in within.values():
        yield from _overlaps(own)


def _overlaps(held: list[_Held]) -> Iterator[Finding]:
    """Returns neighbours in order that share addresses: each overlap is reported at the later of the two."""
    for version in (4, 6):
        ordered = sorted(
            (item for item in held if item.range.version == version),
            key=lambda item: (int(item.range.network_address), item.range.prefixlen, item.resource.urn, item.name),
        )
        widest = ordered[0] if ordered else None
        for _, item in pairwise(ordered):
            assert widest is not None
            if int(item.range.network_address) <= int(widest.range.broadcast_address):
                yield _finding(item, f"overlaps {widest.range} of {widest.name}")
            if int(item.range.broadcast_address) > int(widest.range.broadcast_address):
                widest = item


def _forbidden(held: _Held) -> Iterator[Finding]:
    for row in FORBIDDEN:
        if held.range.version == 4 and held.range.overlaps(ipaddress.ip_network(row.cidr)):
            yield _finding(held, f"touches {row.cidr}, {row.why}")


def _inside(inner: Range, outer: Range) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    return (
        isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network) and inner.subnet_of(outer)
    )


def _unknown(resource: Resource, path: str, actual: Any) -> Iterator[Finding]:
    for item in actual if isinstance(actual, list) else [actual]:
        if is_unknown(item):
            yield CHECK.undecided(resource, path, item)


def _finding(held: _Held, problem: str) -> Finding:
    place = FindingLocation(held.path, None, str(held.range))
    return CHECK.finding(held.resource, place, range=held.range, whose=held.name, problem=problem)
