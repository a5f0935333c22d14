"""Diagnostics: everything a resource can send, to the central log."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import monitor

from amlz.core.specs import DiagnosticsSpec
from components.resource_registry import ResourceRegistry


def diagnostics(
    parent: pulumi.Resource, name: str, args: DiagnosticsSpec, resources: ResourceRegistry
) -> monitor.DiagnosticSetting:
    """Sends one resource's logs and metrics to the central log."""
    subscription = args.target.split("/")[2]
    setting = monitor.DiagnosticSetting(
        f"{name}-diagnostics",
        name=args.name,
        resource_uri=resources.scope(args.target),
        workspace_id=resources.ref(args.log_analytics),
        log_analytics_destination_type=args.tables,
        logs=_logs(args),
        metrics=[monitor.DiagnosticsMetricSettingsArgs(category="AllMetrics", enabled=True)] if args.metrics else [],
        opts=resources.options(parent, subscription),
    )
    resources.register(args.id, setting)
    return setting


def _logs(args: DiagnosticsSpec) -> list[monitor.DiagnosticsLogSettingsArgs]:
    if args.categories:
        return [monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True) for category in args.categories]
    return [monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)] if args.logs else []
