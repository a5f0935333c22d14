"""cost/budget-start: a budget that begins on a day that Azure does not take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from arm.graph import ResourceGraph, is_unknown
from checks.finding import At, Check, Finding, Severity
from checks.reading import value

CHECK = Check(
    id="cost/budget-start",
    severity=Severity.ERROR,
    says="{name} begins on {start}: {problem}.",
    remedy="Say the first day of a month, and leave it as it is once the budget stands.",
    why="A budget begins with a month, and not before that in which it is made. Its start cannot change afterwards, so "
    "it belongs into the configuration, not to the clock.",
    source="https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-acm-create-budgets",
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
        if day is None:
            problem = "that is no day as 2027-01-01"
        elif day.day != 1:
            problem = "a budget begins with the first day of a month"
        elif (until := _day(end)) is not None and until <= day:
            problem = f"it ends on {until}, before that"
        else:
            continue
        yield CHECK.finding(budget, At(PATH, "the first of a month", start), start=start or "no day", problem=problem)


def _day(found: object) -> date | None:
    try:
        return date.fromisoformat(str(found)[:10])
    except ValueError:
        return None
