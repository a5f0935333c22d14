"""Divides one range among the hub, a spoke and the environments of a new landing zone."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from amlz.core.addresses import smallest_prefix
from amlz.core.config import EnvironmentConfig
from amlz.core.problems import LandingZoneError
from amlz.core.ranges import Free, free_ranges
from amlz.stackfile.new.networks_file import MAIN, Networks

#: Prefix of the hub's range: the subnets of docs/reference/addresses.md fit.
_HUB = 24
#: Prefixes that an environment can have, the largest range first. A larger one leaves more addresses for nodes.
_ENVIRONMENT = range(22, smallest_prefix(EnvironmentConfig(network="10.0.0.0/24")) + 1)


def divided(whole: str, environments: tuple[tuple[str, str], ...]) -> Networks:
    """Returns ranges from one: the first half holds the hub, the second half is the spoke.

    Raises LandingZoneError where `whole` is too small for the environments.
    """
    network = IPv4Network(whole)
    if network.prefixlen < _HUB:
        first, second = network.subnets(1)
        networks = with_environments(Networks(f"{first.network_address}/{_HUB}", {MAIN: (str(second),)}), environments)
        if networks is not None:
            return networks
    raise LandingZoneError(
        f"--network\n  {whole} is too small for a hub and {len(environments)} environments.\n"
        f"  Use a /{_smallest(len(environments))} or a larger range."
    )


def without_hub(whole: str, environments: tuple[tuple[str, str], ...]) -> Networks:
    """Returns ranges from one that is the spoke's. Raises LandingZoneError where it is too small."""
    networks = with_environments(Networks(None, {MAIN: (whole,)}), environments)
    if networks is None:
        raise LandingZoneError(
            f"--network\n  {whole} is too small for {len(environments)} environments.\n"
            f"  Use a /{_smallest_spoke(len(environments))} or a larger range."
        )
    return networks


def with_environments(networks: Networks, environments: tuple[tuple[str, str], ...]) -> Networks | None:
    """Returns the ranges with one for each environment that has none; None where the spokes have no room.

    Environments get half of the free addresses of the spokes at most: the rest is for later projects.
    """
    wanted = [environment for environment in environments if environment not in networks.environments]
    spokes = [cidr for ranges in networks.spokes.values() for cidr in ranges]
    free = free_ranges(spokes, networks.environments.values())
    room = sum(IPv4Network(cidr).num_addresses for cidr in free)
    for prefix in _ENVIRONMENT:
        last = prefix == _ENVIRONMENT[-1]
        if len(wanted) * 2 ** (32 - prefix) * (1 if last else 2) > room:
            continue
        left = Free(free)
        taken = {item: left.take(prefix) for item in wanted}
        ranges = {item: cidr for item, cidr in taken.items() if cidr is not None}
        if len(ranges) == len(wanted):
            return replace(networks, environments={**networks.environments, **ranges})
    return None


def _smallest(environments: int) -> int:
    """The longest prefix of a range that holds a hub and so many environments."""
    return min(_HUB, _smallest_spoke(environments)) - 1


def _smallest_spoke(environments: int) -> int:
    addresses: int = max(environments, 1) * 2 ** (32 - _ENVIRONMENT[-1])
    return 32 - (addresses - 1).bit_length()
