"""Application Insights of a workspace, kept in the central log."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import applicationinsights

from amlz.core.specs import InsightsSpec
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment
from components.scoped_resource import scoped_resource


class Insights(pulumi.ComponentResource):
    """A workspace-based component: classic ones were retired in February 2024."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: InsightsSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Insights", name, None, opts)
        if not args.exists:
            self._build(name, args, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        self.resource_id, self.name = resources.ref(args.id), resources.name(args.id)
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _build(self, name: str, args: InsightsSpec, resources: ResourceRegistry) -> None:
        component = applicationinsights.Component(
            f"{name}-component",
            resource_name_=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            kind="web",
            application_type=applicationinsights.ApplicationType.WEB,
            ingestion_mode=applicationinsights.IngestionMode.LOG_ANALYTICS,
            workspace_resource_id=resources.ref(args.log_analytics),
            public_network_access_for_ingestion=None if args.telemetry.public_ingestion else "Disabled",
            public_network_access_for_query=None if args.telemetry.public_queries else "Disabled",
            disable_local_auth=not args.keys,
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.id, component)
        if args.scoped is not None:
            scoped_resource(self, name, args.scoped, resources)
