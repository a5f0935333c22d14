"""Decides the monitoring of a cluster: managed Prometheus with Grafana, and logs of containers."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.aks.config import AksConfig
from amlz.capabilities.aks.facts import (
    ASSOCIATION,
    CLUSTER,
    COLLECTION_ENDPOINT,
    CONFIGURATION,
    DASHBOARDS,
    GRAFANA,
    GRAFANA_GROUP,
    GRAFANA_TARGET,
    METRICS,
    METRICS_TARGET,
    RULES,
)
from amlz.capabilities.aks.records import path_of, settings_of
from amlz.capabilities.aks.spec import MonitoringSpec
from amlz.core.capability import BuiltCluster, EnvironmentParts, PrometheusSource
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.planning.private_link_scope import scoped
from amlz.core.specs.grafana import DashboardsSpec


def monitoring_targets(env: EnvironmentContext, settings: AksConfig) -> dict[str, str]:
    """Returns the ids that roles are given on: metrics and Grafana."""
    if not settings.monitoring:
        return {}
    return {
        METRICS_TARGET: env.place.id(METRICS, env.namer.name("metrics")),
        GRAFANA_TARGET: env.place.id(GRAFANA, env.namer.unique("grafana")),
    }


def built(env: EnvironmentContext) -> Iterator[BuiltCluster]:
    """Returns the cluster of an environment."""
    settings = settings_of(env.settings)
    if settings is not None:
        targets = monitoring_targets(env, settings)
        cluster = env.place.id(CLUSTER, env.namer.unique("managedCluster"))
        yield BuiltCluster(cluster, settings.network, targets.get(METRICS_TARGET), targets.get(GRAFANA_TARGET))


def prometheus(env: EnvironmentContext) -> Iterator[PrometheusSource]:
    """Returns the cluster of an environment, where its metrics are in managed Prometheus."""
    for cluster in built(env):
        if cluster.metrics is not None:
            yield PrometheusSource(cluster.metrics, cluster.id)


def associations(cluster: str, monitoring: MonitoringSpec | None) -> tuple[str, ...]:
    """Returns the ids of the associations of a cluster (its id), which are below it."""
    if monitoring is None:
        return ()
    names = (*RULES, *(() if monitoring.scoped is None else (CONFIGURATION,)))
    return tuple(f"{cluster}/providers/{ASSOCIATION}/{name}" for name in names)


def plan_monitoring(
    env: EnvironmentContext, given: EnvironmentParts, settings: AksConfig, identity: str
) -> MonitoringSpec:
    """Returns the monitoring of a cluster. `identity`: the id of Grafana's."""
    path, context = (*path_of(env.key), "monitoring"), env.context

    def take(kind: str, *words: str) -> str:
        return context.take(kind, env.namer.name(kind, *words), env.place.group_id, path)

    kind = "collectionEndpoint"
    collector = context.take(kind, env.namer.unique(kind, "aks"), env.place.group_id, path)
    return MonitoringSpec(
        place=env.place,
        metrics=take("metrics"),
        collector=collector,
        metrics_rule=take("collectionRule", "aks-metrics"),
        containers_rule=take("collectionRule", "aks-containers"),
        log=context.log_analytics,
        scoped=scoped(context, env.place.id(COLLECTION_ENDPOINT, collector)),
        grafana=context.take("grafana", env.namer.unique("grafana"), None, path),
        identity=identity,
        endpoint=env.endpoint(GRAFANA_GROUP, monitoring_targets(env, settings)[GRAFANA_TARGET]),
        roles=(*given.roles[METRICS_TARGET], *given.roles[GRAFANA_TARGET]),
        dashboards=DashboardsSpec(monitoring_targets(env, settings)[GRAFANA_TARGET], DASHBOARDS),
        protect=env.production,
        tags=env.tags,
    )
