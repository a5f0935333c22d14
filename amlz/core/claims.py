"""Ranges in use, by the path of the stack file: each can be used once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from ipaddress import IPv4Network

from amlz.core.config import LandingZoneConfig
from amlz.core.facts.networks import FORBIDDEN
from amlz.core.problems import Path, Problem, dotted
from amlz.core.ranges import ClaimedRanges, free_ranges
from amlz.dataclass import dataclass


@dataclass(slots=True)
class Claims:
    """Ranges that were claimed so far, and the problems of overlaps."""

    ranges: ClaimedRanges = field(default_factory=ClaimedRanges)
    problems: list[Problem] = field(default_factory=list)

    def build(self, cidr: str, path: Path) -> None:
        """Claims a range of a network that is built here: Azure and Docker have separate ranges."""
        for row in FORBIDDEN:
            if IPv4Network(cidr).overlaps(IPv4Network(row.cidr)):
                self.problems.append(
                    Problem(path, f"{cidr} touches {row.cidr}: {row.why}.", "Choose a range outside of it.")
                )
        self.claim(cidr, path)

    def claim(self, cidr: str, path: Path) -> None:
        """Claims a range, for any user."""
        network = IPv4Network(cidr)
        for other, other_path in self.ranges if self.ranges.first_overlap(network) else ():
            if network.overlaps(other):
                shared = min(network.num_addresses, other.num_addresses)
                self.problems.append(
                    Problem(
                        path,
                        f"{cidr} overlaps {other} of {dotted(other_path)}: {shared:,} addresses are in both.",
                        "Every range must be used once; change one of the two.",
                    )
                )
        self.ranges.add(network, path)

    def route(self, cidr: str, path: Path) -> None:
        """Claims a range behind a gateway. It may be a summary route, which contains whole ranges of networks: Azure
        sends a packet by the longest prefix that matches, so the networks keep their addresses.

        https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
        """
        network = IPv4Network(cidr)
        for other, other_path in self.ranges if self.ranges.first_overlap(network) else ():
            if network.overlaps(other):
                self.problems += _wrong_route(network, path, other, other_path)
        self.ranges.add(network, path)


def _wrong_route(network: IPv4Network, path: Path, other: IPv4Network, other_path: Path) -> Iterator[Problem]:
    """Returns the problem of a range on premises that has addresses of another one, unless it is a summary of it."""
    if other_path[0] == path[0]:
        outer, inner = (network, other) if other.subnet_of(network) else (other, network)
        yield Problem(path, f"{inner} is in {outer}, and `{path[0]}` has both.", f"Remove {inner}.")
    elif network.subnet_of(other):
        text = (
            f"{network} is {dotted(other_path)}, too: a packet to it has two routes of the same length."
            if network == other
            else f"{network} is in {other} of {dotted(other_path)}. The longest prefix that matches decides the "
            f"route of a packet, so {network.num_addresses:,} addresses of that network would be behind the gateway."
        )
        remedy = "Change one of the two. Allowed is a summary route, which contains more than the whole network."
        yield Problem(path, text, remedy)


def on_premises(config: LandingZoneConfig) -> tuple[str, ...]:
    """Returns the ranges on premises without those of networks in Azure that a summary route contains: what admits
    networks on premises then admits no compute target of another environment.
    """
    spokes = (cidr for spoke in config.spokes.values() for cidr in spoke.address_space)
    inside = [IPv4Network(cidr) for cidr in (*config.hub.ranges, *spokes, *config.hub.serves)]
    ranges: list[str] = []
    for cidr in config.on_premises:
        contained = [str(other) for other in inside if other.subnet_of(IPv4Network(cidr))]
        ranges += free_ranges((cidr,), contained) if contained else (cidr,)
    return tuple(ranges)
