"""Alerts by name in the reports of a preview: where, of which severity, whom they notify, and their runbooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amlz.azure.ids import parse
from amlz.core.plan import LandingZonePlan
from amlz.core.specs.operations import ActivityAlertSpec
from amlz.reports.lines import wrapped
from amlz.reports.runbook import AlertSpec, condition, owner_of, planned_alerts, resource_of


@dataclass(frozen=True, slots=True)
class AlertRow:
    """Alerts of the same severity (None on the activity log) with the same receivers, in environments that have all of
    them.
    """

    severity: int | None
    notifies: str
    where: tuple[str, ...]
    alerts: tuple[str, ...]


def rows(plan: LandingZonePlan) -> Iterator[AlertRow]:
    """Returns the alerts of a plan, the worst severity first; environments with the same are in one row."""
    by_owner: dict[tuple[int | None, str], dict[str, dict[str, None]]] = {}
    for alert in planned_alerts(plan):
        key = (severity_of(alert), parse(alert.action_group).name)
        by_owner.setdefault(key, {}).setdefault(owner_of(alert), {})[alert.alert] = None
    for (severity, group), named in sorted(by_owner.items(), key=lambda item: (item[0][0] is None, item[0])):
        alike: dict[tuple[str, ...], list[str]] = {}
        for owner, alerts in named.items():
            alike.setdefault(tuple(alerts), []).append(owner)
        for names, owners in alike.items():
            yield AlertRow(severity, group, tuple(owners), names)


def severity_of(alert: AlertSpec) -> int | None:
    """Returns the severity of an alert; None on the activity log, where Azure has none."""
    return None if isinstance(alert, ActivityAlertSpec) else alert.severity


def severity_text(row: AlertRow) -> str:
    """Returns the severity in words."""
    return "activity log" if row.severity is None else f"severity {row.severity}"


def page_of(alert: str) -> str:
    """Returns the page with the runbook of an alert."""
    return f"docs/runbooks/{alert}.md"


def text(stack: str, plan: LandingZonePlan) -> str:
    """Returns the alerts for a terminal, "" without any."""
    lines = []
    for row in rows(plan):
        lines.append(wrapped("  ", f"{severity_text(row)}, to {row.notifies}: {', '.join(row.where)}"))
        lines.append(wrapped("    ", ", ".join(row.alerts)))
    return "\n".join([f"Alerts (runbook of each: amlz runbook {stack} ALERT)", *lines]) if lines else ""


def records(plan: LandingZonePlan) -> list[dict[str, Any]]:
    """Returns a record for each alert rule."""
    return [
        {
            "alert": alert.alert,
            "environment": owner_of(alert),
            "severity": severity_of(alert),
            "notifies": alert.action_group,
            "id": alert.id,
            "resource": resource_of(alert),
            "condition": condition(alert),
            "runbook": page_of(alert.alert),
        }
        for alert in planned_alerts(plan)
    ]
