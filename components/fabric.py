"""Microsoft Fabric of a project environment: a capacity, access of workspaces to the lake, datastores on OneLake."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_azure_native import fabric, managedidentity
from pulumi_azure_native import machinelearningservices as ml

from amlz.azure.ids import parse
from amlz.capabilities.fabric.spec import FabricCapacitySpec, FabricSpec, FabricWorkspaceSpec, OneLakeSpec
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Fabric(pulumi.ComponentResource):
    """The part of Fabric that is in Azure. A pipeline makes workspaces, identities, lakehouses and shortcuts."""

    resource_ids: dict[str, pulumi.Output[str]]
    outputs: dict[str, Any]

    def __init__(
        self, name: str, args: FabricSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Fabric", name, None, opts)
        self._resources = resources
        self.resource_ids = {}
        if args.capacity is not None:
            self._capacity(name, args.capacity)
        for workspace in args.workspaces:
            for role in workspace.roles:
                role_assignment(self, name, role, resources)
            if workspace.endpoint is not None:
                private_endpoint(self, f"{name}-{workspace.key}", workspace.endpoint, resources)
            if workspace.datastore is not None:
                self._datastore(name, workspace.datastore)
        self.outputs = {
            "capacity": args.capacity.name if args.capacity is not None else None,
            "tenantId": args.tenant,
            "lakeUrl": args.lake_url,
            "containers": [container.rsplit("/", 1)[-1] for container in args.containers],
            "jobPrincipalId": args.job_principal or self._principal(args.job_identity),
            "workspaces": {workspace.key: _facts(workspace) for workspace in args.workspaces},
        }
        self.register_outputs({"resource_ids": self.resource_ids})

    def _principal(self, identity: str) -> pulumi.Output[str]:
        holder = self._resources.resource(identity)
        assert isinstance(holder, managedidentity.UserAssignedIdentity)
        principal: pulumi.Output[str] = holder.principal_id
        return principal

    def _capacity(self, name: str, args: FabricCapacitySpec) -> None:
        resources = self._resources
        capacity = fabric.FabricCapacity(
            f"{name}-capacity",
            capacity_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=fabric.RpSkuArgs(name=args.size, tier=fabric.RpSkuTier.FABRIC),
            administration=fabric.CapacityAdministrationArgs(members=list(args.administrators)),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, protect=args.protect),
        )
        resources.register(args.id, capacity)
        lock(self, name, args.lock, resources, after=())
        self.resource_ids["capacity"] = capacity.id

    def _datastore(self, name: str, args: OneLakeSpec) -> None:
        workspace = parse(args.workspace)
        datastore = ml.Datastore(
            f"{name}-{args.name}",
            name=args.name,
            workspace_name=self._resources.name(args.workspace),
            resource_group_name=workspace.resource_group,
            properties=ml.OneLakeDatastoreArgs(
                datastore_type="OneLake",
                one_lake_workspace_name=args.fabric_workspace,
                artifact=ml.LakeHouseArtifactArgs(
                    artifact_type=ml.OneLakeArtifactType.LAKE_HOUSE, artifact_name=f"{args.lakehouse}/Files"
                ),
                endpoint=args.endpoint,
                credentials=ml.NoneDatastoreCredentialsArgs(credentials_type="None"),
                service_data_access_auth_identity=ml.ServiceDataAccessAuthIdentity.NONE,
                description=args.description,
            ),
            skip_validation=True,  # OneLake would be asked before jobs have their role there
            opts=self._resources.options(self, workspace.subscription),
        )
        self._resources.register(args.id, datastore)
        self.resource_ids[args.name] = datastore.id


def _facts(workspace: FabricWorkspaceSpec) -> dict[str, Any]:
    """Returns what the pipeline needs of a workspace."""
    return {
        "name": workspace.title,
        "id": workspace.fabric_id,
        "link": workspace.link,
        "datastore": workspace.datastore is not None,
    }
