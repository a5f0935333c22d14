"""Facts of action groups, alerts, processing rules and budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlz.azure.change_rule import ChangeRule, Kind, properties
from amlz.azure.protection import Properties, Protection, fewer, items, other, ranked, values_at
from amlz.core.billing import Body, Meter, Omitted, Quantity, at, by_use, free, text_at
from amlz.core.capability_facts import ArmType, CountedLimit, Facts, Limit, NameRule, Noun
from amlz.core.specs.operations import (
    ACTION_GROUP,
    ACTIVITY_ALERT,
    BUDGET,
    METRIC_ALERT,
    PROCESSING_RULE,
    PROMETHEUS_RULES,
    QUERY_ALERT,
    WORKBOOK,
)

_LEARN = "https://learn.microsoft.com/azure/"
#: 2025-02.
LIMITS_PAGE = _LEARN + "azure-monitor/fundamentals/service-limits"
#: 2020-06-05: 2,000 in a subscription. The page of 2026-07-21 and LIMITS_PAGE state no number.
GROUPS_PAGE = "https://github.com/MicrosoftDocs/azure-docs/blob/4410799f09ad96726880e13599832964e5baafa9/articles/azure-monitor/platform/action-groups.md"
#: 2026-08-07.
_RULE_GROUPS = _LEARN + "azure-monitor/metrics/prometheus-rule-groups"
_TERRAFORM = "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/"
#: Recorded conversations with Azure of public test suites.
_RECORDED = "https://github.com/ReaNAiveD/azure-cli/tree/d845393/src/azure-cli/azure/cli/command_modules/monitor"
#: The start of a budget: "delete and create" (2021).
_START = "https://github.com/Azure/CanadaPubSecALZ/issues/317"

#: Roles whose holders receive mail, by name: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
MAIL_ROLES: Mapping[str, str] = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Monitoring Contributor": "749f88d5-cbae-40b8-bcfc-e573ddc772fa",
    "Monitoring Reader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
}

#: Most notifications of a budget: the description of the published type.
MOST_NOTIFICATIONS = 5

#: Fields of the activity log by alert, each with the values of which one fits. Events of one operation have several
#: statuses: only its success counts. Types of Service Health events:
#: https://learn.microsoft.com/azure/service-health/service-notifications
ACTIVITIES: Mapping[str, tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "workspace_deleted": (
        "A workspace of Azure Machine Learning was deleted.",
        (
            ("category", ("Administrative",)),
            ("operationName", ("Microsoft.MachineLearningServices/workspaces/delete",)),
            ("status", ("Succeeded",)),
        ),
    ),
    "role_assigned": (
        "A role was assigned within the subscription.",
        (
            ("category", ("Administrative",)),
            ("operationName", ("Microsoft.Authorization/roleAssignments/write",)),
            ("status", ("Succeeded",)),
        ),
    ),
    "exemption_written": (
        "A policy exemption was created or changed.",
        (
            ("category", ("Administrative",)),
            ("operationName", ("Microsoft.Authorization/policyExemptions/write",)),
            ("status", ("Succeeded",)),
        ),
    ),
    "service_health": (
        "Service Health reports an incident, a security advisory or a required action.",
        (
            ("category", ("ServiceHealth",)),
            ("properties.incidentType", ("Incident", "Security", "ActionRequired")),
        ),
    ),
}

#: First steps after such an alert.
ACTIVITY_STEPS: Mapping[str, tuple[str, ...]] = {
    "workspace_deleted": (
        "Ask the caller. The portal recovers a deleted workspace for 14 days: Azure Machine Learning, Recently deleted.",
        "Its storage account, vault and registry exist still, unless they were deleted, too.",
    ),
    "role_assigned": ("Compare it with amlz roles STACK.", "Delete the assignment where nobody knows of it."),
    "exemption_written": ("Compare it with `policies.exemptions` of the stack file.", "Delete what is not in it."),
    "service_health": ("Read the event, and inform the projects that it names.", "Pause releases until it ends."),
}

_NAME = r"[A-Za-z0-9][A-Za-z0-9-]*"
_SAYS = "letters, digits and hyphens, starting with a letter or digit"

_ALERTS = (METRIC_ALERT, QUERY_ALERT, ACTIVITY_ALERT)
_MONITOR, _RULES = "Azure Monitor", ("1/Month", "1")
_SERIES = Meter(
    "alert-series", "metric series of alerts", "series", _MONITOR, "Alerts Metric Monitored", _RULES, everywhere=True
)
_LEARNED = Meter(
    "alert-learned", "series with a learned threshold", "series", _MONITOR, "Alerts Dynamic Threshold", _RULES,
    everywhere=True,
)  # fmt: skip
#: The shortest frequency of a meter, in minutes, by the frequency of a rule.
_MINUTES = {"PT1M": 1, "PT5M": 5, "PT10M": 10}


def _metric_alert(body: Body) -> Iterator[Quantity | Omitted]:
    """An alert with a dimension of any value watches as many series as there are values."""
    for criterion in at(body, "properties", "criteria", "allOf") or ():
        dimension_values = [at(dimension, "values") or () for dimension in at(criterion, "dimensions") or ()]
        series, any_value = 1, False
        for of_dimension in dimension_values:
            any_value = any_value or "*" in of_dimension
            series *= 1 if "*" in of_dimension else max(len(of_dimension), 1)
        meters = (_SERIES, _LEARNED) if text_at(criterion, "criterionType").startswith("Dynamic") else (_SERIES,)
        for meter in meters:
            yield Quantity(meter, series, None if any_value else series, "one a value of its dimensions")


def _query_alert(body: Body) -> Iterator[Quantity | Omitted]:
    minutes = _MINUTES.get(text_at(body, "properties", "evaluationFrequency"), 15)
    name = f"Alerts System Log Monitored at {minutes} Minute Frequency"
    meter = Meter(f"log-alert-{minutes}", f"log search alerts each {minutes} min", "rules", _MONITOR, name, _RULES)
    yield Quantity(meter, 1, 1, "each month that it exists")
    if any(at(criterion, "dimensions") for criterion in at(body, "properties", "criteria", "allOf") or ()):
        name = f"Alerts Resource Monitored at {minutes} Minute Frequency"
        more = Meter(
            f"log-alert-{minutes}-series", f"further series each {minutes} min", "series", _MONITOR, name, _RULES
        )
        yield by_use(more, "values of their dimensions")


def _prometheus(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("alerts on metrics of Prometheus: samples that their rules query")


def _group(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("action groups: mails and calls of webhooks above those included")


def _moved(before: Properties, after: Properties) -> tuple[str, ...] | None:
    """Returns the rules of a rule group, there before and after, that notify another action group."""
    was, now = (
        {rule.get("alert"): str(rule.get("actions")).lower() for rule in values_at(side, "rules.*")}
        for side in (before, after)
    )
    return tuple(name for name, actions in was.items() if name and now.get(name, actions) != actions) or None


FACTS = Facts(
    types=(
        # Fewer characters than https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
        # allows: those are enough for the names made here.
        ArmType(
            ACTION_GROUP, Noun("action group", "action groups"),
            kind="actionGroup", names=NameRule("ag-", 1, 260, _NAME, _SAYS, "group"),
        ),
        ArmType(
            ACTIVITY_ALERT, Noun("activity log alert", "activity log alerts"),
            kind="activityAlert", names=NameRule("ala-", 1, 260, _NAME, _SAYS, "group"),
        ),
        ArmType(
            METRIC_ALERT, Noun("metric alert", "metric alerts"),
            kind="metricAlert", names=NameRule("ma-", 1, 260, _NAME, _SAYS, "group"),
        ),
        ArmType(
            QUERY_ALERT, Noun("log search alert", "log search alerts"),
            kind="queryAlert", names=NameRule("lsa-", 1, 260, _NAME, _SAYS, "group"),
        ),
        # At most 500 groups an Azure Monitor workspace, of 20 rules each: LIMITS_PAGE. Each workspace has one here, with
        # the rules of the catalogue. The published type has no longest name: a choice.
        ArmType(
            PROMETHEUS_RULES, Noun("Prometheus rule group", "Prometheus rule groups"),
            kind="prometheusRules", names=NameRule("prg-", 1, 128, _NAME, _SAYS, "group"),
        ),
        ArmType(
            PROCESSING_RULE, Noun("alert processing rule", "alert processing rules"),
            kind="processingRule", names=NameRule("apr-", 1, 260, _NAME, _SAYS, "group"),
        ),
        ArmType(WORKBOOK, Noun("workbook", "workbooks")),
        ArmType(
            BUDGET, Noun("budget", "budgets"), kind="budget", names=NameRule("budget-", 1, 63, _NAME, _SAYS, "parent")
        ),
    ),
    limits=(
        CountedLimit(
            Limit(100, "activity log alerts", "subscription", LIMITS_PAGE), ACTIVITY_ALERT, "subscription",
            ("operations.activity",),
        ),
        CountedLimit(
            Limit(5000, "metric alerts", "subscription", LIMITS_PAGE), METRIC_ALERT, "subscription",
            ("operations.alerts", "projects"),
        ),
        CountedLimit(
            Limit(5000, "log search alerts", "subscription", LIMITS_PAGE), QUERY_ALERT, "subscription",
            ("projects.<name>.environments.<name>.slos",),
        ),
        # Of one resource: all of them here are for the central log.
        CountedLimit(
            Limit(1000, "log search alerts", "central log", LIMITS_PAGE), QUERY_ALERT, "subscription",
            ("projects.<name>.environments.<name>.slos",),
        ),
        CountedLimit(
            Limit(2000, "action groups", "subscription", GROUPS_PAGE), ACTION_GROUP, "subscription", ("operations",)
        ),
        CountedLimit(
            Limit(1000, "alert processing rules", "subscription", LIMITS_PAGE), PROCESSING_RULE, "subscription",
            ("operations.windows", "operations.routes"),
        ),
    ),
    changes={
        METRIC_ALERT: properties(
            _RECORDED, "autoMitigate", "description", "enabled", "evaluationFrequency", "severity", "windowSize"
        ),
        QUERY_ALERT: (
            ChangeRule(
                "properties.scopes", Kind.FIXED, _TERRAFORM + "monitor_scheduled_query_rules_alert_v2",
                "Terraform's provider makes another resource instead",
            ),
        ),
        PROMETHEUS_RULES: (
            ChangeRule(
                "properties.scopes", Kind.FIXED, _RULE_GROUPS,
                "the page states that the Azure Monitor workspace of a rule group cannot be changed",
            ),
        ),
        BUDGET: (
            ChangeRule(
                "properties.timePeriod.startDate", Kind.REFUSED, _START,
                "delete the budget first: a new one may start in the current month",
            ),
            ChangeRule(
                "properties.timeGrain", Kind.FIXED, _TERRAFORM + "consumption_budget_resource_group",
                "Terraform's provider makes another resource instead",
            ),
            *properties(_TERRAFORM + "consumption_budget_resource_group", "amount"),
        ),
    },
    bills={
        METRIC_ALERT: _metric_alert,
        QUERY_ALERT: _query_alert,
        PROMETHEUS_RULES: _prometheus,
        ACTION_GROUP: _group,
        **dict.fromkeys((ACTIVITY_ALERT, PROCESSING_RULE, BUDGET, WORKBOOK), free),
    },
    protections=(
        *(
            Protection(ACTION_GROUP, "alerts reach fewer receivers", fewer(items(path)))
            for path in (
                "emailReceivers.*.emailAddress", "armRoleReceivers.*.name", "webhookReceivers.*.serviceUri",
                "eventHubReceivers.*.eventHubName",
            )
        ),
        *(Protection(kind, "alerts sent elsewhere", other("actions")) for kind in _ALERTS),
        Protection(PROMETHEUS_RULES, "alerts sent elsewhere", _moved),
        Protection(PROMETHEUS_RULES, "alerts deleted", fewer(items("rules.*.alert"))),
        *(
            Protection(kind, "alerts off", ranked("enabled", "true", "false", absent="true"))
            for kind in (*_ALERTS, PROMETHEUS_RULES)
        ),
    ),
    removed=dict.fromkeys((*_ALERTS, PROMETHEUS_RULES), "alerts deleted"),
    added={PROCESSING_RULE: "alerts suppressed or sent elsewhere"},
)  # fmt: skip
