"""Readiness of an environment: checklists that its plan answers, and the questions that only people or Azure answer."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from amlz.azure.ids import parse
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import KeyVaultSpec, ProjectEnvironmentSpec, records
from amlz.core.specs.operations import (
    ActionGroupSpec,
    BudgetSpec,
    MetricAlertSpec,
    PrometheusAlertSpec,
    QueryAlertSpec,
    SloSpec,
)
from amlz.dataclass import dataclass


class ReadyAnswer(StrEnum):
    """The answer to a question."""

    YES = "yes"
    NO = "no"
    UNSEEN = "not seen"
    """It cannot be seen offline."""


@dataclass(frozen=True, slots=True)
class ReadyItem:
    """A question of a checklist. `why`: what the answer rests on. `then`: what to do, or where to look."""

    topic: str
    question: str
    answer: ReadyAnswer
    why: str
    then: str


def readiness(stack: str, plan: LandingZonePlan, environment: ProjectEnvironmentSpec) -> tuple[ReadyItem, ...]:
    """Returns the checklist of an environment: for production, the longer one."""
    parts = [part.part.spec for part in plan.capabilities]
    items = [*_seen(environment), *_alerts(parts, environment), *_money(stack, parts, environment)]
    if environment.production:
        items += [*_production(parts, environment)]
    return (*items, *_people(stack, environment))


def _seen(environment: ProjectEnvironmentSpec) -> Iterator[ReadyItem]:
    yield _item(
        "monitored", "Does the workspace send its logs to the central log?", environment.workspace.diagnostics.logs,
        f"diagnostics to {parse(environment.workspace.diagnostics.log_analytics).name}",
        "No action needed: every workspace does.",
    )  # fmt: skip
    yield ReadyItem(
        "monitored", "Do online endpoints send their logs?", ReadyAnswer.UNSEEN,
        "teams create endpoints, and each needs a diagnostic setting",
        "az monitor diagnostic-settings list --resource ENDPOINT_ID",
    )  # fmt: skip


def _alerts(parts: list[object], environment: ProjectEnvironmentSpec) -> Iterator[ReadyItem]:
    owner = str(environment.owner)
    groups = [group for part in parts for group in records(part, ActionGroupSpec)]
    count = sum(alert.owner == owner for part in parts for alert in records(part, MetricAlertSpec))
    queries = sum(alert.owner in (owner, "shared") for part in parts for alert in records(part, QueryAlertSpec))
    rules = sum(alert.owner == owner for part in parts for alert in records(part, PrometheusAlertSpec))
    of_cluster = f", {rules} alerts on its cluster" if rules else ""
    yield _item(
        "alerting", "Does an alert notify anyone?", bool(groups) or count > 0,
        f"{len(groups)} action groups are built here", "Set `operations.page` and `operations.ticket`.",
    )  # fmt: skip
    yield _item(
        "alerting", "Has the environment alerts?", count > 0,
        f"{count} metric alerts, {queries} log search alerts{of_cluster}",
        "Set `operations`; outside of production, enable alerts in `alerts` of the environment.",
    )  # fmt: skip
    yield ReadyItem(
        "alerting", "Does a test notification arrive?", ReadyAnswer.UNSEEN, "receivers are outside of Azure",
        "az monitor action-group test-notifications create --help",
    )  # fmt: skip


def _money(stack: str, parts: list[object], environment: ProjectEnvironmentSpec) -> Iterator[ReadyItem]:
    group = environment.group.place.group_id
    budgets = [budget for part in parts for budget in records(part, BudgetSpec)]
    own = [budget for budget in budgets if budget.scope == group]
    yield _item(
        "budget", "Has its resource group a budget?", bool(own),
        f"{own[0].amount:,} {own[0].grain.lower()}" if own else "none for this resource group",
        "Set `budget` of the environment.",
    )  # fmt: skip
    most = sum(cluster.max_nodes for cluster in environment.computes.clusters)
    idle = [cluster.name for cluster in environment.computes.clusters if cluster.min_nodes]
    yield _item(
        "budget", "Do clusters scale to zero?", not idle, f"always on: {', '.join(idle)}" if idle else "fewest nodes 0",
        "Set minNodes to 0.",
    )  # fmt: skip
    yield ReadyItem(
        "quota", "Is there quota for every node?", ReadyAnswer.UNSEEN, f"{most} nodes at most; Azure alone knows quota",
        f"amlz quota {stack} --commands compares with Azure",
    )  # fmt: skip


def _production(parts: list[object], environment: ProjectEnvironmentSpec) -> Iterator[ReadyItem]:
    slos = [slo for part in parts for slo in records(part, SloSpec) if slo.owner == str(environment.owner)]
    measured = [slo.key for slo in slos if slo.why_not is None]
    yield _item(
        "objectives", "Is there an objective with alerts?", bool(measured),
        ", ".join(measured) if measured else f"{len(slos)} objectives, none measured", "Set `slos` of the environment.",
    )  # fmt: skip
    storage, vault = environment.storage, environment.key_vault
    yield _item(
        "backup", "Can deleted data be restored?", storage.soft_delete_days > 0,
        f"soft delete of {storage.soft_delete_days} days, versions {'kept' if storage.versioning else 'not kept'}, "
        f"points in time of {storage.restore_days or 0} days; it is no backup elsewhere",
        "Set `storage.softDeleteDays` of the environment.",
    )  # fmt: skip
    parts_here = {"storage": storage.lock} | ({"vault": vault.lock} if isinstance(vault, KeyVaultSpec) else {})
    missing = [name for name, lock in parts_here.items() if lock is None]
    yield _item(
        "backup", "Are data and secrets locked against deletion?", not missing,
        f"no lock on {', '.join(missing)}" if missing else f"locks on {', '.join(parts_here)}",
        "Set `production` of the environment: it locks them.",
    )  # fmt: skip
    yield _item(
        "exposure", "Is the workspace private?", not environment.workspace.public_network_access,
        "public network access is disabled" if not environment.workspace.public_network_access else "it is enabled",
        "Remove `security.publicNetworkAccess` of the environment.",
    )  # fmt: skip


def _people(stack: str, environment: ProjectEnvironmentSpec) -> Iterator[ReadyItem]:
    owner = str(environment.owner)
    questions = (
        ("access", "Were roles and members of groups reviewed?", "members are in Entra ID", f"amlz roles {stack}"),
        ("rollback", "Was the traffic of an endpoint sent back once?", "deployments are of teams",
         "az ml online-endpoint update --name ENDPOINT --traffic EARLIER=100"),
        ("rollback", "Can the landing zone itself go back?", "the earlier revision is in git",
         f"amlz preview {stack} --against EARLIER"),
        ("runbooks", "Did the people on call read the runbooks?", "reading cannot be seen", f"amlz runbook {stack}"),
        ("game day", "Was a failure rehearsed?", "a rehearsal leaves no trace here", f"amlz rehearse {stack}"),
    )  # fmt: skip
    for topic, question, why, then in questions:
        yield ReadyItem(topic, question, ReadyAnswer.UNSEEN, f"{why} ({owner})", then)


def _item(topic: str, question: str, yes: bool, why: str, then: str) -> ReadyItem:
    return ReadyItem(topic, question, ReadyAnswer.YES if yes else ReadyAnswer.NO, why, then)
