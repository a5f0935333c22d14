"""Problems of the keys of operation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from amlz.capabilities.operations.catalogue import CATALOGUE, AlertName
from amlz.capabilities.operations.config import (
    Alerts,
    BudgetConfig,
    OperationsConfig,
    ReceiversConfig,
    WindowConfig,
    alerts_of,
)
from amlz.capabilities.operations.facts import MOST_NOTIFICATIONS
from amlz.capabilities.operations.log_catalogue import LOG_CATALOGUE
from amlz.capabilities.operations.slo_config import Slos, check_slos, slos_of
from amlz.core.addresses import environments
from amlz.core.capability import setting
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import PUBLIC, title
from amlz.core.planning.references import repeated
from amlz.core.problems import Path, Problem


def check_operations(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns contradictions, unknown environments, and values that Azure refuses."""
    settings = setting(config, "operations", OperationsConfig)
    for project, name, environment in environments(config):
        budget = setting(environment, "budget", BudgetConfig)
        path: Path = ("projects", project, "environments", name, "budget")
        if budget is not None and settings is None:
            yield Problem(
                path,
                "A budget notifies the receivers of `operations`, and the stack file has none.",
                "Add `operations` with `page` and `ticket`, or remove the budget.",
            )
        elif budget is not None:
            yield from _budget(budget, path)
        alerts: Path = ("projects", project, "environments", name, "alerts")
        if alerts_of(environment) and settings is None:
            yield Problem(
                alerts,
                "Alerts notify the receivers of `operations`, and the stack file has none.",
                "Add `operations` with `page` and `ticket`, or remove the alerts.",
            )
        yield from _alerts(alerts_of(environment), alerts)
        yield from _slos(
            slos_of(environment) or {}, ("projects", project, "environments", name, "slos"), settings is not None
        )
        for alert in alerts_of(environment):
            if alert in LOG_CATALOGUE:
                yield Problem(
                    (*alerts, alert),
                    "It is one alert for all environments.",
                    "Move it to `operations.alerts`.",
                )
            elif alert in CATALOGUE and CATALOGUE[cast(AlertName, alert)].on == "firewall":
                yield Problem(
                    (*alerts, alert),
                    "No environment has a firewall: the hub has it.",
                    "Move it to `operations.alerts`.",
                )
    if settings is None:
        return
    if config.cloud != PUBLIC:
        yield Problem(
            ("operations",),
            f"It is built from pages on the public cloud. None of them lists its features for {title(config.cloud)}.",
            "Remove it, and create alerts in another way.",
        )
    for target in ("page", "ticket"):
        yield from _receivers(getattr(settings, target), ("operations", target))
    yield from _alerts(settings.alerts, ("operations", "alerts"))
    for name, asked_budget in settings.budgets.items():
        yield from _budget(asked_budget, ("operations", "budgets", name))
    yield from repeated(("operations", "workbooks"), settings.workbooks)
    for name, window in settings.windows.items():
        yield from _window(window, ("operations", "windows", name))
        yield from _known(config, window.environments, ("operations", "windows", name, "environments"))
    for name, route in settings.routes.items():
        yield from _known(config, route.environments, ("operations", "routes", name, "environments"))


def _slos(slos: Slos, path: Path, receivers: bool) -> Iterator[Problem]:
    if slos and not receivers:
        yield Problem(
            path,
            "Objectives notify the receivers of `operations`, and the stack file has none.",
            "Add `operations` with `page` and `ticket`, or remove the objectives.",
        )
    yield from check_slos(slos, path)


def _receivers(receivers: ReceiversConfig, path: Path) -> Iterator[Problem]:
    others = (receivers.emails, receivers.roles, receivers.event_hubs, receivers.webhooks)
    if receivers.existing is None and not any(others):
        yield Problem(
            path, "It has no receiver: its alerts would notify nobody.",
            "Add `emails`, `roles`, `eventHubs` or `webhooks`, or the id of an action group as `existing`.",
        )  # fmt: skip
    if receivers.existing is not None and any(others):
        yield Problem(
            (*path, "existing"), "It names an action group that exists, whose owner decides its receivers.",
            "Remove either `existing` or the receivers.",
        )  # fmt: skip
    yield from repeated((*path, "emails"), receivers.emails)
    yield from repeated((*path, "roles"), receivers.roles)


def _alerts(alerts: Alerts, path: Path) -> Iterator[Problem]:
    for alert, settings in alerts.items():
        row = CATALOGUE.get(cast(AlertName, alert))
        if settings.threshold is not None and row is not None and row.threshold is None:
            yield Problem(
                (*path, alert, "threshold"),
                "Azure learns the threshold of this alert from its metric.",
                "Remove it. Set `enabled: false` to build no such alert.",
            )


def _budget(budget: BudgetConfig, path: Path) -> Iterator[Problem]:
    yield from repeated((*path, "actual"), budget.actual)
    yield from repeated((*path, "forecast"), budget.forecast)
    count = len(budget.actual) + len(budget.forecast)
    if not 0 < count <= MOST_NOTIFICATIONS:
        yield Problem(
            path,
            f"`actual` and `forecast` have {count} percents in all; Azure takes 1 to {MOST_NOTIFICATIONS} "
            "notifications a budget.",
            "Remove some of them." if count else "Add one to `actual` or to `forecast`.",
        )


def _window(window: WindowConfig, path: Path) -> Iterator[Problem]:
    first, last = _moment(window.starts), _moment(window.ends)
    for key, text, moment in (("starts", window.starts, first), ("ends", window.ends, last)):
        if moment is None:
            yield Problem((*path, key), f"{text!r} is no date and time.", "Write it as 2027-01-09T20:00:00.")
    if first is not None and last is not None and last <= first:
        yield Problem((*path, "ends"), f"It is not after `starts`, {window.starts}.", "Choose a later moment.")
    for key in ("start_time", "end_time"):
        text = getattr(window, key)
        if text is not None and _moment(f"2027-01-01T{text}") is None:
            yield Problem((*path, _camel(key)), f"{text!r} is no time of day.", "Write it as 22:00:00.")
    if (window.start_time is None) != (window.end_time is None):
        there, missing = ("endTime", "startTime") if window.start_time is None else ("startTime", "endTime")
        yield Problem((*path, there), f"It needs {missing} too.", f"Add {missing}, or remove {there}.")
    if window.days and window.start_time is None:
        yield Problem((*path, "days"), "Days need a time.", "Add `startTime` and `endTime`, or remove the days.")
    yield from repeated((*path, "days"), window.days)


def _camel(key: str) -> str:
    return {"start_time": "startTime", "end_time": "endTime"}[key]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _known(config: LandingZoneConfig, names: tuple[str, ...], path: Path) -> Iterator[Problem]:
    yield from repeated(path, names)
    known = {f"{project}/{name}" for project, name, _ in environments(config)}
    for index, name in enumerate(names):
        if name not in known:
            yield Problem(
                (*path, index), f"There is no environment {name!r} in the stack file.",
                f"Name one of: {', '.join(sorted(known))}." if known else "Remove it.",
            )  # fmt: skip
