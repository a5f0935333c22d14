"""Problems of clusters of Azure Kubernetes Service in the stack file."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.capabilities.aks.azure_ml import nodes_without_taints
from amlz.capabilities.aks.config import AksAttachConfig, AksConfig, AksPoolConfig, AksSystemPoolConfig
from amlz.capabilities.aks.facts import (
    LEAST_CORES,
    LONGEST_LABEL,
    ML_TAINTS,
    NODES,
    PODS_OF_NODE,
    POOLS,
    RESERVED,
)
from amlz.capabilities.aks.records import clusters, nodes_of, overlap, path_of
from amlz.core.addresses import spoke_of
from amlz.core.compute_names import check_name
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.facts.clouds import PUBLIC, title
from amlz.core.facts.quotas import SIZES
from amlz.core.problems import Path, Problem

_SYSTEM = "system"


def check_aks(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns clusters that Azure would refuse, or whose documentation this project has not."""
    for key, environment, settings in clusters(config):
        path = path_of(key)
        yield from _unsupported(config, environment, path)
        yield from _ranges(config, settings, path)
        yield from _pods(settings, path)
        yield from _services(settings, path)
        yield from _pools(settings, path)
        yield from _labels(config, environment, path)
        if settings.attach is not None:
            yield from _attach(environment, settings, settings.attach, (*path, "attach"))


