"""The activity log of subscriptions: which stack sends it, and where to."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.capabilities.activity_log.facts import CATEGORIES
from tests.conftest import previewed
from tests.core.stacks import HUB, at, planned, stack

LOG = f"/subscriptions/{HUB}/resourceGroups/rg-m/providers/Microsoft.OperationalInsights/workspaces/log-central"


def exported(**settings: Any) -> list[tuple[str, str]]:
    """Subscriptions whose activity log is sent, and the name of the log."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24")}, **settings))
    parts = [one.part.spec for one in plan.capabilities if one.capability == "activity_log"]
    return [(one.target.split("/")[2], one.log_analytics.rsplit("/", 1)[-1]) for part in parts for one in part]


def test_the_activity_log_of_every_subscription_goes_to_the_central_log_that_is_built() -> None:
    """The setting of each of two subscriptions, in full."""
    graph = previewed("prod").graph
    (log,) = graph.of_type("Microsoft.OperationalInsights/workspaces")
    settings = {one.id: one.properties for one in graph.of_type("Microsoft.Insights/diagnosticSettings")}
    of_subscriptions = {id_: body for id_, body in settings.items() if id_.count("/providers/") == 1}
    logs = [{"category": category, "enabled": True} for category in CATEGORIES]
    name = "activity-log-retail-northeurope"
    subscriptions = {resource.id.split("/")[2] for resource in graph if resource.id.startswith("/subscriptions/")}

    assert len(subscriptions) == 2
    assert of_subscriptions == {
        f"/subscriptions/{subscription}/providers/Microsoft.Insights/diagnosticSettings/{name}": {
            "logs": logs,
            "metrics": [],
            "workspaceId": log.id,
        }
        for subscription in subscriptions
    }


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"activityLog": False}, []),
        ({"hub": {"addressSpace": "10.0.0.0/24", "logAnalytics": {"existing": LOG}}}, []),
    ],
)
def test_no_setting_is_made_where_another_may_send_to_the_same_log(settings: Any, expected: Any) -> None:
    """Azure refuses a second setting with the same category and log."""
    assert exported(**settings) == expected


def test_the_activity_log_can_be_sent_to_a_log_that_exists() -> None:
    """By the key of the stack file."""
    hub = {"addressSpace": "10.0.0.0/24", "logAnalytics": {"existing": LOG}}

    assert [log for _, log in exported(hub=hub, activityLog=True)] == ["log-central"]
