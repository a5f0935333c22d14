"""Operation of a landing zone: action groups, alerts, processing rules, budgets."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import alertsmanagement, applicationinsights, consumption, managedidentity, monitor

from amlz.core.specs.operations import (
    ActionGroupSpec,
    ActivityAlertSpec,
    BudgetSpec,
    MetricAlertSpec,
    OperationsSpec,
    ProcessingRuleSpec,
    QueryAlertSpec,
    WorkbookSpec,
)
from components.prometheus_rules import prometheus_rules
from components.resource_group import resource_group
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment

_GLOBAL = "Global"


class LandingZoneOperations(pulumi.ComponentResource):
    """Receivers first, then everything that notifies them."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: OperationsSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:shared:Operations", name, None, opts)
        self._name, self._resources = name, resources
        resource_group(self, name, args.group, resources)
        for group in args.action_groups:
            self._action_group(group)
        for alert in args.activity_alerts:
            self._activity_alert(alert)
        if args.identity is not None:
            identity = managedidentity.UserAssignedIdentity(
                f"{name}-identity",
                resource_name_=args.identity.name,
                resource_group_name=resources.group(args.identity.place),
                location=args.identity.place.location,
                tags=dict(args.identity.tags),
                opts=resources.options(self, args.identity.place.subscription),
            )
            resources.register(args.identity.id, identity)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        for metric in args.metric_alerts:
            self._metric_alert(metric)
        for query in args.query_alerts:
            self._query_alert(query, tuple(role.id for role in args.roles))
        for rules in args.prometheus_rules:
            prometheus_rules(self, f"{name}-prometheus-{rules.key}", rules, resources)
        for rule in args.processing_rules:
            self._processing_rule(rule)
        for budget in args.budgets:
            self._budget(budget)
        for workbook in args.workbooks:
            self._workbook(workbook)
        self.resource_id, self.name = resources.ref(args.group.id), resources.name(args.group.id)
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _action_group(self, spec: ActionGroupSpec) -> None:
        schema = spec.common_schema
        group = monitor.ActionGroup(
            f"{self._name}-group-{spec.key}",
            action_group_name=spec.name,
            resource_group_name=self._resources.group(spec.place),
            location=_GLOBAL,
            enabled=True,
            group_short_name=spec.short_name,
            email_receivers=[
                monitor.MicrosoftCommonEmailReceiverArgs(
                    name=email, email_address=email, use_common_alert_schema=schema
                )
                for email in spec.emails
            ],
            arm_role_receivers=[
                monitor.ArmRoleReceiverArgs(name=role, role_id=guid, use_common_alert_schema=schema)
                for role, guid in spec.roles
            ],
            event_hub_receivers=[
                monitor.EventHubReceiverArgs(
                    name=hub.name,
                    subscription_id=hub.subscription,
                    event_hub_name_space=hub.namespace,
                    event_hub_name=hub.hub,
                    tenant_id=spec.tenant,
                    use_common_alert_schema=schema,
                )
                for hub in spec.event_hubs
            ],
            webhook_receivers=[
                monitor.WebhookReceiverArgs(
                    name=hook.name,
                    service_uri=hook.url,
                    use_aad_auth=True,
                    object_id=hook.application,
                    identifier_uri=hook.identifier_uri,
                    tenant_id=spec.tenant,
                    use_common_alert_schema=schema,
                )
                for hook in spec.webhooks
            ],
            tags=dict(spec.tags),
            opts=self._resources.options(self, spec.place.subscription),
        )
        self._resources.register(spec.id, group)

    def _activity_alert(self, spec: ActivityAlertSpec) -> None:
        alert = monitor.ActivityLogAlert(
            f"{self._name}-activity-{spec.key}",
            activity_log_alert_name=spec.name,
            resource_group_name=self._resources.group(spec.place),
            location=_GLOBAL,
            enabled=True,
            scopes=[f"/subscriptions/{spec.place.subscription}"],
            condition=monitor.AlertRuleAllOfConditionArgs(
                all_of=[_condition(field, values) for field, values in spec.conditions]
            ),
            actions=monitor.ActionListArgs(
                action_groups=[monitor.ActionGroupArgs(action_group_id=self._resources.ref(spec.action_group))]
            ),
            description=spec.description,
            tags=dict(spec.tags),
            opts=self._resources.options(self, spec.place.subscription),
        )
        self._resources.register(spec.id, alert)

    def _metric_alert(self, spec: MetricAlertSpec) -> None:
        dynamic = spec.threshold is None
        alert = monitor.MetricAlert(
            f"{self._name}-metric-{spec.key}",
            rule_name=spec.name,
            resource_group_name=self._resources.group(spec.place),
            location="global",
            description=spec.description,
            enabled=True,
            severity=spec.severity,
            scopes=[self._resources.ref(spec.resource)],
            evaluation_frequency=spec.frequency,
            window_size=spec.window,
            auto_mitigate=True,  # one alert a series until it is healthy again
            criteria=_dynamic(spec) if dynamic else _static(spec),
            target_resource_type=spec.resource_type if dynamic else None,
            target_resource_region=spec.region if dynamic else None,
            actions=[
                monitor.MetricAlertActionArgs(
                    action_group_id=self._resources.ref(spec.action_group),
                    web_hook_properties={"runbook": spec.alert, "environment": spec.owner},
                )
            ],
            tags=dict(spec.tags),
            opts=self._resources.options(self, spec.place.subscription),
        )
        self._resources.register(spec.id, alert)

    def _query_alert(self, spec: QueryAlertSpec, roles: tuple[str, ...]) -> None:
        alert = monitor.ScheduledQueryRule(
            f"{self._name}-query-{spec.key}",
            rule_name=spec.name,
            resource_group_name=self._resources.group(spec.place),
            location=spec.place.location,
            kind="LogAlert",
            display_name=spec.name,
            description=spec.description,
            enabled=True,
            severity=spec.severity,
            scopes=[self._resources.ref(spec.log)],
            window_size=spec.window,
            evaluation_frequency=spec.frequency,
            auto_mitigate=True,  # resolves by itself; Azure refuses a muted time together with it
            skip_query_validation=True,  # a table is unknown until its first row
            identity=monitor.MicrosoftCommonIdentityArgs(
                type=monitor.IdentityType.USER_ASSIGNED,
                user_assigned_identities=[self._resources.ref(spec.identity)],
            ),
            criteria=monitor.ScheduledQueryRuleCriteriaArgs(all_of=[_criterion(spec)]),
            actions=monitor.ActionsArgs(
                action_groups=[self._resources.ref(spec.action_group)],
                custom_properties={"runbook": spec.alert, "environment": spec.owner},
            ),
            tags=dict(spec.tags),
            opts=self._resources.options(self, spec.place.subscription, after=roles),
        )
        self._resources.register(spec.id, alert)

    def _processing_rule(self, spec: ProcessingRuleSpec) -> None:
        added = [self._resources.ref(group) for group in spec.add]
        rule = alertsmanagement.AlertProcessingRuleByName(
            f"{self._name}-{spec.key}",
            alert_processing_rule_name=spec.name,
            resource_group_name=self._resources.group(spec.place),
            location=_GLOBAL,
            properties=alertsmanagement.AlertProcessingRulePropertiesArgs(
                scopes=[self._resources.scope(scope) for scope in spec.scopes],
                actions=[
                    alertsmanagement.AddActionGroupsArgs(action_type="AddActionGroups", action_group_ids=added)
                    if added
                    else alertsmanagement.RemoveAllActionGroupsArgs(action_type="RemoveAllActionGroups")
                ],
                conditions=[
                    alertsmanagement.ConditionArgs(
                        field="Severity", operator="Equals", values=[f"Sev{severity}" for severity in spec.severities]
                    )
                ]
                if spec.severities
                else None,
                schedule=_schedule(spec),
                description=spec.description,
                enabled=True,
            ),
            tags=dict(spec.tags),
            opts=self._resources.options(self, spec.place.subscription),
        )
        self._resources.register(spec.id, rule)

    def _workbook(self, spec: WorkbookSpec) -> None:
        workbook = applicationinsights.Workbook(
            f"{self._name}-workbook-{spec.key}",
            resource_name_=spec.name,
            resource_group_name=self._resources.group(spec.place),
            location=spec.place.location,
            kind="shared",
            category="workbook",
            display_name=spec.title,
            source_id="Azure Monitor",
            serialized_data=spec.content,
            tags=dict(spec.tags),
            opts=self._resources.options(self, spec.place.subscription),
        )
        self._resources.register(spec.id, workbook)

    def _budget(self, spec: BudgetSpec) -> None:
        kinds = {"Actual": spec.actual, "Forecasted": spec.forecast}
        budget = consumption.Budget(
            f"{self._name}-budget-{spec.key}",
            budget_name=spec.name,
            scope=self._resources.scope(spec.scope),
            category="Cost",
            amount=spec.amount,
            time_grain=spec.grain,
            time_period=consumption.BudgetTimePeriodArgs(start_date=spec.start),
            filter=consumption.BudgetFilterArgs(
                tags=consumption.BudgetComparisonExpressionArgs(
                    name=spec.tag[0], operator="In", values=list(spec.tag[1])
                )
            )
            if spec.tag is not None
            else None,
            notifications={
                f"{kind.lower()}-{percent}": consumption.NotificationArgs(
                    enabled=True,
                    operator="GreaterThan",
                    threshold=percent,
                    threshold_type=kind,
                    contact_emails=[],  # required by Azure, even if empty
                    contact_groups=[self._resources.ref(spec.action_group)],
                )
                for kind, percents in kinds.items()
                for percent in percents
            },
            opts=self._resources.options(self, spec.subscription),
        )
        self._resources.register(spec.id, budget)


