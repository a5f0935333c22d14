"""Azure Databricks of a project environment."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_azure_native import databricks

from amlz.capabilities.databricks.spec import DatabricksSpec
from components.diagnostics import diagnostics
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry


class Databricks(pulumi.ComponentResource):
    """A workspace whose clusters have no public addresses, and the identity with which it reads the lake."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]
    outputs: dict[str, Any]

    def __init__(
        self, name: str, args: DatabricksSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Databricks", name, None, opts)
        connector = databricks.AccessConnector(
            f"{name}-connector",
            connector_name=args.connector,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            identity=databricks.ManagedServiceIdentityArgs(
                type=databricks.ManagedServiceIdentityType.USER_ASSIGNED,
                user_assigned_identities=[resources.ref(args.identity)],
            ),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.connector_id, connector)
        workspace = self._workspace(name, args, resources)
        resources.register(args.id, workspace)
        diagnostics(self, name, args.diagnostics, resources)
        for endpoint in args.endpoints:
            private_endpoint(self, name, endpoint, resources)
        lock(self, name, args.lock, resources, after=(args.diagnostics, *args.endpoints))
        self.resource_id, self.name = workspace.id, workspace.name
        self.outputs = {
            "workspaceUrl": workspace.workspace_url,
            "accessConnectorId": connector.id,
            "identityId": resources.ref(args.identity),
            "locations": [
                {"name": location.name, "url": location.url, "readOnly": location.read_only}
                for location in args.locations
            ],
        }
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _workspace(self, name: str, args: DatabricksSpec, resources: ResourceRegistry) -> databricks.Workspace:
        return databricks.Workspace(
            f"{name}-workspace",
            workspace_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=databricks.SkuArgs(name="premium"),
            compute_mode=databricks.ComputeMode.HYBRID,
            managed_resource_group_id=args.managed_group,
            parameters=databricks.WorkspaceCustomParametersArgs(
                custom_virtual_network_id=databricks.WorkspaceCustomStringParameterArgs(
                    value=resources.ref(args.network)
                ),
                custom_public_subnet_name=databricks.WorkspaceCustomStringParameterArgs(
                    value=resources.name(args.host_subnet)
                ),
                custom_private_subnet_name=databricks.WorkspaceCustomStringParameterArgs(
                    value=resources.name(args.container_subnet)
                ),
                enable_no_public_ip=databricks.WorkspaceNoPublicIPBooleanParameterArgs(value=True),
            ),
            public_network_access=databricks.PublicNetworkAccess.DISABLED,
            required_nsg_rules=databricks.RequiredNsgRules.NO_AZURE_DATABRICKS_RULES,
            default_catalog=databricks.DefaultCatalogPropertiesArgs(initial_type=databricks.InitialType.UNITY_CATALOG),
            tags=dict(args.tags),
            # Azure refuses to take the security groups from subnets as long as the workspace is in them.
            opts=resources.options(
                self, args.place.subscription, after=(args.host_subnet, args.container_subnet), protect=args.protect
            ),
        )
