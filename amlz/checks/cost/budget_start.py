"""cost/budget-start: a budget that begins on a day that Azure does not take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value

NO_DAY = (
    "In the component, set `properties.timePeriod.startDate` to the first day of a month, in the form `YYYY-MM-DD`."
)
ENDS_FIRST = "In the component, set `properties.timePeriod.endDate` to a day after the start date."

CHECK = Check(
    id="cost/budget-start",
    severity=Severity.ERROR,
    says="{name} begins on {start}: {problem}.",
    remedy="In the component, set `properties.timePeriod.startDate` to `{expected}`. Do not change it after the "
    "first deployment: Azure refuses that.",
    why="Azure accepts a budget only if it starts on the first day of a month that has not ended. The start "
    "cannot change afterwards, so it belongs in the configuration, not to the clock.",
    source="https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-acm-create-budgets",
    otherwise=(
        NO_DAY,
        ENDS_FIRST,
    ),
)

PATH = "properties.timePeriod.startDate"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Budgets that do not begin with a month, or end before they begin."""
    for budget in graph.of_type("Microsoft.Consumption/budgets"):
        start, end = value(budget, PATH), value(budget, "properties.timePeriod.endDate")
        if is_unknown(start):
            yield CHECK.undecided(budget, PATH, start)
            continue
        day = _day(start)
        remedy, first = "", ""
        if day is None:
            problem, remedy = "that is no day as 2027-01-01", NO_DAY
        elif day.day != 1:
            problem, first = "a budget begins with the first day of a month", str(day.replace(day=1))
        elif (until := _day(end)) is not None and until <= day:
            problem, remedy = f"it ends on {until}, before that", ENDS_FIRST
        else:
            continue
        yield CHECK.finding(
            budget,
            FindingLocation(PATH, first or "the first of a month", start, remedy=remedy),
            start=start or "no day",
            problem=problem,
        )


def _day(actual: object) -> date | None:
    try:
        return date.fromisoformat(str(actual)[:10])
    except ValueError:
        return None
