"""Subnets of an environment with configured ranges, instead of halves and quarters of the whole range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import NamedTuple

from amlz.core.config import EnvironmentConfig
from amlz.core.config.shared import camel
from amlz.core.facts.networks import ENVIRONMENT_SHARES, MANAGED_SHARES, RESERVED_ADDRESSES, SMALLEST_SUBNET
from amlz.core.problems import Path, Problem, listed

#: Subnet of the cluster that builds images: the one source of requests to package hosts.
BUILD = "build"
#: Roles whose ranges are required, by whether the network is managed. Scoring and build are optional.
_NEEDED = {False: ("training", "endpoints"), True: ("endpoints",)}


def configured_subnets(environment: EnvironmentConfig) -> dict[str, str]:
    """Ranges by role, in the order in which subnets are built; {} where the range is divided."""
    subnets = environment.subnets
    if subnets is None:
        return {}
    ranges = {
        "training": subnets.training,
        "endpoints": subnets.endpoints,
        "scoring": subnets.scoring,
        BUILD: subnets.build,
    }
    return {role: cidr for role, cidr in ranges.items() if cidr is not None}


def named_subnets(environment: EnvironmentConfig) -> dict[str, str]:
    """Returns the names of an environment's subnets that exist, by role; {} where they are created."""
    names = environment.existing.subnets
    if names is None:
        return {}
    roles = ((role, getattr(names, role)) for role in type(names).model_fields)
    return {role: name for role, name in roles if name is not None}


def check_subnets(environment: EnvironmentConfig, needed: Mapping[str, int], path: Path) -> Iterator[Problem]:
    """Everything that is wrong with the ranges. `needed`: addresses by role; `path`: of the environment."""
    configured, managed = configured_subnets(environment), environment.isolation.managed
    if environment.subnets is None:
        return
    path = (*path, "subnets")
    computes = [role for role in configured if role not in _NEEDED[managed]]
    if managed and computes:
        yield Problem(
            path,
            f"With `isolation: managed` there is no subnet for {listed(computes)}: compute targets are only in "
            "the managed network.",
            "Set `endpoints` alone, or `isolation: injected`.",
        )
    for role in _NEEDED[managed]:
        if role not in configured:
            missing = f"{role}{_divided(environment, role, needed.get(role, 0))}"
            yield Problem(
                path,
                f"Ranges of subnets are set, and that of {role} is missing: nothing is divided then.",
                f"Add `{missing}`, or remove `subnets` to have the range divided.",
            )
    if environment.has_scoring and "scoring" not in configured and not managed:
        nodes = environment.scoring_nodes
        needed_for = f"{nodes} nodes would be in the scoring subnet" if nodes else "The scoring subnet is to be built"
        key = "scoringNodes" if nodes else "scoringSubnet"
        yield Problem(path, f"{needed_for}, and its range is not set.", f"Add `scoring`, or remove `{key}`.")
    earlier: list[tuple[str, IPv4Network]] = []
    for role, cidr in configured.items():
        network = IPv4Network(cidr)
        yield from _wrong(environment, network, NeededAddresses(role, needed.get(role, 0)), (*path, camel(role)))
        for other, taken in earlier:
            if network.overlaps(taken):
                yield Problem((*path, role), f"{network} overlaps {taken} of {other}.", "Change one of the two.")
        earlier.append((role, network))


def _divided(environment: EnvironmentConfig, role: str, needed: int) -> str:
    """Returns the range that a subnet has by division, so that adding another subnet moves none.

    "" where the environment has no range, the subnet would be too small, or another range is in it.
    """
    if environment.network is None:
        return ""
    network = IPv4Network(environment.network)
    start, bits = next((start, bits) for name, start, bits in _shares(environment) if name == role)
    prefix = network.prefixlen + bits
    if prefix > SMALLEST_SUBNET or 2 ** (32 - prefix) - RESERVED_ADDRESSES < needed:
        return ""
    divided = IPv4Network(f"{network.network_address + int(network.num_addresses * start)}/{prefix}")
    taken = any(divided.overlaps(IPv4Network(cidr)) for cidr in configured_subnets(environment).values())
    return "" if taken else f": {divided}"


def built_shares(environment: EnvironmentConfig) -> tuple[tuple[str, float, int], ...]:
    """Returns the shares that become subnets: that for scoring only with its key in the stack file."""
    return tuple(row for row in _shares(environment) if row[0] != "scoring" or environment.has_scoring)


def _shares(environment: EnvironmentConfig) -> tuple[tuple[str, float, int], ...]:
    return MANAGED_SHARES if environment.isolation.managed else ENVIRONMENT_SHARES


class NeededAddresses(NamedTuple):
    """The addresses that a subnet has to hold."""

    role: str
    addresses: int


def _wrong(
    environment: EnvironmentConfig, network: IPv4Network, need: NeededAddresses, path: Path
) -> Iterator[Problem]:
    """Returns the mistakes of one range by itself."""
    if environment.network is not None and not network.subnet_of(IPv4Network(environment.network)):
        yield Problem(
            path, f"{network} is not inside the environment's range {environment.network}.", "Choose a range in it."
        )
    if network.prefixlen > SMALLEST_SUBNET:
        yield Problem(
            path,
            f"{network} holds {network.num_addresses} addresses; Azure's smallest subnet takes 8.",
            f"Use a /{SMALLEST_SUBNET} or larger.",
        )
        return
    holds, wanted = network.num_addresses - RESERVED_ADDRESSES, need.addresses
    if holds < wanted:
        prefix = next(
            bits for bits in range(network.prefixlen, 0, -1) if 2 ** (32 - bits) - RESERVED_ADDRESSES >= wanted
        )
        yield Problem(
            path,
            f"{wanted} addresses for {need.role}, with {environment.growth} % growth, do not fit: {network} has "
            f"{holds}, Azure keeps {RESERVED_ADDRESSES} of {network.num_addresses}.",
            f"Use a /{prefix} or larger.",
        )
