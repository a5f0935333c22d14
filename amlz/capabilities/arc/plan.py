"""Decides connected clusters: roles, compute targets, egress of their nodes, and the tasks of their owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from amlz.azure.ids import parse
from amlz.capabilities.arc.check import check_arc
from amlz.capabilities.arc.config import ArcClusterConfig
from amlz.capabilities.arc.facts import CLUSTER_TARGET, HOSTS, IDENTITY, RELAY_HOST, RELAY_TARGET
from amlz.capabilities.arc.records import clusters_of, connected, extension_settings
from amlz.capabilities.arc.spec import ArcClusterSpec, ArcSpec
from amlz.core.capability import EnvironmentParts, Part, Phase, Planner, Relaxation
from amlz.core.capability_facts import Contradiction
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.kubernetes_objects import instance_type, namespaces
from amlz.core.planning.context import Context
from amlz.core.planning.environment_context import EnvironmentContext, grant_conditions
from amlz.core.planning.roles import Principals, assign
from amlz.core.problems import Path, listed
from amlz.core.specs import ApplicationRuleSpec, KubernetesSpec, NsgRuleSpec, RoleAssignmentSpec, RuleGroupSpec

#: Tasks of a cluster's owner. They may hold {namespace} and {spoke}.
_TASKS = (
    "Azure ML's extension and its Azure Relay stay: without the relay, compute targets no longer work",
    "namespace {namespace} is there: pipelines/arc.sh prints it, and jobs fail without it",
    "its network leads to spoke {spoke}, where the private endpoints are, and resolves their names",
    "its own firewall allows the hosts that `pipelines/arc.sh … hosts` prints",
)


def plan_arc(env: EnvironmentContext, given: EnvironmentParts) -> Part | None:
    """Returns the connected clusters of an environment; None where it has none."""
    clusters = clusters_of(env.settings)
    if not clusters:
        return None
    workspace, computes = given.workspace, given.computes
    spec = ArcSpec(
        clusters=tuple(_cluster(env, given, name, cluster) for name, cluster in clusters.items()),
        place=computes.place,
        workspace=workspace.id,
        identity=computes.identity,
        after=computes.after,
        tags=computes.tags,
    )
    return Part(spec, phase=Phase.COMPUTES)


def _cluster(env: EnvironmentContext, given: EnvironmentParts, key: str, cluster: ArcClusterConfig) -> ArcClusterSpec:
    attached: tuple[KubernetesSpec, ...] = ()
    roles: tuple[RoleAssignmentSpec, ...] = ()
    for target in cluster.compute_targets:
        path = (*env.path, "arc", key, "computeTargets", target)
        env.context.take("cluster", target, given.workspace.id, path)
    if cluster.relay is not None:
        principals = Principals({"workspaceIdentity": env.identity("workspace").principal}, {})
        targets = {CLUSTER_TARGET: cluster.cluster, RELAY_TARGET: cluster.relay}
        by_target = assign(targets, principals, grant_conditions(env))
        roles = (*by_target[CLUSTER_TARGET], *by_target[RELAY_TARGET])
        attached = tuple(_attached(env, cluster, *target) for target in cluster.compute_targets.items())
    return ArcClusterSpec(
        name=key,
        cluster=cluster.cluster,
        settings=extension_settings(cluster),
        objects=(
            *namespaces(cluster.compute_targets.values()),
            *(
                instance_type(name, one.nodes, one.cores, one.memory_gb, one.gpus)
                for name, one in cluster.instance_types.items()
            ),
        ),
        hosts=tuple(_hosts(cluster, env.place.location)),
        roles=roles,
        attached=attached,
    )


def _attached(env: EnvironmentContext, cluster: ArcClusterConfig, name: str, namespace: str) -> KubernetesSpec:
    tasks = tuple(task.format(namespace=namespace, spoke=env.spoke) for task in _TASKS)
    return KubernetesSpec(name, cluster.cluster, namespace, tasks)


def _relay_hosts(cluster: ArcClusterConfig) -> tuple[str, ...]:
    if cluster.relay is None:
        return ()
    return (RELAY_HOST.format(relay=parse(cluster.relay).name.lower()), *cluster.relay_gateways)


def _uses(cluster: ArcClusterConfig, only: str | None) -> bool:
    """Returns whether a cluster is used for something (a key of the stack file, None for all)."""
    return {None: True, "training": cluster.training, "systemLogs": cluster.system_logs}[only]


def _hosts(cluster: ArcClusterConfig, region: str) -> Iterator[str]:
    """Returns the hosts that the nodes of a cluster reach, with protocol and port."""
    for row in HOSTS:
        if _uses(cluster, row.only):
            port = 443 if row.scheme == "Https" else 80
            yield from (f"{row.scheme.upper()} {port} {host.format(region=region)}" for host in row.hosts)
    yield from (f"HTTPS 443 {host}" for host in _relay_hosts(cluster))


def _computes(environment: EnvironmentConfig) -> Iterator[Path]:
    """Returns the paths of the compute targets, within the environment."""
    for key, cluster in clusters_of(environment).items():
        yield from (("arc", key, "computeTargets", name) for name in cluster.compute_targets)


def _outside(context: Context) -> Iterator[str]:
    """Returns the ids of clusters and relays, which exist."""
    for _, _, cluster in connected(context.config):
        yield cluster.cluster
        if cluster.relay is not None:
            yield cluster.relay


def _endpoint_rules(environment: EnvironmentConfig, endpoints: str) -> Iterable[NsgRuleSpec]:
    """Returns the rule by which nodes use an environment's private endpoints (their range)."""
    nodes = tuple(dict.fromkeys(cidr for cluster in clusters_of(environment).values() for cidr in cluster.nodes))
    why = "nodes of connected Kubernetes clusters use the stores"
    return (NsgRuleSpec("arc", 123, "Inbound", nodes, (endpoints,), ("443",), why, "Tcp"),) if nodes else ()


