"""Azure Synapse Analytics of a project environment."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_azure_native import synapse

from amlz.capabilities.synapse.facts import LAKE_ENDPOINTS, POOL
from amlz.capabilities.synapse.spec import SparkPoolSpec, SynapseSpec
from components.diagnostics import diagnostics
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Synapse(pulumi.ComponentResource):
    """A workspace whose managed network data cannot leave. A pipeline makes its managed private endpoints."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]
    outputs: dict[str, Any]

    def __init__(
        self, name: str, args: SynapseSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Synapse", name, None, opts)
        self._args, self._resources = args, resources
        workspace = self._workspace(name)
        resources.register(args.id, workspace)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        diagnostics(self, name, args.diagnostics, resources)
        for endpoint in args.endpoints:
            private_endpoint(self, name, endpoint, resources)
        if args.studio is not None:
            self._studio(name)
        for pool in args.pools:
            self._pool(name, pool)
        lock(self, name, args.lock, resources, after=(args.diagnostics, *args.endpoints))
        self.resource_id, self.name = workspace.id, workspace.name
        self.outputs = {
            "workspaceId": workspace.id,
            "managedEndpoints": [
                {"name": endpoint, "target": args.account, "group": group} for endpoint, group in LAKE_ENDPOINTS
            ],
        }
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _workspace(self, name: str) -> synapse.Workspace:
        args, resources = self._args, self._resources
        administrator = args.administrator
        return synapse.Workspace(
            f"{name}-workspace",
            workspace_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            identity=synapse.ManagedIdentityArgs(type=synapse.ResourceIdentityType.SYSTEM_ASSIGNED),
            managed_resource_group_name=args.managed_group,
            default_data_lake_storage=synapse.DataLakeStorageAccountDetailsArgs(
                account_url=args.account_url,
                filesystem=args.container,
                resource_id=resources.ref(args.account),
                create_managed_private_endpoint=False,
            ),
            managed_virtual_network="default",
            managed_virtual_network_settings=synapse.ManagedVirtualNetworkSettingsArgs(prevent_data_exfiltration=True),
            public_network_access=synapse.WorkspacePublicNetworkAccess.DISABLED,
            azure_ad_only_authentication=True,
            trusted_service_bypass_enabled=False,
            csp_workspace_admin_properties=(
                synapse.CspWorkspaceAdminPropertiesArgs(initial_workspace_admin_object_id=administrator)
                if administrator is not None
                else None
            ),
            tags=dict(args.tags),
            # Teams connect it to Git, and publish from there.
            opts=resources.options(
                self,
                args.place.subscription,
                protect=args.protect,
                ignore_changes=["workspaceRepositoryConfiguration"],
            ),
        )

    def _studio(self, name: str) -> None:
        args, resources = self._args, self._resources
        assert args.studio is not None
        hub = synapse.PrivateLinkHub(
            f"{name}-studio",
            private_link_hub_name=args.studio.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.hub_id, hub)
        private_endpoint(self, f"{name}-studio", args.studio.endpoint, resources)

    def _pool(self, name: str, pool: SparkPoolSpec) -> None:
        args, resources = self._args, self._resources
        built = synapse.BigDataPool(
            f"{name}-pool-{pool.name}",
            big_data_pool_name=pool.name,
            workspace_name=resources.name(args.id),
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            spark_version=pool.version,
            node_size=pool.size,
            node_size_family=synapse.NodeSizeFamily.MEMORY_OPTIMIZED,
            auto_scale=synapse.AutoScalePropertiesArgs(
                enabled=True, min_node_count=pool.min_nodes, max_node_count=pool.max_nodes
            ),
            auto_pause=synapse.AutoPausePropertiesArgs(enabled=True, delay_in_minutes=pool.pause_minutes),
            session_level_packages_enabled=False,
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.place.id(POOL, args.name, pool.name), built)