def _condition(field: str, values: tuple[str, ...]) -> monitor.AlertRuleAnyOfOrLeafConditionArgs:
    if len(values) == 1:
        return monitor.AlertRuleAnyOfOrLeafConditionArgs(field=field, equals=values[0])
    return monitor.AlertRuleAnyOfOrLeafConditionArgs(
        any_of=[monitor.AlertRuleLeafConditionArgs(field=field, equals=value) for value in values]
    )


def _dimensions(spec: MetricAlertSpec) -> list[monitor.MetricDimensionArgs]:
    return [
        monitor.MetricDimensionArgs(name=name, operator="Include", values=list(values))
        for name, values in spec.dimensions
    ]


def _static(spec: MetricAlertSpec) -> monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs:
    assert spec.threshold is not None, "a static criterion has a threshold"
    return monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
        odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
        all_of=[
            monitor.MetricCriteriaArgs(
                criterion_type="StaticThresholdCriterion",
                name=spec.alert,
                metric_namespace=spec.resource_type,
                metric_name=spec.metric,
                time_aggregation=spec.aggregation,
                operator=spec.operator,
                threshold=spec.threshold,
                dimensions=_dimensions(spec),
            )
        ],
    )


def _dynamic(spec: MetricAlertSpec) -> monitor.MetricAlertMultipleResourceMultipleMetricCriteriaArgs:
    """Returns a criterion that Azure learns: only this kind of criteria takes it, here for one resource."""
    return monitor.MetricAlertMultipleResourceMultipleMetricCriteriaArgs(
        odata_type="Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria",
        all_of=[
            monitor.DynamicMetricCriteriaArgs(
                criterion_type="DynamicThresholdCriterion",
                name=spec.alert,
                metric_namespace=spec.resource_type,
                metric_name=spec.metric,
                time_aggregation=spec.aggregation,
                operator=spec.operator,
                alert_sensitivity="Medium",
                failing_periods=monitor.DynamicThresholdFailingPeriodsArgs(
                    number_of_evaluation_periods=4, min_failing_periods_to_alert=4
                ),
                dimensions=_dimensions(spec),
            )
        ],
    )