def _firewall(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the firewall's rules for nodes whose egress it controls; each range reaches the relay of its cluster."""
    rules, region = [], context.config.location
    for row in HOSTS:
        sources = {c for _, _, cluster in connected(context.config) if _uses(cluster, row.only) for c in cluster.nodes}
        if sources:
            hosts = tuple(host.format(region=region) for host in row.hosts)
            rules.append(ApplicationRuleSpec(row.name, _ordered(sources), hosts, row.why, row.scheme))
    for path, _, cluster in connected(context.config):
        if cluster.nodes and cluster.relay is not None:
            name = f"arc-relay-{path[1]}-{path[3]}-{path[5]}"
            why = "the relay by which Azure ML sends work to the cluster"
            rules.append(ApplicationRuleSpec(name, _ordered(set(cluster.nodes)), _relay_hosts(cluster), why))
    if rules:
        yield RuleGroupSpec("rcg-arc", 415, application_rules=tuple(rules))


def _ordered(ranges: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ranges, key=IPv4Network))


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for path, _, cluster in connected(config):
        if cluster.relay is not None:
            gives = "a relay with keys and a public address carries the work that Azure ML sends to the cluster"
            if cluster.system_logs:
                gives += f"; for its logs, {listed(cluster.nodes)} reach storage accounts of anybody's"
            yield Relaxation(path, gives)


def _contradictions(config: LandingZoneConfig) -> Iterator[tuple[Path, Contradiction]]:
    return ((path, IDENTITY) for path, _, cluster in connected(config) if cluster.relay is not None)


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the commands that ARM has no request for."""
    texts = []
    for path, _, cluster in connected(config):
        where = f"{path[1]}/{path[3]} {path[5]}"
        if cluster.relay is None:
            texts.append(f"{where}: not attached; pipelines/arc.sh prints the commands before, then set `relay`")
        else:
            texts.append(f"{where}: pipelines/arc.sh prints its extension, namespaces and instance types")
    if texts:
        yield "Azure Arc", "; ".join(texts)


PLANNER = Planner(
    check=check_arc,
    relaxations=_relaxations,
    contradictions=_contradictions,
    summary=_summary,
    computes=_computes,
    outside=_outside,
    endpoint_rules=_endpoint_rules,
    firewall=_firewall,
    environment=plan_arc,
)
