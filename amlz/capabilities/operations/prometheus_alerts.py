"""Alerts on metrics of Prometheus: one rule group a cluster, and one a mesh in a zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlz.azure.ids import parse
from amlz.capabilities.operations.config import AlertConfig, AnyAlertName, alerts_of
from amlz.capabilities.operations.log_query import log_command
from amlz.capabilities.operations.mesh_catalogue import MESH_CATALOGUE, MeshAlertName
from amlz.capabilities.operations.prometheus_catalogue import (
    PROMETHEUS_CATALOGUE,
    PrometheusAlert,
    PrometheusAlertName,
)
from amlz.capabilities.operations.work import TICKET, Work, action_group
from amlz.core.addresses import environments
from amlz.core.capability import PrometheusSource
from amlz.core.planning.capabilities import prometheus_of
from amlz.core.planning.environment_context import EnvironmentContext, environment_context
from amlz.core.specs import Place
from amlz.core.specs.operations import PROMETHEUS_RULES, PrometheusAlertSpec, PrometheusRulesSpec, RunbookSpec
from amlz.dataclass import dataclass

_Name = PrometheusAlertName | MeshAlertName
#: By subject of a source.
_CATALOGUES: Mapping[str, tuple[tuple[_Name, PrometheusAlert], ...]] = {
    "cluster": tuple(PROMETHEUS_CATALOGUE.items()),
    "mesh": tuple(MESH_CATALOGUE.items()),
}


@dataclass(frozen=True, slots=True)
class _Watched:
    """A source of an environment, with location and name of its rule group."""

    work: Work
    env: EnvironmentContext
    source: PrometheusSource
    place: Place
    name: str


def plan_prometheus(work: Work) -> Iterator[PrometheusRulesSpec]:
    """Returns the rule groups, in the subscription of their metrics; none without a rule."""
    for project, name, _ in environments(work.context.config):
        env = environment_context(work.context, project, name)
        for source in prometheus_of(env):
            place = work.place_in(parse(source.metrics).subscription)
            words = (project, name, *source.words)
            watched = _Watched(work, env, source, place, work.namer.name("prometheusRules", *words))
            alerts = tuple(_alerts(watched))
            if alerts:
                work.name("prometheusRules", *words, place=place)
                yield PrometheusRulesSpec(
                    key="-".join(words),
                    name=watched.name,
                    place=place,
                    metrics=source.metrics,
                    cluster=source.cluster,
                    alerts=alerts,
                    description=f"Alerts on metrics of the {source.subject} of {env.key}.",
                    tags=work.tags,
                )


def _alerts(watched: _Watched) -> Iterator[PrometheusAlertSpec]:
    """Returns the alerts that are on: by default, all in production."""
    settings: Mapping[AnyAlertName, AlertConfig] = {**watched.work.asked.alerts, **alerts_of(watched.env.settings)}
    for name, row in _CATALOGUES[watched.source.subject]:
        wanted = settings.get(name, AlertConfig())
        if watched.env.production if wanted.enabled is None else wanted.enabled:
            yield _alert(watched, name, row, wanted)


def _alert(watched: _Watched, name: _Name, row: PrometheusAlert, wanted: AlertConfig) -> PrometheusAlertSpec:
    usual = row.severity if watched.env.production else max(row.severity, TICKET)
    severity = usual if wanted.severity is None else wanted.severity
    threshold = row.threshold if wanted.threshold is None else wanted.threshold
    expression = row.expression
    for word, value in {**watched.source.values, "THRESHOLD": f"{threshold:.10g}"}.items():
        expression = expression.replace(word, value)
    return PrometheusAlertSpec(
        id=watched.place.id(PROMETHEUS_RULES, watched.name),
        cluster=watched.source.cluster,
        alert=name,
        owner=str(watched.env.key),
        expression=expression,
        threshold=threshold,
        wait=row.wait,
        severity=severity,
        action_group=action_group(watched.work, "page" if severity <= 1 else "ticket"),
        description=row.description,
        runbook=RunbookSpec(tuple(_look(watched, row)), row.act),
    )


def _look(watched: _Watched, row: PrometheusAlert) -> Iterator[str]:
    """Returns the commands of a runbook. Those of kubectl run where the private API server is reached."""
    cluster = parse(watched.source.cluster)
    query, command = row.look
    table, rest = query.split(" | ", 1)
    here = f"{table} | where TimeGenerated > ago(1h) and _ResourceId =~ '{watched.source.cluster}' | {rest}"
    yield log_command(watched.work, here)
    yield (
        f"az aks get-credentials --name {cluster.name} --resource-group {cluster.resource_group} "
        f"--subscription {cluster.subscription}"
    )
    yield command
