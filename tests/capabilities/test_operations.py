"""Operation: receivers, alerts on the activity log, the daily cap, windows, routes and budgets."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pulumi_azure_native import monitor

from amlz.azure.changes import changes
from amlz.azure.graph import ResourceGraph
from amlz.capabilities.operations.facts import ACTIVITIES
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError
from amlz.core.specs.operations import BUDGET, OperationsSpec
from amlz.reports.formats import as_arm
from amlz.stackfile.load import from_object
from tests.conftest import ROOT
from tests.core.stacks import HUB, LANDING_ZONE, at, messages_of, planned, stack
from tests.reports.test_arm_witness import witness
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "operate" / "Pulumi.operate.yaml"
GROUPS = f"/subscriptions/{LANDING_ZONE}/resourceGroups"
OPERATIONS = f"{GROUPS}/rg-retail-operations-westeurope/providers/Microsoft.Insights"
EXISTING = f"{GROUPS}/rg-central/providers/Microsoft.Insights/actionGroups/ag-central"
BUDGET_OF = {"amount": 500, "start": "2027-01-01"}


def operated(environment: dict[str, Any] | None = None, /, **settings: Any) -> dict[str, Any]:
    """A stack of one production environment with receivers."""
    receivers = {"page": {"emails": ["page@contoso.com"]}, "ticket": {"emails": ["ticket@contoso.com"]}}
    return stack({"churn/prod": at("10.1.0.0/24", **(environment or {}))}, operations=receivers | settings)


def operation(plan: LandingZonePlan) -> OperationsSpec:
    """The operation of a plan."""
    (spec,) = [part.part.spec for part in plan.capabilities if isinstance(part.part.spec, OperationsSpec)]
    return spec


def bodies(kind: str) -> dict[str, Any]:
    """Properties by name of the example's resources of a type."""
    return {resource.name: resource.body["properties"] for resource in graph().of_type(kind)}


def graph() -> ResourceGraph:
    """The example."""
    return case(EXAMPLE).graph


def test_every_body_of_the_example_is_what_arm_publishes(tmp_path: Path) -> None:
    """No problem and no unknown type. Workbooks are in no other stack that is shipped."""
    bodies = as_arm.render(case(EXAMPLE))

    code, last = witness(bodies, tmp_path)

    assert (code, last.rsplit(", ", 1)[0]) == (0, f"{len(json.loads(bodies))} bodies, 0 problems, 0 of unknown type")
    assert {body["type"] for body in json.loads(bodies)} >= {
        "Microsoft.AlertsManagement/actionRules", "Microsoft.Consumption/budgets", "Microsoft.Insights/actionGroups",
        "Microsoft.Insights/activityLogAlerts", "Microsoft.Insights/metricAlerts",
        "Microsoft.Insights/scheduledQueryRules", "Microsoft.Insights/workbooks",
    }  # fmt: skip


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """It is off by default."""
    assert [part.capability for part in planned(stack()).capabilities if part.capability == "operations"] == []


def test_receivers_alone_get_alerts_on_the_activity_log() -> None:
    """A deleted workspace and Service Health page; roles and exemptions are tickets. No budget, so no third one."""
    spec = operation(planned(operated()))

    assert [(group.key, group.name, group.common_schema) for group in spec.action_groups] == [
        ("page", "ag-retail-page", True),
        ("ticket", "ag-retail-ticket", True),
    ]
    assert {alert.key: alert.action_group.rsplit("-", 1)[-1] for alert in spec.activity_alerts} == {
        "workspace-deleted": "page",
        "role-assigned": "ticket",
        "exemption-written": "ticket",
        "service-health": "page",
    }
    assert [alert.key for alert in spec.query_alerts if alert.owner == "shared"] == [
        "jobs-failing", "queue-wait", "crash-loop", "egress-denied",
    ]  # fmt: skip
    assert (spec.processing_rules, spec.budgets) == ((), ())


