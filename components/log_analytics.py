"""Log Analytics: where everything sends its diagnostics."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import operationalinsights

from amlz.core.specs import LogAnalyticsSpec
from components.diagnostics import diagnostics
from components.lock import lock
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class LogAnalytics(pulumi.ComponentResource):
    """The central log: users who may read a resource may read its logs."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: LogAnalyticsSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:LogAnalytics", name, None, opts)
        cap = operationalinsights.WorkspaceCappingArgs(daily_quota_gb=args.daily_cap_gb) if args.daily_cap_gb else None
        workspace = operationalinsights.Workspace(
            f"{name}-workspace",
            workspace_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=operationalinsights.WorkspaceSkuArgs(name=operationalinsights.WorkspaceSkuNameEnum.PER_GB2018),
            retention_in_days=args.retention_days,
            workspace_capping=cap,
            public_network_access_for_ingestion=None if args.telemetry.public_ingestion else "Disabled",
            public_network_access_for_query=None if args.telemetry.public_queries else "Disabled",
            features=operationalinsights.WorkspaceFeaturesArgs(
                enable_log_access_using_only_resource_permissions=True, disable_local_auth=not args.shared_keys
            ),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, protect=args.protect),
        )
        resources.register(args.id, workspace)
        diagnostics(self, name, args.diagnostics, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        lock(self, name, args.lock, resources, after=(args.diagnostics, *args.roles))
        self.resource_id, self.name = workspace.id, workspace.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
