"""Specs of operation: action groups, alerts, processing rules and budgets. Reports read them too."""

from __future__ import annotations

from amlz.azure.ids import extension_id
from amlz.core.specs.common import IdentitySpec, Place, ResourceGroupSpec, RoleAssignmentSpec, Tags
from amlz.dataclass import dataclass

ACTION_GROUP = "Microsoft.Insights/actionGroups"
METRIC_ALERT = "Microsoft.Insights/metricAlerts"
ACTIVITY_ALERT = "Microsoft.Insights/activityLogAlerts"
QUERY_ALERT = "Microsoft.Insights/scheduledQueryRules"
PROMETHEUS_RULES = "Microsoft.AlertsManagement/prometheusRuleGroups"
PROCESSING_RULE = "Microsoft.AlertsManagement/actionRules"
WORKBOOK = "Microsoft.Insights/workbooks"
BUDGET = "Microsoft.Consumption/budgets"


@dataclass(frozen=True, slots=True)
class EventHubSpec:
    """An event hub that receives alerts. `namespace`: the name of its namespace."""

    name: str
    subscription: str
    namespace: str
    hub: str


@dataclass(frozen=True, slots=True)
class WebhookSpec:
    """A webhook that signs the caller in by Entra ID. `application`: the object id of its application."""

    name: str
    url: str
    application: str
    identifier_uri: str


@dataclass(frozen=True, slots=True)
class ActionGroupSpec:
    """Receivers of alerts. `roles`: names and GUIDs of roles whose holders on the subscription receive mail.

    `common_schema`: the schema of what receivers are sent.
    """

    key: str
    name: str
    short_name: str
    place: Place
    emails: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    event_hubs: tuple[EventHubSpec, ...]
    webhooks: tuple[WebhookSpec, ...]
    common_schema: bool
    tenant: str
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(ACTION_GROUP, self.name)


@dataclass(frozen=True, slots=True)
class RunbookSpec:
    """First steps after an alert. `look`: commands; `act`: sentences."""

    look: tuple[str, ...]
    act: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActivityAlertSpec:
    """An alert on the activity log of a subscription. `conditions`: fields, each with the values of which one fits.

    `alert`: its name in runbooks.
    """

    key: str
    name: str
    alert: str
    place: Place
    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    action_group: str
    description: str
    runbook: RunbookSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(ACTIVITY_ALERT, self.name)


@dataclass(frozen=True, slots=True)
class QueryAlertSpec:
    """An alert on a query of the central log (`log`: its id). `measure`: the column that is compared, None for the
    count of rows. `dimensions`: columns, of which each combination of values is an alert. `resource_column`: with the
    id of the resource that the alert is for, None for the log. `alert`: its name in runbooks; `owner`: the environment.
    """

    key: str
    name: str
    place: Place
    log: str
    query: str
    measure: str | None
    threshold: float
    window: str
    frequency: str
    severity: int
    dimensions: tuple[str, ...]
    resource_column: str | None
    action_group: str
    identity: str
    description: str
    tags: Tags
    alert: str
    owner: str
    runbook: RunbookSpec

    @property
    def id(self) -> str:
        return self.place.id(QUERY_ALERT, self.name)


@dataclass(frozen=True, slots=True)
class PrometheusAlertSpec:
    """An alert on metrics of a cluster. `id`: of the rule group that it is in; `cluster`: of the cluster.

    `wait`: how long the expression holds before the alert fires. `alert`: its name in the catalogue; `owner`: the
    environment.
    """

    id: str
    cluster: str
    alert: str
    owner: str
    expression: str
    threshold: float
    wait: str
    severity: int
    action_group: str
    description: str
    runbook: RunbookSpec


@dataclass(frozen=True, slots=True)
class PrometheusRulesSpec:
    """The alerts of a cluster on its metrics (the id of its Azure Monitor workspace), in one rule group."""

    key: str
    name: str
    place: Place
    metrics: str
    cluster: str
    alerts: tuple[PrometheusAlertSpec, ...]
    description: str
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(PROMETHEUS_RULES, self.name)


