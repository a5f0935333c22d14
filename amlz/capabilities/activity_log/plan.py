"""Decides the export of activity logs."""

from __future__ import annotations

from amlz.azure.ids import subscription_id
from amlz.capabilities.activity_log.facts import CATEGORIES
from amlz.core.capability import Part, Planner, setting
from amlz.core.planning.context import Context
from amlz.core.specs import DiagnosticsSpec


def plan_activity_log(context: Context) -> Part | None:
    """Returns a setting for each subscription that this stack builds in; None where it exports no activity log.

    The name has the business unit and the region: a subscription can have settings of several stacks.
    """
    subscriptions = _subscriptions(context)
    if not subscriptions or not _exported(context):
        return None
    default = f"activity-log-{context.config.business_unit}-{context.config.location}"
    name = context.namer().called("diagnosticSetting", default, "activity-log")
    settings = (
        DiagnosticsSpec(
            target=subscription_id(subscription),
            log_analytics=context.log_analytics,
            logs=True,
            metrics=False,
            name=name,
            categories=CATEGORIES,
        )
        for subscription in subscriptions
    )
    return Part(tuple(settings))


def _exported(context: Context) -> bool:
    """Returns the choice of the stack file; by default true where a stack of this program builds the central log."""
    choice = setting(context.config, "activity_log", bool)
    if choice is not None:
        return choice
    hub = context.config.hub
    return hub.existing is None and hub.virtual_wan is None and hub.log_analytics.existing is None


def _subscriptions(context: Context) -> tuple[str, ...]:
    """Returns the subscriptions of the landing zone, and of a hub that is built here. The stack of another hub exports
    the activity log of the hub's subscription.
    """
    hub, ours = context.hub_subscription, context.landing_zone_subscriptions
    if context.config.hub.elsewhere is None:
        return tuple(dict.fromkeys((*ours, hub)))
    return tuple(one for one in ours if context.config.hub.stack is None or one != hub)


PLANNER = Planner(landing_zone=plan_activity_log)
