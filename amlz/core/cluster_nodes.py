"""Ranges of nodes of clusters that are not built here."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.core.config import LandingZoneConfig
from amlz.core.problems import Path, Problem


def check_nodes(config: LandingZoneConfig, nodes: tuple[str, ...], path: Path) -> Iterator[Problem]:
    """Returns ranges of nodes (`path`: of the list) that are in a network that is built here."""
    built = {f"spoke {name}": cidr for name, spoke in config.spokes.items() for cidr in spoke.address_space}
    if config.hub.builds_network:
        built["the hub"] = config.hub.address_space
    for index, cidr in enumerate(nodes):
        for owner, taken in built.items():
            if IPv4Network(cidr).overlaps(IPv4Network(taken)):
                yield Problem(
                    (*path, index),
                    f"{cidr} overlaps {taken} of {owner}, in which nothing but the landing zone's own is.",
                    "Name the range of the cluster's own network.",
                )
