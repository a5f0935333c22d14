"""Metric alerts of environments and of the hub, from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlz.azure.ids import parse
from amlz.capabilities.operations.catalogue import CATALOGUE, TYPES, AlertName, CatalogueAlert
from amlz.capabilities.operations.config import AlertConfig, AnyAlertName, alerts_of
from amlz.capabilities.operations.work import TICKET, Work, action_group
from amlz.core.addresses import environments
from amlz.core.planning.context import registry_is_shared
from amlz.core.planning.environment_context import EnvironmentContext, environment_context
from amlz.core.planning.registry import shared_registry_id
from amlz.core.specs.operations import MetricAlertSpec, RunbookSpec


def plan_metric_alerts(work: Work) -> tuple[MetricAlertSpec, ...]:
    """Returns the alerts of each environment, then those of what environments share. An alert is for one resource:
    Azure has no metric alert for several workspaces.
    """
    alerts = []
    for project, name, _ in environments(work.context.config):
        env = environment_context(work.context, project, name)
        settings: Mapping[AnyAlertName, AlertConfig] = {**work.asked.alerts, **alerts_of(env.settings)}
        resources = dict(_resources(env))
        for alert, row in CATALOGUE.items():
            wanted = settings.get(alert, AlertConfig())
            by_default = env.production or row.everywhere
            if row.on in resources and (by_default if wanted.enabled is None else wanted.enabled):
                alerts.append(_alert(work, alert, (project, name), resources[row.on], wanted, env.production))
    for on, resource in _shared(work):
        for alert, row in CATALOGUE.items():
            wanted = work.asked.alerts.get(alert, AlertConfig())
            if row.on == on and wanted.enabled is not False:
                alerts.append(_alert(work, alert, ("shared",), resource, wanted, True))
    return tuple(alerts)


def _resources(env: EnvironmentContext) -> Iterator[tuple[str, str]]:
    """Returns the ids of what an environment builds, by what the catalogue calls it."""
    place, existing = env.place, env.settings.existing
    yield "workspace", env.workspace_id
    if existing.key_vault is None:
        yield "vault", place.id(TYPES["vault"], env.own("keyVault", "key_vault", ""))
    yield "storage", place.id(TYPES["storage"], env.own("storageAccount", "storage_account", ""))
    yield "blobEndpoint", place.id(TYPES["blobEndpoint"], env.namer.name("privateEndpoint", "blob"))
    if existing.container_registry is None and not registry_is_shared(env.settings):
        yield "registry", place.id(TYPES["registry"], env.own("containerRegistry", "container_registry", ""))


def _shared(work: Work) -> Iterator[tuple[str, str]]:
    """Returns the ids of the firewall that is built here, and of the shared registry. Both may serve production."""
    context = work.context
    if context.config.hub.builds_firewall:
        yield "firewall", context.hub_place.id(TYPES["firewall"], context.hub_name("firewall"))
    if context.config.shared_registry is not None:
        yield "registry", shared_registry_id(context)


def _alert(
    work: Work, alert: AlertName, words: tuple[str, ...], resource: str, settings: AlertConfig, production: bool
) -> MetricAlertSpec:
    row = CATALOGUE[alert]
    place = work.place_in(parse(resource).subscription)
    usual = row.severity if production else max(row.severity, TICKET)
    severity = usual if settings.severity is None else settings.severity
    return MetricAlertSpec(
        key="-".join((*words, alert)),
        name=work.name("metricAlert", *words, alert, place=place),
        alert=alert,
        owner="/".join(words),
        place=place,
        resource=resource,
        resource_type=TYPES[row.on],
        region=work.context.config.location,
        metric=row.metric,
        aggregation=row.aggregation,
        operator=row.operator,
        threshold=row.threshold if settings.threshold is None else settings.threshold,
        frequency=row.frequency,
        window=row.window,
        dimensions=row.dimensions,
        severity=severity,
        action_group=action_group(work, "page" if severity <= 1 else "ticket"),
        description=row.description,
        runbook=_runbook(row, resource),
        tags=work.tags,
    )


def _runbook(row: CatalogueAlert, resource: str) -> RunbookSpec:
    parts = parse(resource)
    names = {
        "id": resource,
        "name": parts.name,
        "group": parts.resource_group,
        "subscription": parts.subscription,
        "metric": f'"{row.metric}"',
    }
    return RunbookSpec(tuple(line.format(**names) for line in row.look), row.act)
