"""Private link scope of Azure Monitor in the hub."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import monitor

from amlz.core.specs import PrivateLinkScopeSpec
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.scoped_resource import scoped_resource


class PrivateLinkScope(pulumi.ComponentResource):
    """Keeps telemetry to Azure Monitor on the private network."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: PrivateLinkScopeSpec,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:hub:PrivateLinkScope", name, None, opts)
        scope = monitor.PrivateLinkScope(
            f"{name}-scope",
            scope_name=args.name,
            resource_group_name=resources.group(args.place),
            location="global",
            # Azure ML requires Open: what is not in the scope is then still reached, over public addresses.
            access_mode_settings=monitor.AccessModeSettingsArgs(ingestion_access_mode="Open", query_access_mode="Open"),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.id, scope)
        scoped_resource(self, f"{name}-logs", args.log, resources)
        private_endpoint(self, name, args.endpoint, resources)
        self.resource_id, self.name = scope.id, scope.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