def _unsupported(config: LandingZoneConfig, environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    if config.cloud != PUBLIC:
        yield Problem(
            path,
            f"No page of Microsoft's names the private DNS zone of API servers in {title(config.cloud)}.",
            "Remove it.",
        )
    if environment.isolation.managed:
        yield Problem(
            path,
            "Its nodes are in the spoke, and with `isolation: managed` the workspace's compute targets are only in the "
            "managed network.",
            "Remove it, or set `isolation: injected`.",
        )
    if config.hub.elsewhere is not None:
        key = f"hub.{config.hub.elsewhere_key}"
        yield Problem(
            path,
            "Nodes resolve the API server through the hub, whose network is linked to the cluster's zone before the "
            f"cluster is created; with `{key}`, that network is its owner's.",
            "Remove it.",
        )


def _ranges(config: LandingZoneConfig, settings: AksConfig, path: Path) -> Iterator[Problem]:
    """Returns overlaps of ranges that only the cluster knows with those of networks."""
    networks = {
        **dict.fromkeys(config.hub.ranges, "the hub"),
        **dict.fromkeys(config.hub.serves, "`hub.serves`"),
        **dict.fromkeys(config.on_premises, "`onPremises`"),
        **{cidr: f"spoke {name}" for name, spoke in config.spokes.items() for cidr in spoke.address_space},
    }
    own = {"podNetwork": settings.pod_network, "serviceNetwork": settings.service_network}
    for name, cidr in own.items():
        others = networks if name == "podNetwork" else {**networks, settings.pod_network: "`podNetwork`"}
        for other, owner in others.items():
            if overlap(cidr, other):
                yield Problem(
                    (*path, name),
                    f"{cidr} overlaps {other} of {owner}: pods would not reach what has these addresses.",
                    "Choose a range that no connected network uses.",
                )
    for name, cidr in {"network": settings.network, **own}.items():
        for other in RESERVED:
            if overlap(cidr, other):
                yield Problem(
                    (*path, name), f"{cidr} overlaps {other}, which AKS reserves.", "Choose a range outside of it."
                )


def _pods(settings: AksConfig, path: Path) -> Iterator[Problem]:
    network, nodes = IPv4Network(settings.pod_network), nodes_of(settings)
    holds = 2 ** max(PODS_OF_NODE - network.prefixlen, 0) if network.prefixlen <= PODS_OF_NODE else 0
    if holds < nodes:
        prefix = PODS_OF_NODE - (nodes - 1).bit_length()
        yield Problem(
            (*path, "podNetwork"),
            f"{nodes} nodes, those of an upgrade included, take a /{PODS_OF_NODE} each; {network} holds {holds}.",
            f"Use a /{prefix} or larger.",
        )


def _services(settings: AksConfig, path: Path) -> Iterator[Problem]:
    network = IPv4Network(settings.service_network)
    if not 13 <= network.prefixlen <= 28:
        yield Problem(
            (*path, "serviceNetwork"),
            f"{network} is a /{network.prefixlen}; AKS takes ranges smaller than /12, and its DNS service gets the "
            "11th address.",
            "Use a /13 to /28, for example a /24.",
        )


def _pools(settings: AksConfig, path: Path) -> Iterator[Problem]:
    if _SYSTEM in settings.pools:
        yield Problem(
            (*path, "pools", _SYSTEM),
            "It is the name of the pool of system pods.",
            "Give it another name, or set `system`.",
        )
    pools: list[tuple[Path, AksSystemPoolConfig | AksPoolConfig]] = [(("system",), settings.system)]
    pools += [(("pools", name), pool) for name, pool in settings.pools.items()]
    for keys, pool in pools:
        if pool.min_nodes > pool.max_nodes:
            yield Problem(
                (*path, *keys, "minNodes"),
                f"{pool.min_nodes} nodes stay, and {pool.max_nodes} are the most.",
                f"Set `minNodes: {pool.max_nodes}`, or more `maxNodes`.",
            )
    for name, user_pool in settings.pools.items():
        has_gpu = user_pool.size.lower().startswith(("standard_nc", "standard_nd", "standard_nv"))
        if has_gpu is not (user_pool.gpu_driver is not None):
            yield Problem(
                (*path, "pools", name, *(() if has_gpu else ("gpuDriver",))),
                f"{user_pool.size} has GPUs, and `gpuDriver` is not set."
                if has_gpu
                else f"{user_pool.size} is in no series with NVIDIA GPUs (NC, ND, NV).",
                "Add `gpuDriver: install`; or `none` with the NVIDIA GPU operator." if has_gpu else "Remove it.",
            )
    for limit, count in ((POOLS, len(settings.pools) + 1), (NODES, nodes_of(settings))):
        if count > limit.count:
            yield Problem(
                (*path, "pools"),
                f"{count:,} {limit.what}; Azure takes {limit.count:,} a {limit.per}.",
                "Remove some.",
            )


def _labels(config: LandingZoneConfig, environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    """Returns names that become labels of nodes and are too long for that."""
    spoke = spoke_of(config, environment)
    if spoke is None:
        return
    names = config.spokes[spoke].names
    for key, name in (("virtualNetwork", names.virtual_network), ("resourceGroup", names.resource_group)):
        if name is not None and len(name) > LONGEST_LABEL:
            yield Problem(
                ("spokes", spoke, "names", key),
                f"{name!r} has {len(name)} characters; nodes of the cluster of {path[1]}/{path[3]} have it as a label, "
                f"of at most {LONGEST_LABEL}.",
                "Shorten it.",
            )


def _attach(
    environment: EnvironmentConfig, settings: AksConfig, attach: AksAttachConfig, path: Path
) -> Iterator[Problem]:
    """Returns what Azure ML's extension cannot run with."""
    if not settings.azure_ml:
        yield Problem(
            path, "The firewall refuses the hosts that Azure ML's extension requires.", "Set `azureMl: true`."
        )
    if attach.serving is None and not attach.training:
        yield Problem(path, "It neither serves models nor trains.", "Set `serving`, `training: true`, or both.")
    for name in attach.compute_targets:
        yield from check_name(environment, name, (*path, "computeTargets", name))
    cores = [
        SIZES[pool.size.lower()][1] * pool.min_nodes if pool.size.lower() in SIZES else LEAST_CORES
        for pool in settings.pools.values()
        if pool.min_nodes and not pool.taints and pool.gpu_driver is None
    ]
    if not nodes_without_taints(settings) or sum(cores) < LEAST_CORES:
        yield Problem(
            path,
            f"Pods of Azure ML's extension take {LEAST_CORES} cores at least, on nodes that stay, without taints and "
            f"GPUs; the pools have {sum(cores)}.",
            "Raise `minNodes` of such a pool.",
        )
    yield from _instance_types(settings, attach, (*path, "instanceTypes"))


def _instance_types(settings: AksConfig, attach: AksAttachConfig, path: Path) -> Iterator[Problem]:
    """Returns instance types that no node of their pool can hold."""
    for name, one in attach.instance_types.items():
        pool = settings.pools.get(one.pool)
        if pool is None:
            yield Problem((*path, name, "pool"), f"There is no pool {one.pool!r}.", "Name one of `pools`.")
            continue
        other = [taint for taint in pool.taints if not taint.startswith(ML_TAINTS)]
        if other:
            yield Problem(
                (*path, name, "pool"),
                f"Pool {one.pool!r} has the taint {other[0]}; pods of Azure ML tolerate those of `{ML_TAINTS}` only.",
                "Remove it from the pool, or name another pool.",
            )
        size = SIZES.get(pool.size.lower())
        if size is not None and one.cores > size[1]:
            yield Problem(
                (*path, name, "cores"),
                f"{one.cores} cores; a node of {pool.size} has {size[1]}, some of them for the system.",
                "Use fewer, or a pool of a larger size.",
            )
        if one.gpus and pool.gpu_driver is None:
            yield Problem((*path, name, "gpus"), f"{pool.size} has no GPUs.", "Remove it, or name a pool with GPUs.")
