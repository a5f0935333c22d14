"""Decides attached Kubernetes clusters: roles, egress of their nodes, and the tasks of their owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from amlz.azure.ids import parse
from amlz.capabilities.kubernetes.config import KubernetesConfig
from amlz.capabilities.kubernetes.facts import DEMANDS, HOSTS, TARGET
from amlz.capabilities.kubernetes.spec import AttachedSpec, ClusterAccessSpec
from amlz.core.addresses import environments
from amlz.core.capability import EnvironmentParts, Part, Phase, Planner, Relaxation, setting
from amlz.core.cluster_nodes import check_nodes
from amlz.core.compute_names import check_name
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.names import suffix
from amlz.core.planning.context import Context
from amlz.core.planning.environment_context import EnvironmentContext, grant_conditions
from amlz.core.planning.roles import Principals, assign
from amlz.core.problems import Path, Problem, listed
from amlz.core.specs import ApplicationRuleSpec, KubernetesSpec, NsgRuleSpec, RuleGroupSpec
from amlz.core.subscriptions import subscription_of


def plan_kubernetes(env: EnvironmentContext, planned: EnvironmentParts) -> Part | None:
    """Returns the clusters that are attached to an environment's workspace; None where it has none."""
    clusters, workspace, computes = _settings(env.settings), planned.workspace, planned.computes
    if not clusters:
        return None
    attached = []
    for name, cluster in clusters.items():
        env.context.take("cluster", name, workspace.id, (*env.path, "kubernetes", name))
        demands = tuple(d.says.format(namespace=cluster.namespace, spoke=env.spoke) for d in DEMANDS)
        attached.append(KubernetesSpec(name, cluster.cluster, cluster.namespace, demands))
    principals = Principals({"workspaceIdentity": env.identity("workspace").principal}, {})
    access = []
    for cluster_id in dict.fromkeys(spec.cluster for spec in attached):
        roles = assign({TARGET: cluster_id}, principals, grant_conditions(env))[TARGET]
        access.append(ClusterAccessSpec(f"{parse(cluster_id).name}-{suffix(cluster_id)}", cluster_id, roles))
    spec = AttachedSpec(
        access=tuple(access),
        attached=tuple(attached),
        place=computes.place,
        workspace=workspace.id,
        identity=computes.identity,
        after=computes.after,
        tags=computes.tags,
    )
    return Part(spec, phase=Phase.COMPUTES)


def _settings(environment: EnvironmentConfig) -> dict[str, KubernetesConfig]:
    return setting(environment, "kubernetes", dict) or {}


def _all(config: LandingZoneConfig) -> Iterator[tuple[Path, EnvironmentConfig, str, KubernetesConfig]]:
    """Returns every attachment: the path of its environment, that, its name and its settings."""
    for project, name, environment in environments(config):
        for key, cluster_config in _settings(environment).items():
            yield ("projects", project, "environments", name), environment, key, cluster_config


def _outside(context: Context) -> Iterator[str]:
    """Returns the ids of the clusters, which exist."""
    return (cluster_config.cluster for _, _, _, cluster_config in _all(context.config))


def _computes(environment: EnvironmentConfig) -> Iterator[Path]:
    """Returns the paths of the compute targets, within the environment."""
    return (("kubernetes", key) for key in _settings(environment))


def _endpoint_rules(environment: EnvironmentConfig, endpoints: str) -> Iterable[NsgRuleSpec]:
    """Returns the rule by which nodes use an environment's private endpoints (their range)."""
    nodes = tuple(
        dict.fromkeys(cidr for cluster_config in _settings(environment).values() for cidr in cluster_config.nodes)
    )
    why = "nodes of attached Kubernetes clusters use the stores"
    return (NsgRuleSpec("kubernetes", 120, "Inbound", nodes, (endpoints,), ("443",), why, "Tcp"),) if nodes else ()


def _firewall(context: Context) -> tuple[RuleGroupSpec, ...]:
    """Returns the firewall's rules for nodes whose egress it controls: none without a range of nodes."""
    rules = []
    for row in HOSTS:
        sources = _nodes(context.config, row.only)
        if sources and row.cloud == context.config.cloud:
            hosts = tuple(host.format(region=context.config.location) for host in row.hosts)
            rules.append(ApplicationRuleSpec(row.name, sources, hosts, row.why, row.scheme))
    return (RuleGroupSpec("rcg-kubernetes", 410, application_rules=tuple(rules)),) if rules else ()


def _nodes(config: LandingZoneConfig, only: str | None) -> tuple[str, ...]:
    """Ranges of the nodes that are used for something (a key of the stack file, None for all), in order."""
    nodes = {
        cidr
        for _, _, _, cluster_config in _all(config)
        if {None: True, "training": cluster_config.training, "systemLogs": cluster_config.system_logs}[only]
        for cidr in cluster_config.nodes
    }
    return tuple(sorted(nodes, key=IPv4Network))


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for path, _, key, cluster_config in _all(config):
        gives = "the workspace's identity is administrator of the cluster, as attaching it demands"
        if cluster_config.nodes and cluster_config.system_logs:
            gives += f"; for its logs, {listed(cluster_config.nodes)} reach storage accounts of anybody's"
        yield Relaxation((*path, "kubernetes", key), gives)


def check_kubernetes(config: LandingZoneConfig) -> Iterator[Problem]:
    """Everything that cannot be together with an attached cluster."""
    for path, environment, key, cluster_config in _all(config):
        here: Path = (*path, "kubernetes", key)
        if environment.isolation.managed:
            yield Problem(
                here,
                "A Kubernetes cluster is in a separate network, and with `isolation: managed` compute "
                "targets are only in the managed network.",
                "Remove it, or set `isolation: injected`.",
            )
        yield from check_name(environment, key, here)
        if parse(cluster_config.cluster).subscription != subscription_of(config, environment):
            yield Problem(
                (*here, "cluster"),
                "It is not in the environment's subscription, in which the workspace's identity is given roles.",
                "Name a cluster of that subscription.",
            )
        if cluster_config.nodes and all(row.cloud != config.cloud for row in HOSTS):
            yield Problem(
                (*here, "nodes"),
                f"No page of Microsoft's lists the egress of nodes in cloud {config.cloud}: nothing would be opened.",
                "Remove it, and let the cluster's owner open what it needs.",
            )
        yield from check_nodes(config, cluster_config.nodes, (*here, "nodes"))


PLANNER = Planner(
    check=check_kubernetes,
    computes=_computes,
    outside=_outside,
    endpoint_rules=_endpoint_rules,
    firewall=_firewall,
    relaxations=_relaxations,
    environment=plan_kubernetes,
)
