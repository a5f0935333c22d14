"""Service level objectives of a stack in a table."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError
from amlz.core.specs import records
from amlz.core.specs.operations import SloSpec
from amlz.core.words import plural
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped


def slos_of_plan(stack: str, plan: LandingZonePlan) -> tuple[SloSpec, ...]:
    """Returns the objectives of a stack. Raises LandingZoneError where there is none."""
    slos = _slos(plan)
    if not slos:
        raise LandingZoneError(
            f"{stack} has no service level objectives.\n"
            "  Set `slos` of an environment in its stack file: docs/how-to/slos.md describes it."
        )
    return slos


def in_preview(plan: LandingZonePlan) -> list[dict[str, object]]:
    """Returns the objectives of each environment for the JSON of a preview; an empty list for one without."""
    slos = _slos(plan)
    return [
        {
            "environment": str(environment.owner),
            "production": environment.production,
            "objectives": [_planned(slo) for slo in slos if slo.owner == str(environment.owner)],
        }
        for environment in plan.environments
    ]


def as_text(stack: str, slos: tuple[SloSpec, ...]) -> str:
    """The table for a terminal."""
    measured = sum(slo.why_not is None for slo in slos)
    lines = [f"{stack}: {plural(len(slos), 'objective')}, {measured} measured"]
    for slo in slos:
        lines += ["", *_lines(slo)]
    return "\n".join(lines) + "\n"


def as_json(stack: str, slos: tuple[SloSpec, ...]) -> str:
    """The table for programs."""
    return dump({"schemaVersion": 1, "stack": stack, "objectives": [_record(slo) for slo in slos]})


def _slos(plan: LandingZonePlan) -> tuple[SloSpec, ...]:
    return tuple(spec for part in plan.capabilities for spec in records(part.part.spec, SloSpec))


def _lines(slo: SloSpec) -> Iterator[str]:
    limit = f", limit {slo.limit}" if slo.limit else ""
    endpoint = f", endpoint {slo.endpoint}" if slo.endpoint else ""
    yield wrapped("", f"{slo.owner} {slo.key}: {slo.indicator}, {slo.target:g} % {slo.good}{limit}{endpoint}")
    yield f"  budget  {slo.budget_minutes:,.6g} min in {slo.days} days, if everything fails"
    if slo.why_not is not None:
        yield wrapped("  not measured  ", slo.why_not)
    for alert in slo.alerts:
        windows = f"{alert.spent:g} % of it in {alert.long} (and {alert.short}), {alert.factor:g} times as fast"
        yield wrapped(f"  {alert.window:<9} ", f"{windows}: {alert.name or f'no alert: {alert.why_not}'}")


def _planned(slo: SloSpec) -> dict[str, object]:
    return {
        "name": slo.key,
        "indicator": slo.indicator,
        "target": slo.target,
        "days": slo.days,
        "limit": slo.limit,
        "endpoint": slo.endpoint,
        "budgetMinutes": slo.budget_minutes,
        "alerts": sum(alert.name is not None for alert in slo.alerts),
        "whyNot": slo.why_not,
    }


def _record(slo: SloSpec) -> dict[str, object]:
    return {
        "environment": slo.owner,
        "name": slo.key,
        "indicator": slo.indicator,
        "good": slo.good,
        "target": slo.target,
        "days": slo.days,
        "limit": slo.limit,
        "endpoint": slo.endpoint,
        "budgetMinutes": slo.budget_minutes,
        "record": slo.record,
        "measure": slo.measure,
        "whyNot": slo.why_not,
        "alerts": [
            {
                "window": alert.window, "name": alert.name, "long": alert.long, "short": alert.short,
                "spentPercent": alert.spent, "factor": alert.factor, "whyNot": alert.why_not,
            }
            for alert in slo.alerts
        ],
    }  # fmt: skip
