"""Decides the operation of a landing zone."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.ids import subscription_id
from amlz.capabilities.operations.budgets import plan_budgets
from amlz.capabilities.operations.check import check_operations
from amlz.capabilities.operations.config import OperationsConfig, ReceiversConfig
from amlz.capabilities.operations.defaults import summary_of_operations
from amlz.capabilities.operations.facts import ACTIVITIES, ACTIVITY_STEPS, MAIL_ROLES
from amlz.capabilities.operations.log_alerts import plan_log_alerts
from amlz.capabilities.operations.metric_alerts import plan_metric_alerts
from amlz.capabilities.operations.prometheus_alerts import plan_prometheus
from amlz.capabilities.operations.rules import plan_routes, plan_windows
from amlz.capabilities.operations.work import Work, action_group, watchers_of
from amlz.capabilities.operations.workbooks import plan_workbooks
from amlz.core.capability import Part, Planner, setting
from amlz.core.config.shared import camel
from amlz.core.planning.context import Context
from amlz.core.specs import Place, ResourceGroupSpec
from amlz.core.specs.operations import (
    ActionGroupSpec,
    ActivityAlertSpec,
    EventHubSpec,
    OperationsSpec,
    RunbookSpec,
    WebhookSpec,
)


def plan_operations(context: Context) -> Part | None:
    """Returns the operation of the landing zone; None without its key."""
    settings = setting(context.config, "operations", OperationsConfig)
    if settings is None:
        return None
    place = Place(context.landing_zone_subscription, context.group_name("operations"), context.config.location)
    context.take("resourceGroup", place.resource_group, subscription_id(place.subscription), ("operations",))
    work = Work(context, settings, place, context.tags(), watchers_of(context, place))
    budgets = plan_budgets(work)
    logged = plan_log_alerts(work)
    return Part(
        OperationsSpec(
            group=ResourceGroupSpec(place, work.tags),
            identity=logged.identity,
            roles=logged.roles,
            action_groups=_action_groups(work, with_cost=bool(budgets)),
            activity_alerts=_activity_alerts(work),
            metric_alerts=plan_metric_alerts(work),
            query_alerts=logged.alerts,
            prometheus_rules=tuple(plan_prometheus(work)),
            processing_rules=(*plan_windows(work), *plan_routes(work)),
            budgets=budgets,
            slos=logged.slos,
            workbooks=plan_workbooks(work),
        )
    )


def _action_groups(work: Work, with_cost: bool) -> tuple[ActionGroupSpec, ...]:
    """Returns the groups that do not exist. Budgets have a separate one, whose receivers are those of tickets: in 2020
    Azure refused the common schema for budgets, and no newer page states that it takes it.
    """
    asked = {"page": work.asked.page, "ticket": work.asked.ticket}
    if with_cost:
        asked["cost"] = work.asked.ticket
    return tuple(_action_group(work, key, receivers) for key, receivers in asked.items() if receivers.existing is None)


def _action_group(work: Work, key: str, receivers: ReceiversConfig) -> ActionGroupSpec:
    tenant = work.context.config.tenant_id
    return ActionGroupSpec(
        key=key,
        name=work.name("actionGroup", key),
        short_name=f"{key}-{work.context.config.business_unit}"[:12].rstrip("-"),
        place=work.place,
        emails=receivers.emails,
        roles=tuple((role, MAIL_ROLES[role]) for role in receivers.roles),
        event_hubs=tuple(
            EventHubSpec(name, hub.subscription, hub.namespace, hub.hub) for name, hub in receivers.event_hubs.items()
        ),
        webhooks=tuple(
            WebhookSpec(name, hook.url, hook.application, hook.identifier_uri)
            for name, hook in receivers.webhooks.items()
        ),
        common_schema=key != "cost",
        tenant=tenant,
        tags=work.tags,
    )


def _activity_alerts(work: Work) -> tuple[ActivityAlertSpec, ...]:
    """Returns the alerts on the activity log of each subscription that the landing zone builds in: an alert and its
    scope are in one subscription. Those of the hub and of spokes are in their resource groups.
    """
    places, context = dict(work.watchers.values()), work.context
    subscriptions = {place.subscription for place in places.values()}
    if context.config.hub.elsewhere is None and context.hub_subscription not in subscriptions:
        places["hub"] = context.hub_place
    alerts = []
    for label, place in places.items():
        for activity, (description, conditions) in ACTIVITIES.items():
            target = getattr(work.asked.activity, activity)
            if target == "off" or (label == "hub" and activity == "workspace_deleted"):
                continue
            words = (*((label,) if label else ()), activity.replace("_", "-"))
            path = ("operations", "activity", camel(activity))
            alerts.append(
                ActivityAlertSpec(
                    key="-".join(words),
                    name=context.take("activityAlert", work.namer.name("activityAlert", *words), place.group_id, path),
                    alert=activity.replace("_", "-"),
                    place=place,
                    conditions=conditions,
                    action_group=action_group(work, target),
                    description=description,
                    runbook=_runbook(activity, place.subscription),
                    tags=context.hub_tags if label == "hub" else work.tags,
                )
            )
    return tuple(alerts)


def _runbook(activity: str, subscription: str) -> RunbookSpec:
    """Returns the first steps: who did it, then what to do."""
    _, conditions = ACTIVITIES[activity]
    operation = dict(conditions).get("operationName")
    if operation is None:
        url = f"/subscriptions/{subscription}/providers/Microsoft.ResourceHealth/events?api-version=2022-10-01"
        issues = f"az rest --method get --url '{url}'"
        return RunbookSpec((issues,), ACTIVITY_STEPS[activity])
    log = (
        f"az monitor activity-log list --subscription {subscription} --offset 1d --max-events 1000 --query "
        f"\"[?operationName.value=='{operation[0]}'].{{caller: caller, time: eventTimestamp, id: resourceId}}\""
    )
    return RunbookSpec((log,), ACTIVITY_STEPS[activity])


def _outside(context: Context) -> Iterator[str]:
    """Returns the ids of action groups that exist already."""
    settings = setting(context.config, "operations", OperationsConfig)
    for receivers in (settings.page, settings.ticket) if settings is not None else ():
        if receivers.existing is not None:
            yield receivers.existing


PLANNER = Planner(check=check_operations, outside=_outside, landing_zone=plan_operations, summary=summary_of_operations)
