"""Severity of a day on which something ends: shared by the checks of retirements."""

from __future__ import annotations

from datetime import date

from amlz.checks.finding import Severity

#: From when on it is a warning.
SOON = 90


def when(day: str, today: str | None) -> tuple[Severity, str]:
    """Returns the severity of a retirement date relative to today, both ISO 8601 (None for not set), and its words."""
    if not today:
        return Severity.NOTE, f"ends on {day}. Cannot tell whether that day has passed: pass `--today YYYY-MM-DD`"
    left = (date.fromisoformat(day) - date.fromisoformat(today[:10])).days
    if left <= 0:
        return Severity.ERROR, f"ended on {day}; it is {today[:10]}"
    days = "1 day" if left == 1 else f"{left} days"
    return (Severity.WARNING if left <= SOON else Severity.NOTE), f"ends on {day}, in {days}"
