"""Kubernetes clusters that are attached: roles, what their owners must see to, and what excludes them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.azure.ids import parse
from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.kubernetes import DEMANDS, HOSTS
from amlz.core.names import suffix
from amlz.core.planning.roles import Principals, assign
from amlz.core.planning.scene import Scene, circumstances_of
from amlz.core.problems import Path, Problem
from amlz.core.specs import AttachedSpec, ClusterAccessSpec, KubernetesSpec, WorkspaceSpec


def plan_kubernetes(scene: Scene, workspace: WorkspaceSpec) -> AttachedSpec:
    """The clusters that are attached to an environment's workspace."""
    computes = []
    for name, asked in scene.settings.kubernetes.items():
        scene.context.take("cluster", name, workspace.id, (*scene.path, "kubernetes", name))
        demands = tuple(d.says.format(namespace=asked.namespace, spoke=scene.spoke) for d in DEMANDS)
        computes.append(KubernetesSpec(name, asked.cluster, asked.namespace, demands))
    principals = Principals({"workspaceIdentity": workspace.identity}, {})
    access = []
    for cluster in dict.fromkeys(spec.cluster for spec in computes):
        roles = assign({"kubernetes": cluster}, principals, circumstances_of(scene))["kubernetes"]
        key = f"{parse(cluster).name}-{suffix(cluster)}"
        access.append(ClusterAccessSpec(key, cluster, roles))
    return AttachedSpec(tuple(access), tuple(computes))


def check_kubernetes(config: LandingZoneConfig) -> Iterator[Problem]:
    """Everything that cannot be together with an attached cluster."""
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        computes = {str(place[-1]) for place, _ in environment.every_cluster()} | set(environment.instances)
        for key, asked in environment.kubernetes.items():
            here: Path = (*path, "kubernetes", key)
            if environment.isolation.managed:
                yield Problem(
                    here,
                    "A Kubernetes cluster is in a separate network, and with `isolation: managed` compute "
                    "targets are only in the managed network.",
                    "Remove it, or set `isolation: injected`.",
                )
            if key in computes:
                yield Problem(
                    here,
                    f"Another compute is called {key!r} too: compute targets of a workspace share their names.",
                    "Give one of them another name.",
                )
            if parse(asked.cluster).subscription != config.subscriptions.landing_zone:
                yield Problem(
                    (*here, "cluster"),
                    "It is not in the landing zone's subscription, in which the workspace's identity is given roles.",
                    "Name a cluster of that subscription.",
                )
            if asked.nodes and config.cloud not in HOSTS:
                yield Problem(
                    (*here, "nodes"),
                    f"No page of Microsoft's lists the egress of nodes in cloud {config.cloud}: nothing would be "
                    "opened.",
                    "Remove it, and let the cluster's owner open what it needs.",
                )
            yield from _ranges(config, asked.nodes, (*here, "nodes"))


def _ranges(config: LandingZoneConfig, nodes: tuple[str, ...], path: Path) -> Iterator[Problem]:
    """Ranges of nodes that are in a network that is built here."""
    built = {f"spoke {name}": cidr for name, spoke in config.spokes.items() for cidr in spoke.address_space}
    if config.hub.elsewhere is None:
        built["the hub"] = config.hub.address_space
    for index, cidr in enumerate(nodes):
        for owner, taken in built.items():
            if IPv4Network(cidr).overlaps(IPv4Network(taken)):
                yield Problem(
                    (*path, index),
                    f"{cidr} overlaps {taken} of {owner}, in which nothing but the landing zone's own is.",
                    "Name the range of the cluster's own network.",
                )
