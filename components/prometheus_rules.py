"""Alerts on the metrics of a cluster in managed Prometheus: a rule group."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import alertsmanagement

from amlz.core.specs.operations import PrometheusAlertSpec, PrometheusRulesSpec
from components.resource_registry import ResourceRegistry


def prometheus_rules(
    parent: pulumi.Resource, name: str, args: PrometheusRulesSpec, resources: ResourceRegistry
) -> None:
    """Creates a rule group for one cluster, which queries its metrics every minute."""
    rules = alertsmanagement.PrometheusRuleGroup(
        name,
        rule_group_name=args.name,
        resource_group_name=resources.group(args.place),
        location=args.place.location,
        description=args.description,
        enabled=True,
        scopes=[resources.ref(args.metrics), resources.ref(args.cluster)],
        cluster_name=resources.name(args.cluster),
        interval="PT1M",
        rules=[_rule(alert, resources) for alert in args.alerts],
        tags=dict(args.tags),
        opts=resources.options(parent, args.place.subscription),
    )
    resources.register(args.id, rules)


def _rule(spec: PrometheusAlertSpec, resources: ResourceRegistry) -> alertsmanagement.PrometheusRuleArgs:
    words = {"runbook": spec.alert, "environment": spec.owner}
    return alertsmanagement.PrometheusRuleArgs(
        alert=spec.alert,
        enabled=True,
        expression=spec.expression,
        for_=spec.wait,
        severity=spec.severity,
        annotations={"description": spec.description, **words},
        resolve_configuration=alertsmanagement.PrometheusRuleResolveConfigurationArgs(
            auto_resolved=True, time_to_resolve="PT10M"
        ),
        actions=[
            alertsmanagement.PrometheusRuleGroupActionArgs(
                action_group_id=resources.ref(spec.action_group), action_properties=words
            )
        ],
    )
