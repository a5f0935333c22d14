"""Problems of clusters that are connected by Azure Arc in the stack file."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.ids import parse
from amlz.capabilities.arc.config import ArcClusterConfig
from amlz.capabilities.arc.records import connected, extension_settings
from amlz.core.cluster_nodes import check_nodes
from amlz.core.compute_names import check_name
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.facts.clouds import PUBLIC, title
from amlz.core.problems import Path, Problem
from amlz.core.subscriptions import subscription_of


def check_arc(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns clusters that could not be attached, or whose documentation this project has not."""
    first: dict[str, tuple[Path, ArcClusterConfig]] = {}
    relays: dict[str, str] = {}
    for path, environment, cluster in connected(config):
        if config.cloud != PUBLIC:
            yield Problem(
                path,
                f"No page of Microsoft's lists the hosts that Azure ML's extension reaches in {title(config.cloud)}.",
                "Remove it.",
            )
        if environment.isolation.managed:
            yield Problem(
                path,
                "The cluster is in a separate network, and with `isolation: managed` compute targets are only in the "
                "managed network.",
                "Remove it, or set `isolation: injected`.",
            )
        yield from _ids(config, environment, cluster, path)
        yield from _extension(environment, cluster, path)
        yield from check_nodes(config, cluster.nodes, (*path, "nodes"))
        yield from _network(cluster, path)
        before = first.setdefault(cluster.cluster.lower(), (path, cluster))
        if before[0] != path:
            yield from _again(before, cluster, path)
        elif cluster.relay is not None:
            where = ".".join(map(str, path))
            owner = relays.setdefault(cluster.relay.lower(), where)
            if owner != where:
                yield Problem(
                    (*path, "relay"),
                    f"It is the relay of the cluster at {owner}: each extension has its own.",
                    "Set the ID that `pipelines/arc.sh` shows how to read.",
                )


def _ids(
    config: LandingZoneConfig, environment: EnvironmentConfig, cluster: ArcClusterConfig, path: Path
) -> Iterator[Problem]:
    """Returns a cluster or a relay that is elsewhere."""
    if parse(cluster.cluster).subscription != subscription_of(config, environment):
        yield Problem(
            (*path, "cluster"),
            "It is not in the environment's subscription, in which Azure ML attaches clusters.",
            "Name a cluster of that subscription.",
        )
    if cluster.relay is not None:
        own, relay = parse(cluster.cluster), parse(cluster.relay)
        if (own.subscription, own.resource_group.lower()) != (relay.subscription, relay.resource_group.lower()):
            yield Problem(
                (*path, "relay"),
                f"It is not in resource group {own.resource_group} of the cluster, where the extension's relay is.",
                "Set the ID that `pipelines/arc.sh` shows how to read.",
            )


def _extension(environment: EnvironmentConfig, cluster: ArcClusterConfig, path: Path) -> Iterator[Problem]:
    if cluster.serving is None and not cluster.training:
        yield Problem(path, "It neither serves models nor trains.", "Set `serving`, `training: true`, or both.")
    for name in cluster.compute_targets:
        yield from check_name(environment, name, (*path, "computeTargets", name))


def _network(cluster: ArcClusterConfig, path: Path) -> Iterator[Problem]:
    """Returns hosts that are opened to nobody."""
    for key, given in (("relayGateways", bool(cluster.relay_gateways)), ("systemLogs", cluster.system_logs)):
        if given and not cluster.nodes:
            yield Problem((*path, key), "It opens hosts to `nodes`, and there are none.", "Set `nodes`, or remove it.")


def _again(before: tuple[Path, ArcClusterConfig], cluster: ArcClusterConfig, path: Path) -> Iterator[Problem]:
    """Returns a cluster that is named a second time: it has one extension, with one relay."""
    there, other = before
    where = ".".join(map(str, there))
    if there[:4] == path[:4]:
        yield Problem(
            (*path, "cluster"),
            f"{where} is the same cluster.",
            f"Add its compute targets to {where}.computeTargets, and remove this one.",
        )
    elif extension_settings(cluster) != extension_settings(other):
        yield Problem(
            path,
            f"{where} is the same cluster, with other settings of Azure ML's extension, which it has once.",
            f"Set `serving`, `training` and `gpuPlugin` as {where} has them.",
        )