def _criterion(spec: QueryAlertSpec) -> monitor.ConditionArgs:
    return monitor.ConditionArgs(
        criterion_type="StaticThresholdCriterion",
        query=spec.query,
        time_aggregation="Maximum" if spec.measure else "Count",
        metric_measure_column=spec.measure,
        operator="GreaterThan",  # the enumeration monitor.ConditionOperator has the words of another resource
        threshold=spec.threshold,
        dimensions=[monitor.DimensionArgs(name=name, operator="Include", values=["*"]) for name in spec.dimensions],
        resource_id_column=spec.resource_column,
        failing_periods=monitor.ConditionFailingPeriodsArgs(
            number_of_evaluation_periods=1, min_failing_periods_to_alert=1
        ),
    )


def _schedule(spec: ProcessingRuleSpec) -> alertsmanagement.ScheduleArgs | None:
    schedule = spec.schedule
    if schedule is None:
        return None
    recurrence: alertsmanagement.DailyRecurrenceArgs | alertsmanagement.WeeklyRecurrenceArgs | None = None
    if schedule.days:
        recurrence = alertsmanagement.WeeklyRecurrenceArgs(
            recurrence_type="Weekly",
            days_of_week=list(schedule.days),
            start_time=schedule.start_time,
            end_time=schedule.end_time,
        )
    elif schedule.start_time:
        recurrence = alertsmanagement.DailyRecurrenceArgs(
            recurrence_type="Daily", start_time=schedule.start_time, end_time=schedule.end_time
        )
    return alertsmanagement.ScheduleArgs(
        time_zone=schedule.time_zone,
        effective_from=schedule.starts,
        effective_until=schedule.ends,
        recurrences=[recurrence] if recurrence is not None else None,
    )
