"""Service level objectives of a fleet: environments that have some, and the state of each budget as far as known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.core.words import plural
from amlz.fleet.folder import FleetReports, FleetStack
from amlz.fleet.objectives import ObjectiveState, states
from amlz.reports.fleet.page import FleetTable

_NOT_KNOWN = "not known"


def coverage(reports: FleetReports) -> FleetTable:
    """Returns how many environments have objectives; landing zones of earlier programs are counted."""
    rows = [
        (name, f"{one['withObjectives']:,}", plural(one["environments"], "environment"))
        for name, one in coverage_record(reports).items()
        if one["environments"]
    ]
    unknown = sum(stack.summary.objectives is None for stack in reports.stacks)
    rows += [(_NOT_KNOWN, _NOT_KNOWN, plural(unknown, "landing zone"))] if unknown else []
    return FleetTable(
        "Environments with objectives", ("environments", "with objectives", "of"), tuple(rows), "No environment."
    )


def coverage_record(reports: FleetReports) -> dict[str, dict[str, int]]:
    """Returns the same for programs."""
    every = [one for stack in reports.stacks for one in stack.summary.objectives or ()]
    kinds = {"production": True, "other": False}
    return {
        name: {
            "environments": sum(one.production is production for one in every),
            "withObjectives": sum(one.production is production and bool(one.objectives) for one in every),
        }
        for name, production in kinds.items()
    }


def objectives(reports: FleetReports) -> FleetTable:
    """Returns a row for each objective, and for each environment without one."""
    return FleetTable(
        "Service level objectives",
        ("stack", "environment", "objective", "target", "budget", "alerts", "state"),
        tuple(row for stack in reports.stacks for row in _rows(stack, reports)),
        "No report has environments.",
    )


def spent(reports: FleetReports) -> int:
    """Returns how many budgets are spent, of those that are measured."""
    return sum(
        state.left is not None and state.left <= 0
        for stack in reports.stacks
        for state in states(stack.summary.objectives or (), stack.record)
    )


def notes(reports: FleetReports) -> Iterator[str]:
    """Returns what the state of objectives lacks."""
    if any(state.measured is None for stack in reports.stacks for state in _states(stack)):
        yield (
            "Events of objectives are measured in Azure: without `amlz fleet record --measured`, the state of a budget "
            "is not known."
        )
    for stack in reports.stacks:
        known = {(state.environment, state.planned.name) for state in _states(stack)}
        measured = stack.record.objectives if stack.record and stack.summary.objectives is not None else ()
        gone = [f"{one.environment}/{one.name}" for one in measured if (one.environment, one.name) not in known]
        if gone:
            yield f"{stack.key}: its record has events of objectives that its report does not have: {', '.join(gone)}."


def records(stack: FleetStack) -> list[dict[str, Any]] | None:
    """Returns the objectives of a stack for programs, None where an earlier program wrote none."""
    if stack.summary.objectives is None:
        return None
    known = list(_states(stack))
    return [
        {
            "environment": one.environment,
            "production": one.production,
            "objectives": [_record(state) for state in known if state.environment == one.environment],
        }
        for one in stack.summary.objectives
    ]


def _states(stack: FleetStack) -> Iterator[ObjectiveState]:
    return states(stack.summary.objectives or (), stack.record)


def _rows(stack: FleetStack, reports: FleetReports) -> Iterator[tuple[str, ...]]:
    if stack.summary.objectives is None:
        yield (stack.key, _NOT_KNOWN, "", "", "", "", "the report is of a program that writes no objectives")
    for one in stack.summary.objectives or ():
        if not one.objectives:
            yield (stack.key, one.environment, "none", "", "", "", "")
    for state in _states(stack):
        planned = state.planned
        yield (
            stack.key,
            state.environment,
            f"{planned.name} ({planned.indicator})" if planned.name != planned.indicator else planned.name,
            f"{planned.target:g} %",
            f"{planned.budget:,.6g} min in {planned.days} days",
            str(planned.alerts),
            _state(state, reports),
        )


def _state(state: ObjectiveState, reports: FleetReports) -> str:
    measured = state.measured
    if measured is None:
        return f"not measured: {state.planned.why_not}" if state.planned.why_not else _NOT_KNOWN
    age = reports.age(measured.day)
    ago = f"on {measured.day}" if age is None or age < 0 else f"{plural(age, 'day')} ago"
    if state.left is None:
        return f"no events, {ago}"
    if state.left > 0:
        return f"{state.left:,.1f} % of the budget left, {ago}"
    return f"spent: {100 - state.left:,.1f} % of the budget used, {ago}"


def _record(state: ObjectiveState) -> dict[str, Any]:
    planned, measured = state.planned, state.measured
    return {
        "name": planned.name,
        "indicator": planned.indicator,
        "target": planned.target,
        "days": planned.days,
        "budgetMinutes": planned.budget,
        "alerts": planned.alerts,
        "whyNot": planned.why_not,
        "measured": {
            "day": measured.day.isoformat(),
            "good": measured.good,
            "total": measured.total,
            "budgetLeftPercent": state.left,
        }
        if measured
        else None,
    }
