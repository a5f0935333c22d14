"""Log search alerts of the catalogue: one rule for all environments."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.capabilities.operations.config import AlertConfig
from amlz.capabilities.operations.indicators import text_of
from amlz.capabilities.operations.log_catalogue import LOG_CATALOGUE, LogAlertName
from amlz.capabilities.operations.log_query import log_command
from amlz.capabilities.operations.work import Work, action_group
from amlz.core.addresses import environments
from amlz.core.specs.operations import QueryAlertSpec, RunbookSpec


def plan_catalogue(work: Work, identity: str) -> Iterator[QueryAlertSpec]:
    """Returns the alerts that are on: by default, all where there is an environment of production."""
    production = any(environment.is_production(name) for _, name, environment in environments(work.context.config))
    for name, row in LOG_CATALOGUE.items():
        wanted = work.asked.alerts.get(name, AlertConfig())
        built = production if wanted.enabled is None else wanted.enabled
        if built and not (row.of_firewall and not work.context.config.hub.builds_firewall):
            yield _alert(work, name, wanted, identity)


def _alert(work: Work, name: LogAlertName, settings: AlertConfig, identity: str) -> QueryAlertSpec:
    row = LOG_CATALOGUE[name]
    severity = row.severity if settings.severity is None else settings.severity
    query = text_of(name)
    return QueryAlertSpec(
        key=name,
        name=work.name("queryAlert", name),
        place=work.place,
        log=work.context.log_analytics,
        query=query.replace("RANGES", _ranges(work)) if row.of_firewall else query,
        measure=row.measure,
        threshold=row.threshold if settings.threshold is None else settings.threshold,
        window=row.window,
        frequency=row.frequency,
        severity=severity,
        dimensions=row.dimensions,
        resource_column="_ResourceId" if row.by_resource else None,
        action_group=action_group(work, "page" if severity <= 1 else "ticket"),
        identity=identity,
        description=row.description,
        tags=work.tags,
        alert=name,
        owner="shared",
        runbook=RunbookSpec((log_command(work, row.look),), row.act),
    )


def _ranges(work: Work) -> str:
    """Returns the environments by the numbers of their addresses, as arguments of `case`."""
    parts = []
    for project, name, environment in environments(work.context.config):
        if environment.network is not None:
            network = IPv4Network(environment.network)
            first, last = int(network.network_address), int(network.broadcast_address)
            parts.append(f'address between ({first} .. {last}), "{project}/{name}"')
    return ", ".join(parts) or 'address < 0, "none"'
