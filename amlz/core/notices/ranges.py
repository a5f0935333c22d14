"""Ranges that hold third-party addresses: Docker's on every compute target, and public ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from amlz.core.addresses import environments
from amlz.core.capability import Scope
from amlz.core.config import LandingZoneConfig
from amlz.core.config.ranges import ranges_of
from amlz.core.config.shared import camel
from amlz.core.discovery import asked_for_all, keys
from amlz.core.facts.networks import DOCKER, PRIVATE_RANGES, SPECIAL_RANGES
from amlz.core.notices.notice import Notice
from amlz.core.problems import Path, listed

DOCKER_RANGE, PUBLIC_RANGE = "network/docker-range", "network/public-range"

#: Ranges in networks that are not built here and that compute targets reach, by the beginning of the path.
_REACHED: tuple[Path, ...] = (("onPremises",), ("hub", "existing"), ("hub", "stack"), ("hub", "serves"))
#: Keys of capabilities: their ranges are in such networks too, apart from subnets for private endpoints.
_OF_CAPABILITIES = frozenset(camel(name) for name in keys(Scope.LANDING_ZONE))


def range_notices(config: LandingZoneConfig) -> Iterator[Notice]:
    """Returns a notice for every range with third-party addresses. One inside another that is reported already is not
    reported again.
    """
    yield from _docker(config)
    private = [IPv4Network(row) for row in PRIVATE_RANGES]
    public = [
        (path, i_pv4_network)
        for path, i_pv4_network in ranges_of(config)
        if not any(map(i_pv4_network.subnet_of, private))
    ]
    for path, network in _outermost(public):
        special = next((row for row in SPECIAL_RANGES if network.subnet_of(IPv4Network(row.cidr))), None)
        text = (
            f"{network} is set aside for {special.what} (IANA), not for networks."
            if special is not None
            else f"{network} holds public addresses. Unless they are your organisation's own, these networks cannot "
            "reach the hosts on the internet that have them."
        )
        remedy = f"Use a range inside {listed(PRIVATE_RANGES, 'or')}."
        if special is None:
            remedy += " No action needed, if the addresses are registered to your organisation."
        yield Notice(PUBLIC_RANGE, path, text, remedy)


def _docker(config: LandingZoneConfig) -> Iterator[Notice]:
    """Returns ranges that compute targets in subnets must reach, and that have addresses in common with Docker's
    bridge.
    """
    docker = IPv4Network(DOCKER.cidr)
    common = [
        (path, i_pv4_network)
        for path, i_pv4_network in ranges_of(config)
        if i_pv4_network.overlaps(docker) and _reached(config, path)
    ]
    for path, network in _outermost(common):
        remedy = f"Use addresses outside {docker} for destinations of compute targets."
        if docker.subnet_of(network) and docker != network:
            rest = sorted(network.address_exclude(docker))
            remedy = (
                f"If compute targets reach nothing in {docker}, list the range without it: {listed(map(str, rest))}."
            )
        yield Notice(
            DOCKER_RANGE,
            path,
            f"{network} has addresses in common with {docker}, {DOCKER.why}: compute targets reach none of these "
            "addresses.",
            remedy,
        )


def _outermost(ranges: Sequence[tuple[Path, IPv4Network]]) -> list[tuple[Path, IPv4Network]]:
    """Those that are inside no other, each once, in the order in which they are written."""
    end, kept = -1, []
    by_address = sorted(
        enumerate(ranges), key=lambda row: (int(row[1][1].network_address), row[1][1].prefixlen, row[0])
    )
    for index, (_, network) in by_address:
        if int(network.broadcast_address) > end:
            kept.append(index)
            end = int(network.broadcast_address)
    return [ranges[index] for index in sorted(kept)]


def _reached(config: LandingZoneConfig, path: Path) -> bool:
    """Returns whether compute targets in a subnet must reach a range. Ranges of networks that are built here are
    refused instead.
    """
    if path[:1] == ("projects",):
        project, name = str(path[1]), str(path[3])
        injected = not config.projects[project].environments[name].isolation.managed
        return injected and path[4:5] == ("existing",)
    computes = config.hub.serves or any(not environment.isolation.managed for _, _, environment in environments(config))
    reached = any(path[: len(item)] == item for item in _REACHED) or path[0] in _OF_CAPABILITIES
    shared = asked_for_all(lambda planner: planner.shared_endpoints, config)
    built = any(endpoints.subnet is not None and endpoints.subnet.path == path for endpoints in shared)
    return bool(computes) and reached and not built