def test_without_production_no_alert_queries_the_log() -> None:
    """Then there is no identity for them either."""
    spec = operation(planned(operated() | {"projects": {"churn": {"environments": {"dev": at("10.1.0.0/24")}}}}))

    assert (spec.query_alerts, spec.identity, spec.roles) == ((), None, ())


def test_an_alert_that_is_off_is_not_built() -> None:
    """All four can be."""
    off = dict.fromkeys(("workspaceDeleted", "roleAssigned", "exemptionWritten", "serviceHealth"), "off")

    assert operation(planned(operated(activity=off))).activity_alerts == ()
    assert len(off) == len(ACTIVITIES)


def test_an_existing_action_group_is_used_and_none_is_built() -> None:
    """Its owner decides its receivers, which may need secrets."""
    spec = operation(planned(operated(page={"existing": EXISTING}, budgets={"all": BUDGET_OF})))

    assert [group.key for group in spec.action_groups] == ["ticket", "cost"]
    assert {alert.action_group for alert in spec.activity_alerts} == {
        EXISTING,
        f"{OPERATIONS}/actionGroups/ag-retail-ticket",
    }


def test_a_hub_in_another_subscription_has_its_own_alerts() -> None:
    """An alert and its scope are in one subscription. No workspace is in that of the hub."""
    spec = operation(planned(operated() | {"subscriptions": {"landingZone": LANDING_ZONE, "hub": HUB}}))

    assert [alert.key for alert in spec.activity_alerts if alert.place.subscription == HUB] == [
        "hub-role-assigned",
        "hub-exemption-written",
        "hub-service-health",
    ]


def test_the_daily_cap_has_an_alert_that_queries_with_an_identity() -> None:
    """Collection stops at the cap. Without an identity a rule would keep the rights of its last editor (trap 20)."""
    stack_file = operated() | {"hub": {"addressSpace": "10.0.0.0/24", "logAnalytics": {"dailyCapGb": 5}}}
    spec = operation(planned(stack_file))

    alert = spec.query_alerts[0]
    assert spec.identity is not None
    assert (alert.identity, alert.frequency, alert.window, alert.measure) == (spec.identity.id, "PT5M", "PT15M", None)
    assert [(role.role, role.scope) for role in spec.roles] == [("Log Analytics Reader", alert.log)]


def test_an_alert_on_a_query_resolves_by_itself_and_mutes_nothing() -> None:
    """Azure refuses both together (trap 7). Its operator is no word of `ConditionOperator` (trap 1)."""
    for alert in bodies("Microsoft.Insights/scheduledQueryRules").values():
        assert alert["autoMitigate"] is True
        assert "muteActionsDuration" not in alert
        assert alert["criteria"]["allOf"][0]["operator"] == "GreaterThan"
    assert "GreaterThan" not in {operator.value for operator in monitor.ConditionOperator}


def test_no_receiver_holds_a_secret() -> None:
    """Webhooks sign in by Entra ID; nothing has a query or a key."""
    groups = bodies("Microsoft.Insights/actionGroups")

    assert sorted(groups) == ["ag-retail-cost", "ag-retail-page", "ag-retail-ticket"]
    assert {key for group in groups.values() for key, value in group.items() if value} == {
        "armRoleReceivers", "emailReceivers", "enabled", "eventHubReceivers", "groupShortName", "webhookReceivers",
    }  # fmt: skip
    (hook,) = groups["ag-retail-page"]["webhookReceivers"]
    assert (hook["useAadAuth"], hook["serviceUri"]) == (True, "https://pager.contoso.com/azure")


def test_budgets_notify_a_group_without_the_common_schema() -> None:
    """Azure refused that schema for budgets (trap 22)."""
    cost = bodies("Microsoft.Insights/actionGroups")["ag-retail-cost"]
    notified = {
        group
        for budget in bodies(BUDGET).values()
        for notification in budget["notifications"].values()
        for group in notification["contactGroups"]
    }

    assert {receiver["useCommonAlertSchema"] for receiver in cost["emailReceivers"]} == {False}
    assert notified == {f"{OPERATIONS}/actionGroups/ag-retail-cost"}


