"""Service level objectives: recording queries, error budgets and burn-rate alerts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from amlz.capabilities.operations.burn import WINDOWS, BurnWindow, budget_minutes, can_fire, factor
from amlz.capabilities.operations.defaults import objectives_of
from amlz.capabilities.operations.indicators import INDICATORS, Indicator, text_of
from amlz.capabilities.operations.log_query import log_command
from amlz.capabilities.operations.slo_config import SloConfig
from amlz.capabilities.operations.work import TICKET, Work, action_group
from amlz.core.addresses import environments
from amlz.core.planning.environment_context import EnvironmentContext, environment_context
from amlz.core.specs.operations import BurnAlertSpec, QueryAlertSpec, RunbookSpec, SloSpec
from amlz.dataclass import dataclass

_REQUESTS, _RUNS = ("_ResourceId", "EndpointName", "DeploymentName"), ("_ResourceId",)


@dataclass(frozen=True, slots=True)
class _Objective:
    """An objective of an environment, by its key in the stack file."""

    work: Work
    env: EnvironmentContext
    key: str
    slo: SloConfig

    @property
    def row(self) -> Indicator:
        return INDICATORS[self.slo.indicator]

    def query(self, end: str, words: Mapping[str, str]) -> str:
        """Returns a query of its workspace."""
        return query(self.slo, self.env.workspace_id, end, words)


def plan_slos(work: Work, identity: str | None) -> tuple[tuple[SloSpec, ...], tuple[QueryAlertSpec, ...]]:
    """Returns the objectives of all environments, and their alerts. `identity`: None where none can query the log."""
    specs: list[SloSpec] = []
    alerts: list[QueryAlertSpec] = []
    for project, name, environment in environments(work.context.config):
        env = environment_context(work.context, project, name)
        for key, slo in objectives_of(work.context.config, name, environment).items():
            objective = _Objective(work, env, key, slo)
            rules = _alerts(objective, identity) if identity else {}
            specs.append(_spec(objective, rules, identity))
            alerts += rules.values()
    return tuple(specs), tuple(alerts)


def query(slo: SloConfig, workspace: str, end: str, words: Mapping[str, str]) -> str:
    """Returns a query: the events of an indicator, then `end`, a file as well. `words`: values of its placeholders."""
    row = INDICATORS[slo.indicator]
    events = text_of(slo.indicator)
    if slo.endpoint is not None:
        events += f'\n| where EndpointName =~ "{slo.endpoint}"'
    columns = _REQUESTS if row.of == "requests" else _RUNS
    limit = slo.limit if slo.limit is not None else row.limit
    values = {"WORKSPACE": workspace, "GROUP": ", ".join(columns), "LIMIT": f"{limit or 0:g}", **words}
    text = f"{events}\n{text_of(end)}"
    return re.sub(rf"\b({'|'.join(values)})\b", lambda word: values[word[0]], text)


def target_of(slo: SloConfig) -> float:
    """Returns the target of an objective, in percent."""
    return INDICATORS[slo.indicator].target if slo.target is None else slo.target


def budget_of(slo: SloConfig) -> float:
    """Returns the allowed part of bad events."""
    return round(1 - target_of(slo) / 100, 10)


def _spec(objective: _Objective, rules: Mapping[str, QueryAlertSpec], identity: str | None) -> SloSpec:
    """Returns an objective. `rules`: its alerts, by the names of their windows."""
    slo, row = objective.slo, objective.row
    unavailable = None if identity else "the central log is not built here, so no identity of operation reads it"
    return SloSpec(
        key=objective.key,
        owner=str(objective.env.key),
        indicator=slo.indicator,
        good=row.good,
        target=target_of(slo),
        days=slo.period,
        limit=_limit(slo, row),
        endpoint=slo.endpoint,
        minimum=slo.minimum,
        budget_minutes=round(budget_minutes(budget_of(slo), slo.period), 4),
        record=None if row.why_not else objective.query("record", {"LONG": "1d"}),
        measure=None if row.why_not else objective.query("measure", {"LONG": f"{slo.period}d"}),
        alerts=tuple(_burn_alert(window, slo, rules.get(window.name)) for window in WINDOWS)
        if not (row.why_not or unavailable)
        else (),
        why_not=row.why_not or unavailable,
    )


def _burn_alert(window: BurnWindow, slo: SloConfig, rule: QueryAlertSpec | None) -> BurnAlertSpec:
    return BurnAlertSpec(
        window.name, rule.name if rule else None, window.long_text, window.short_text, window.spent,
        round(factor(window, slo.period), 4),
        None if rule else f"a service that always fails burns {1 / budget_of(slo):.4g} times the budget at most",
    )  # fmt: skip


def _limit(slo: SloConfig, row: Indicator) -> str | None:
    value = slo.limit if slo.limit is not None else row.limit
    return f"{value:g} {row.unit}" if row.unit is not None and value is not None else None


def _alerts(objective: _Objective, identity: str) -> dict[str, QueryAlertSpec]:
    """Returns the alerts of an objective, by the names of their windows."""
    if objective.row.why_not is not None:
        return {}
    slo = objective.slo
    windows = [window for window in WINDOWS if can_fire(window, slo.period, budget_of(slo))]
    return {window.name: _alert(objective, window, identity) for window in windows}


def _alert(objective: _Objective, window: BurnWindow, identity: str) -> QueryAlertSpec:
    work, env, slo = objective.work, objective.env, objective.slo
    severity = window.severity if env.production else max(window.severity, TICKET)
    words = (env.project, env.name, "slo", objective.key, window.name)
    return QueryAlertSpec(
        key="-".join(words),
        name=work.name("queryAlert", *words),
        place=work.place,
        log=work.context.log_analytics,
        query=objective.query("burn", _words(slo, window)),
        measure="spending",
        threshold=1,  # the published type takes whole numbers alone: the query divides by the factor
        window=window.window,
        frequency=window.frequency,
        severity=severity,
        dimensions=("EndpointName", "DeploymentName") if objective.row.of == "requests" else (),
        resource_column="_ResourceId",
        action_group=action_group(work, "page" if severity <= 1 else "ticket"),
        identity=identity,
        description=f"{objective.key} of {env.key} spends its error budget: {window.spent:g} % of that of "
        f"{slo.period} days in {window.long_text}.",
        tags=work.tags,
        alert=f"slo-{slo.indicator}",
        owner=str(env.key),
        runbook=_runbook(objective, window),
    )


def _words(slo: SloConfig, window: BurnWindow) -> dict[str, str]:
    minimum = INDICATORS[slo.indicator].minimum if slo.minimum is None else slo.minimum
    return {
        "LONG": window.long_text,
        "SHORT": window.short_text,
        "FACTOR": f"{factor(window, slo.period):.10g}",
        "BUDGET": f"{budget_of(slo):.10g}",
        "MINIMUM": str(minimum),
    }


def _runbook(objective: _Objective, window: BurnWindow) -> RunbookSpec:
    record = objective.query("record", {"LONG": window.long_text})
    act = (
        ("Send the traffic to the earlier deployment, if one began within the window.", "Scale the deployment out.")
        if objective.row.of == "requests"
        else ("Read the errors of the runs in the studio.", "Check quota and nodes: amlz runbook STACK quota-used.")
    )
    return RunbookSpec(
        (log_command(objective.work, record),), (*act, "Stop changes until the budget is positive again.")
    )
