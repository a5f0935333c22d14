"""Arithmetic of error budgets, and the windows of burn-rate alerts that Azure takes.

The pairs of windows are those of the Google SRE workbook, as https://github.com/slok/sloth has them in
internal/alert/windows/google-30d.yaml, but for two. Its last one has three days: a log search alert looks back two
days at most
(https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule). Its first short one has five
minutes: resource logs usually arrive after three to ten
(https://learn.microsoft.com/azure/azure-monitor/logs/data-ingestion-time).
"""

from __future__ import annotations

from amlz.dataclass import dataclass

MINUTES_OF_DAY = 1440


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """A pair of windows, in minutes. `spent`: percent of the budget that is spent in the long one when the alert fires.

    `long_text`, `short_text`: as KQL has them; `window`, `frequency`: as Azure has them.
    """

    name: str
    spent: float
    long: int
    short: int
    long_text: str
    short_text: str
    window: str
    frequency: str
    severity: int


WINDOWS = (
    BurnWindow("fast", 2, 60, 15, "1h", "15m", "PT1H", "PT5M", 1),
    BurnWindow("slow", 5, 360, 30, "6h", "30m", "PT6H", "PT15M", 1),
    BurnWindow("day", 10, 1440, 120, "1d", "2h", "P1D", "PT1H", 3),
    BurnWindow("two-days", 10, 2880, 240, "2d", "4h", "P2D", "PT1H", 3),
)


def factor(window: BurnWindow, days: int) -> float:
    """Returns the burn rate that spends the window's part of the budget of a period in its long window."""
    return window.spent / 100 * days * MINUTES_OF_DAY / window.long


def burn(bad: int, total: int, budget: float) -> float:
    """Returns how many times faster than allowed errors come. `budget`: the allowed part of bad events."""
    return bad / total / budget if total else 0.0


def fires(window: BurnWindow, days: int, long_burn: float, short_burn: float) -> bool:
    """Returns whether an alert fires: both windows burn faster than its factor."""
    return min(long_burn, short_burn) > factor(window, days)


def can_fire(window: BurnWindow, days: int, budget: float) -> bool:
    """Returns whether errors alone can exceed the factor: a service that always fails burns 1 / budget."""
    return 1 / budget > factor(window, days)


def budget_minutes(budget: float, days: int) -> float:
    """Returns how long everything may fail in a period."""
    return budget * days * MINUTES_OF_DAY
