"""Runbooks of a stack: the first steps after an alert or a failure, with the names of this stack."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from amlz.azure.ids import parse
from amlz.core.facts.failures import FAILURES
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError, listed
from amlz.core.specs import ProjectEnvironmentSpec, records
from amlz.core.specs.operations import (
    ActivityAlertSpec,
    MetricAlertSpec,
    PrometheusAlertSpec,
    QueryAlertSpec,
    RunbookSpec,
)
from amlz.reports.json_text import dump

AlertSpec = MetricAlertSpec | QueryAlertSpec | PrometheusAlertSpec | ActivityAlertSpec
_OPERATORS = {"GreaterThan": "more than", "LessThan": "less than"}


def alerts_of_plan(stack: str, plan: LandingZonePlan, alert: str | None) -> tuple[AlertSpec, ...]:
    """Returns the alerts of a stack, or those of one name. Raises LandingZoneError where there is none."""
    specs = planned_alerts(plan)
    if not specs:
        raise LandingZoneError(
            f"{stack} has no alerts.\n  Set `operations` in its stack file: docs/how-to/operate.md describes it."
        )
    names = sorted({spec.alert for spec in specs})
    if alert is not None and alert not in names:
        near = get_close_matches(alert, (*names, *FAILURES), n=3) or names
        raise LandingZoneError(f"{stack} has no alert {alert!r}.\n  Name one of: {listed(near)}.")
    return tuple(_of_stack(stack, spec) for spec in specs if alert in (None, spec.alert))


def _of_stack(stack: str, alert: AlertSpec) -> AlertSpec:
    """Returns an alert whose steps name the stack."""
    act = tuple(step.replace("STACK", shlex.quote(stack)) for step in alert.runbook.act)
    return replace(alert, runbook=replace(alert.runbook, act=act))


def planned_alerts(plan: LandingZonePlan) -> tuple[AlertSpec, ...]:
    """Returns the alerts of a stack."""
    parts = [part.part.spec for part in plan.capabilities]
    return (
        *(spec for part in parts for spec in records(part, MetricAlertSpec)),
        *(spec for part in parts for spec in records(part, QueryAlertSpec)),
        *(spec for part in parts for spec in records(part, PrometheusAlertSpec)),
        *(spec for part in parts for spec in records(part, ActivityAlertSpec)),
    )


@dataclass(frozen=True, slots=True)
class FailureSteps:
    """The first steps after a failure in an environment. `look`: commands; `act`: sentences."""

    failure: str
    owner: str
    title: str
    look: tuple[str, ...]
    act: tuple[str, ...]


def failure_steps(stack: str, plan: LandingZonePlan, failure: str) -> tuple[FailureSteps, ...]:
    """Returns the steps after a failure, by environment."""
    row = FAILURES[failure]
    result = []
    for environment in plan.environments:
        names = _names(stack, environment)
        queries = (_log_command(environment.workspace.diagnostics.log_analytics, query) for query in row.queries)
        look = (*(line.format(**names) for line in row.look), *queries)
        act = tuple(line.format(**names) for line in row.act)
        result.append(FailureSteps(failure, str(environment.owner), row.title, look, act))
    return tuple(result)


def _names(stack: str, environment: ProjectEnvironmentSpec) -> dict[str, str]:
    place = environment.group.place
    return {
        "stack": shlex.quote(stack),
        "owner": str(environment.owner),
        "workspace": environment.workspace.name,
        "group": place.resource_group,
        "subscription": place.subscription,
        "vault": parse(environment.workspace.key_vault).name,
    }


def _log_command(log: str, query: str) -> str:
    customer = f"az monitor log-analytics workspace show --ids {log} --query customerId --output tsv"
    return f'az monitor log-analytics query --workspace "$({customer})" --analytics-query "{query}"'


def failures_as_text(failures: tuple[FailureSteps, ...]) -> str:
    """The steps after a failure for a terminal."""
    return "\n".join(
        "".join(
            f"{line}\n"
            for line in (f"{row.failure}  {row.owner}", f"  {row.title}.", *_steps(RunbookSpec(row.look, row.act)))
        )
        for row in failures
    )


def failures_as_json(failures: tuple[FailureSteps, ...]) -> str:
    """The steps after a failure for programs."""
    return dump(
        [
            {
                "failure": row.failure,
                "environment": row.owner,
                "description": row.title,
                "look": list(row.look),
                "act": list(row.act),
            }
            for row in failures
        ]
    )


def as_text(alerts: tuple[AlertSpec, ...]) -> str:
    """The runbooks for a terminal."""
    return "\n".join("".join(f"{line}\n" for line in _lines(alert)) for alert in alerts)


def as_json(alerts: tuple[AlertSpec, ...]) -> str:
    """The runbooks for programs."""
    return dump(
        [
            {
                "alert": alert.alert,
                "environment": owner_of(alert),
                "resource": resource_of(alert),
                "description": alert.description,
                "condition": condition(alert),
                "severity": None if isinstance(alert, ActivityAlertSpec) else alert.severity,
                "notifies": alert.action_group,
                "look": list(alert.runbook.look),
                "act": list(alert.runbook.act),
            }
            for alert in alerts
        ]
    )


def condition(alert: AlertSpec) -> str:
    """Returns when an alert fires."""
    if isinstance(alert, ActivityAlertSpec):
        return "the activity log has such an event"
    if isinstance(alert, PrometheusAlertSpec):
        return f"its PromQL expression is true for {alert.wait}: {alert.expression}"
    if isinstance(alert, QueryAlertSpec):
        measured = (
            f"{alert.measure} of its query is more than {alert.threshold:,.15g}"
            if alert.measure
            else "its query has rows"
        )
        return f"{measured}, in {alert.window}"
    limit = "unusual" if alert.threshold is None else f"{_OPERATORS[alert.operator]} {alert.threshold:,.15g}"
    return f"{alert.metric}, {alert.aggregation.lower()} of {alert.window}, is {limit}"


def owner_of(alert: AlertSpec) -> str:
    """Returns the environment of an alert, `shared` for one of several."""
    return "shared" if isinstance(alert, ActivityAlertSpec) else alert.owner


def resource_of(alert: AlertSpec) -> str:
    """Returns the id of what an alert watches."""
    if isinstance(alert, ActivityAlertSpec):
        return f"/subscriptions/{alert.place.subscription}"
    if isinstance(alert, PrometheusAlertSpec):
        return alert.cluster
    return alert.log if isinstance(alert, QueryAlertSpec) else alert.resource


def _lines(alert: AlertSpec) -> Iterator[str]:
    watched = isinstance(alert, MetricAlertSpec | PrometheusAlertSpec)
    resource = parse(resource_of(alert) if watched else alert.id).name
    yield f"{alert.alert}  {owner_of(alert)}: {resource}"
    yield f"  {alert.description} Fires when {condition(alert)}."
    severity = "" if isinstance(alert, ActivityAlertSpec) else f"Severity {alert.severity}, notifies "
    yield f"  {severity or 'Notifies '}{parse(alert.action_group).name}."
    yield from _steps(alert.runbook)


def _steps(runbook: RunbookSpec) -> Iterator[str]:
    yield "  Look"
    yield from (f"    {command}" for command in runbook.look)
    yield "  Act"
    yield from (f"    {number}. {step}" for number, step in enumerate(runbook.act, 1))