def test_budgets_are_for_a_subscription_a_tag_and_a_resource_group() -> None:
    """Each with its percents, of actual and of forecast cost."""
    spec = {
        r.name: (r.id.split("/providers/Microsoft.Consumption")[0], r.body["properties"])
        for r in graph().of_type(BUDGET)
    }
    subscription = f"/subscriptions/{LANDING_ZONE}"

    usual = ["actual-100", "actual-50", "actual-80", "forecasted-100", "forecasted-120"]
    assert {
        name: (scope, budget["amount"], budget["timeGrain"], sorted(budget["notifications"]))
        for name, (scope, budget) in spec.items()
    } == {
        "budget-retail-all": (subscription, 20000, "Monthly", usual),
        "budget-retail-research": (subscription, 3000, "Quarterly", ["actual-100", "actual-80", "forecasted-110"]),
        "budget-retail-churn-dev": (f"{GROUPS}/rg-retail-churn-dev-westeurope", 500, "Monthly", usual),
        "budget-retail-churn-prod": (
            f"{GROUPS}/rg-retail-churn-prod-westeurope",
            4000,
            "Monthly",
            ["actual-100", "actual-80", "forecasted-100"],
        ),
    }
    assert spec["budget-retail-research"][1]["filter"] == {
        "tags": {"name": "costCentre", "operator": "In", "values": ["4711", "4712"]}
    }


def test_the_start_of_a_budget_is_that_of_the_stack_file() -> None:
    """Not today's: the next month's `up` would change it, which Azure refuses (trap 3)."""
    starts = {budget["timePeriod"]["startDate"] for budget in bodies(BUDGET).values()}

    assert starts == {"2027-01-01T00:00:00Z"}


def test_a_changed_start_of_a_budget_is_refused_by_azure() -> None:
    """The difference reports it before the deployment."""
    before = {"id": "x", "properties": {"amount": 1, "timePeriod": {"startDate": "2027-01-01T00:00:00Z"}}}
    after = deepcopy(before)
    after["properties"] = {"amount": 2, "timePeriod": {"startDate": "2027-02-01T00:00:00Z"}}

    assert {change.row.path: change.kind.value for change in changes(BUDGET, before, after)} == {
        "properties.amount": "updates",
        "properties.timePeriod.startDate": "refused",
    }


def test_windows_remove_groups_and_routes_add_one() -> None:
    """In the subscription of the alerts, since a rule applies to no other (trap 19)."""
    rules = {r.name: r for r in graph().of_type("Microsoft.AlertsManagement/actionRules")}
    window, route = rules["apr-retail-window-weekly-release"], rules["apr-retail-route-project-alerts"]
    production = [f"{GROUPS}/rg-retail-churn-prod-westeurope"]

    assert window.body["properties"]["actions"] == [{"actionType": "RemoveAllActionGroups"}]
    assert window.body["properties"]["schedule"] == {
        "effectiveFrom": "2027-01-01T00:00:00",
        "effectiveUntil": "2027-12-31T23:59:59",
        "timeZone": "W. Europe Standard Time",
        "recurrences": [
            {
                "recurrenceType": "Weekly",
                "daysOfWeek": ["Tuesday", "Thursday"],
                "startTime": "20:00:00",
                "endTime": "22:00:00",
            }
        ],
    }
    assert route.body["properties"]["conditions"] == [
        {"field": "Severity", "operator": "Equals", "values": ["Sev0", "Sev1"]}
    ]
    for rule in (window, route):
        assert rule.body["properties"]["scopes"] == production
        assert rule.subscription == LANDING_ZONE


