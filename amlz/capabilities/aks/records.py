"""Clusters of the stack file: settings, owners of their subnets, and addresses that they take."""

from __future__ import annotations

import math
from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.capabilities.aks.config import AksConfig
from amlz.capabilities.aks.facts import OTHER_ADDRESSES, SURGE
from amlz.core.addresses import spoke_of
from amlz.core.capability import SharedEndpoints, SharedSubnet, setting
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.environment_settings import environments_with, path_of_setting
from amlz.core.owners import EnvironmentKey, SharedOwner
from amlz.core.problems import Path

#: The role of a subnet of nodes.
NODES = "nodes"


def settings_of(environment: EnvironmentConfig) -> AksConfig | None:
    """Returns the cluster of an environment; None where it has none."""
    return setting(environment, "aks", AksConfig)


def clusters(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, AksConfig]]:
    """Returns every cluster, with its environment."""
    return environments_with(config, settings_of)


def path_of(key: EnvironmentKey) -> Path:
    """Returns the path of a cluster in the stack file."""
    return path_of_setting(key, "aks")


def owner_of(key: EnvironmentKey) -> SharedOwner:
    """Returns the owner of the subnet of a cluster's nodes."""
    return SharedOwner(f"aks-{key.project}-{key.environment}")


def nodes_of(settings: AksConfig) -> int:
    """Returns the most nodes of a cluster, with those that an upgrade adds to each pool."""
    pools = (settings.system.max_nodes, *(pool.max_nodes for pool in settings.pools.values()))
    return sum(nodes + math.ceil(nodes * SURGE / 100) for nodes in pools)


def subnets(config: LandingZoneConfig) -> Iterator[SharedEndpoints]:
    """Returns the subnets of nodes."""
    for key, environment, settings in clusters(config):
        needed = math.ceil(nodes_of(settings) * (100 + environment.growth) / 100) + OTHER_ADDRESSES
        path = (*path_of(key), "network")
        spoke = spoke_of(config, environment)
        subnet = SharedSubnet(owner_of(key), spoke, settings.network, path, (), NODES, needed, environment=key)
        yield SharedEndpoints((), subnet)


def overlap(one: str, other: str) -> bool:
    """Returns whether two ranges have addresses in common."""
    return IPv4Network(one).overlaps(IPv4Network(other))