@dataclass(frozen=True, slots=True)
class BurnAlertSpec:
    """A burn-rate alert of an objective: its two windows, the percent of the budget that it reports, its factor.

    `name`: of its rule, None where it is not built, for the reason `why_not`.
    """

    window: str
    name: str | None
    long: str
    short: str
    spent: float
    factor: float
    why_not: str | None


@dataclass(frozen=True, slots=True)
class SloSpec:
    """A service level objective. `record`: the query of its good events by hour, `measure`: in all days of its period;
    None where no table has them.

    `budget_minutes`: how long everything may fail within `days`. `why_not`: why it is not measured or has no alerts.
    """

    key: str
    owner: str
    indicator: str
    good: str
    target: float
    days: int
    limit: str | None
    endpoint: str | None
    minimum: int | None
    budget_minutes: float
    record: str | None
    measure: str | None
    alerts: tuple[BurnAlertSpec, ...]
    why_not: str | None


@dataclass(frozen=True, slots=True)
class MetricAlertSpec:
    """An alert on a metric of one resource (its id). `alert`: its name in the catalogue; `owner`: the environment.

    `threshold`: None for a dynamic one.
    """

    key: str
    name: str
    alert: str
    owner: str
    place: Place
    resource: str
    resource_type: str
    region: str
    metric: str
    aggregation: str
    operator: str
    threshold: float | None
    frequency: str
    window: str
    dimensions: tuple[tuple[str, tuple[str, ...]], ...]
    severity: int
    action_group: str
    description: str
    runbook: RunbookSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(METRIC_ALERT, self.name)


@dataclass(frozen=True, slots=True)
class ScheduleSpec:
    """The times of a processing rule. Times without a date repeat on the days, or on every day without any."""

    time_zone: str
    starts: str
    ends: str
    start_time: str | None = None
    end_time: str | None = None
    days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessingRuleSpec:
    """A rule on alerts that fire. `add`: action groups that are added; () removes those of the alerts.

    `scopes`: ids of resource groups, or of the subscription. `severities`: () for all.
    """

    key: str
    name: str
    place: Place
    scopes: tuple[str, ...]
    severities: tuple[int, ...]
    add: tuple[str, ...]
    schedule: ScheduleSpec | None
    description: str
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(PROCESSING_RULE, self.name)


@dataclass(frozen=True, slots=True)
class BudgetSpec:
    """A budget. `scope`: a subscription or a resource group. `start`: its first day, which never changes.

    `actual`, `forecast`: percents of the amount that notify `action_group`. `tag`: name and values that it is for.
    """

    key: str
    name: str
    subscription: str
    scope: str
    amount: int
    grain: str
    start: str
    actual: tuple[int, ...]
    forecast: tuple[int, ...]
    tag: tuple[str, tuple[str, ...]] | None
    action_group: str

    @property
    def id(self) -> str:
        return extension_id(self.scope, BUDGET, self.name)


@dataclass(frozen=True, slots=True)
class WorkbookSpec:
    """A workbook. `name`: a GUID; `content`: its JSON."""

    key: str
    name: str
    title: str
    place: Place
    content: str
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(WORKBOOK, self.name)


@dataclass(frozen=True, slots=True)
class OperationsSpec:
    """Operation of a landing zone. `identity` queries the central log with `roles`; None without log search alerts."""

    group: ResourceGroupSpec
    identity: IdentitySpec | None
    roles: tuple[RoleAssignmentSpec, ...]
    action_groups: tuple[ActionGroupSpec, ...]
    activity_alerts: tuple[ActivityAlertSpec, ...]
    metric_alerts: tuple[MetricAlertSpec, ...]
    query_alerts: tuple[QueryAlertSpec, ...]
    prometheus_rules: tuple[PrometheusRulesSpec, ...]
    processing_rules: tuple[ProcessingRuleSpec, ...]
    budgets: tuple[BudgetSpec, ...]
    slos: tuple[SloSpec, ...]
    workbooks: tuple[WorkbookSpec, ...]