WINDOW = {"starts": "2027-01-01T00:00:00", "ends": "2027-01-02T00:00:00"}
WRONG = {
    "no receiver": (operated(page={}), "operations.page\n  It has no receiver"),
    "existing and receivers": (
        operated(page={"existing": EXISTING, "emails": ["a@b.example"]}), "operations.page.existing\n  It names an"
    ),
    "a budget without receivers": (
        stack({"churn/prod": at("10.1.0.0/24", budget=BUDGET_OF)}), "projects.churn.environments.prod.budget\n"
    ),
    "six notifications": (
        operated({"budget": BUDGET_OF | {"actual": [10, 20, 30, 40], "forecast": [90, 100]}}),
        "projects.churn.environments.prod.budget\n  `actual` and `forecast` have 6 percents",
    ),
    "no notification": (
        operated(budgets={"all": BUDGET_OF | {"actual": [], "forecast": []}}), "operations.budgets.all\n  `actual` and"
    ),
    "a window that ends before": (
        operated(windows={"w": WINDOW | {"ends": "2026-01-01T00:00:00"}}), "operations.windows.w.ends\n  It is not"
    ),
    "a moment that is none": (
        operated(windows={"w": WINDOW | {"starts": "2027-13-01T00:00:00"}}), "operations.windows.w.starts\n"
    ),
    "a time without its end": (
        operated(windows={"w": WINDOW | {"startTime": "20:00:00"}}), "operations.windows.w.startTime\n  It needs"
    ),
    "days without a time": (operated(windows={"w": WINDOW | {"days": ["Monday"]}}), "operations.windows.w.days\n"),
    "an unknown environment": (
        operated(routes={"r": {"severities": [0], "to": "page", "environments": ["churn/dev"]}}),
        "operations.routes.r.environments[0]\n  There is no environment 'churn/dev'",
    ),
    "another cloud": (
        operated() | {"cloud": "usGovernment", "location": "usgovvirginia"}, "operations\n  It is built from pages on"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("stack_file", "begins"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_reported_at_its_key(stack_file: dict[str, Any], begins: str) -> None:
    """Azure would refuse it, or nobody would be notified."""
    (problem,) = messages_of(stack_file)

    assert problem.startswith(begins)


@pytest.mark.parametrize(
    ("start", "why", "remedy"),
    [
        ("2027-01-15", "is not the first day of a month.", 'Write "2027-01-01".'),
        ("20270115", "is not written as YYYY-MM-DD.", 'Write "2027-01-01".'),
        ("2017-05-01", "is before 2017-06-01, the earliest start that Azure takes.", 'For example "2027-01-01".'),
        ("January", "is not the first day of a month, as YYYY-MM-DD.", 'For example "2027-01-01".'),
    ],
)
def test_a_budget_starts_with_a_month(start: str, why: str, remedy: str) -> None:
    """Azure takes no other day; the remedy has a value that can be copied."""
    (problem,) = messages_of(operated({"budget": {"amount": 1, "start": start}}))

    assert problem.split("\n  ", 1)[1] == f"{start!r} {why}\n  {remedy}"


@pytest.mark.parametrize(
    "url", ["https://hooks.example/?code=abc", "http://hooks.example", "https://user:word@hooks.example/x"]
)
def test_an_address_that_could_hold_a_secret_is_refused(url: str) -> None:
    """A query or a user name may be one."""
    hook = {"url": url, "application": "55555555-1111-4222-8333-444455556666", "identifierUri": "api://x"}

    with pytest.raises(LandingZoneError, match=r"operations\.page\.webhooks\.pager\.url"):
        from_object(operated(page={"webhooks": {"pager": hook}}))


def test_a_misspelt_alert_is_one_mistake_at_its_key() -> None:
    """With the names of metric and log search alerts together."""
    with pytest.raises(LandingZoneError) as mistake:
        from_object(operated(alerts={"quota-usd": {"threshold": 80}}))

    message = str(mistake.value)
    assert message.count("'quota-usd' is not known here.") == 1
    assert "operations.alerts.quota-usd\n" in message
    assert "firewall-snat, jobs-failing," in " ".join(message.split())
