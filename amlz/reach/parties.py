"""Ends of a packet, the prefixes of rules, and which prefix covers which end: yes, no or cannot tell (None)."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

from amlz.core.facts.tag_hosts import TAG_HOSTS, matches
from amlz.reach.facts import MICROSOFT_DOMAINS, UNROUTED

Range = tuple[int, int]
LAST = 2**32 - 1
EVERYTHING: Range = (0, LAST)
#: The address of health probes and of Azure's own DNS.
PLATFORM = int(ipaddress.IPv4Address("168.63.129.16"))


@lru_cache(maxsize=65_536)
def range_of(text: str) -> Range | None:
    """Returns the first and last address of an IPv4 address, prefix or range; None for other text."""
    first, dash, last = text.partition("-")
    try:
        if dash:
            return int(ipaddress.IPv4Address(first.strip())), int(ipaddress.IPv4Address(last.strip()))
        network = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return None
    return int(network.network_address), int(network.broadcast_address)


PRIVATE: tuple[Range, ...] = tuple(block for text in UNROUTED if (block := range_of(text)))


def within(address: int, ranges: Sequence[Range]) -> bool:
    """Returns whether an address is in one of the ranges."""
    return any(low <= address <= high for low, high in ranges)


def is_private(address: int) -> bool:
    """Returns whether an address is of a private range."""
    return within(address, PRIVATE)


def dotted(address: int) -> str:
    """Returns an address as text."""
    return str(ipaddress.IPv4Address(address))


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a packet. `internet`: a public address that no rule names. `name`: of a tag or host, else None.

    `names`: hosts that resolve to an address. `groups`: ids of its application security groups in lower case, None
    where they are not known: machines join them outside of this program.
    """

    kind: Literal["address", "tag", "host", "internet"]
    address: int = 0
    name: str | None = None
    names: tuple[str, ...] = ()
    groups: tuple[str, ...] | None = ()

    @property
    def public(self) -> bool:
        """Returns whether it is on the internet."""
        return self.kind != "address" or not is_private(self.address)


@dataclass(frozen=True, slots=True)
class Prefix:
    """A prefix of a rule: a range, or a name in lower case (`*`, a service tag, `?` for not known, the id
    of an application security group; None for a range)."""

    text: str
    low: int = 0
    high: int = -1
    name: str | None = None

    @property
    def range(self) -> Range | None:
        """Returns the range; None for a name."""
        return None if self.name else (self.low, self.high)


def prefix_of(value: Any) -> Prefix:
    """Returns a prefix of a request body. A value that is known only at deployment covers nobody knows what."""
    if not isinstance(value, str):
        return Prefix("known only at deployment", name="?")
    result = range_of(value)
    if result == EVERYTHING or value in ("*", "any", "Any"):
        return Prefix(value, name="*")
    if result:
        return Prefix(value, *result)
    if ":" in value:
        return Prefix(value, name="ipv6")
    return Prefix(value, name=value.lower() or None)


@dataclass(frozen=True, slots=True)
class NearbyRanges:
    """The service tag `VirtualNetwork` as one subnet sees it. `perhaps`: ranges of a default route."""

    ranges: tuple[Range, ...] = ()
    perhaps: tuple[Range, ...] = ()


def covers(prefix: Prefix, party: Party, around: NearbyRanges, cloud: str = "public") -> bool | None:
    """Returns whether a prefix of a rule covers an end of a packet; None where that is unknown."""
    name = prefix.name
    if name == "*":
        return True
    if not name:
        return _range_covers(prefix, party)
    if name == "?":
        return None
    if name.startswith("/"):
        return None if party.groups is None else name in party.groups
    if name == "ipv6":
        return False
    if name == "virtualnetwork":
        return _in_network(party, around)
    if name == "internet":
        return party.public and not (party.kind == "address" and within(party.address, around.ranges))
    if name == "azureloadbalancer":
        return party.kind == "address" and party.address == PLATFORM
    return _tag_covers(name, party, cloud)


def _range_covers(prefix: Prefix, party: Party) -> bool | None:
    if party.kind == "address":
        return prefix.low <= party.address <= prefix.high
    if party.kind == "internet":
        return False
    return False if is_private(prefix.low) and is_private(prefix.high) else None


def _in_network(party: Party, around: NearbyRanges) -> bool | None:
    if party.kind == "address" and within(party.address, around.ranges):
        return True
    if not around.perhaps:
        return False
    return None if party.kind != "address" or within(party.address, around.perhaps) else False


def _tag_covers(name: str, party: Party, cloud: str) -> bool | None:
    if party.kind == "internet":
        return False
    if party.name is None:
        return None if party.public else False
    if party.kind == "host":
        return _hosted(name, party.name, cloud)
    tag = party.name.lower()
    if name.split(".")[0] == "azurecloud":
        return _cloud_covers(name, tag)
    if tag == name or tag.startswith(f"{name}."):
        return True
    return None if name.startswith(f"{tag}.") else False


def _cloud_covers(name: str, tag: str) -> bool | None:
    region = name.partition(".")[2]
    if not region:
        return True
    own = tag.partition(".")[2]
    return own == region if own else None


def _hosted(name: str, host: str, cloud: str) -> bool | None:
    """Returns whether the addresses of a host are in a service tag. Third-party hosts are in none."""
    base, _, region = name.partition(".")
    for tag, hosts in TAG_HOSTS.items():
        known = tag.lower().removesuffix(".{region}")
        patterns = next((item for key, item in hosts.items() if key == cloud), ())
        if known == base and any(matches(host, pattern) for pattern in patterns):
            return None if region else True
    return None if microsoft(host) else False


def microsoft(host: str) -> bool:
    """Returns whether Microsoft runs a host, as far as its name shows."""
    return f".{host}".endswith(MICROSOFT_DOMAINS)


class Prefixes(tuple[Prefix, ...]):
    """The prefixes of one side of a rule. Those that are ranges are joined and sorted once: a rule of a firewall names
    every environment.
    """

    @cached_property
    def names(self) -> tuple[Prefix, ...]:
        """Returns the prefixes that are names."""
        return tuple(prefix for prefix in self if prefix.name)

    @cached_property
    def _public(self) -> bool:
        return any(not (is_private(prefix.low) and is_private(prefix.high)) for prefix in self if not prefix.name)

    @cached_property
    def _joined(self) -> tuple[list[int], list[int]]:
        lows: list[int] = []
        highs: list[int] = []
        for low, high in sorted(value for prefix in self if (value := prefix.range)):
            if highs and low <= highs[-1]:
                highs[-1] = max(highs[-1], high)
            else:
                lows.append(low)
                highs.append(high)
        return lows, highs

    def range_covers(self, party: Party) -> bool | None:
        """Returns whether one of the ranges covers an end of a packet."""
        if party.kind != "address":
            return None if self._public and party.kind != "internet" else False
        lows, highs = self._joined
        number = bisect_right(lows, party.address) - 1
        return number >= 0 and party.address <= highs[number]


def any_covers(prefixes: Sequence[Prefix], party: Party, around: NearbyRanges, cloud: str = "public") -> bool | None:
    """Returns whether one of the prefixes covers an end of a packet."""
    answer: bool | None = False
    if isinstance(prefixes, Prefixes):
        answer, prefixes = prefixes.range_covers(party), prefixes.names
        if answer:
            return True
    for prefix in prefixes:
        result = covers(prefix, party, around, cloud)
        if result:
            return True
        if result is None:
            answer = None
    return answer


def both(left: bool | None, right: bool | None) -> bool | None:
    """Returns whether both hold, where each may be unknown."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True
