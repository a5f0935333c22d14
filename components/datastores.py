"""Datastores: containers of the data lake under names of a workspace, without credentials."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.azure.ids import parse
from amlz.core.specs import DatastoreSpec
from components.resource_registry import ResourceRegistry


class Datastores(pulumi.ComponentResource):
    """Datastores of one workspace. Identity passthrough: access runs as the caller."""

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        args: tuple[DatastoreSpec, ...],
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:Datastores", name, None, opts)
        self.resource_ids = {}
        for spec in args:
            workspace, container = parse(spec.workspace), parse(spec.container)
            datastore = ml.Datastore(
                f"{name}-{spec.name}",
                name=spec.name,
                workspace_name=resources.name(spec.workspace),
                resource_group_name=workspace.resource_group,
                properties=ml.AzureDataLakeGen2DatastoreArgs(
                    datastore_type="AzureDataLakeGen2",
                    account_name=container.names[0],
                    filesystem=container.names[-1],
                    credentials=ml.NoneDatastoreCredentialsArgs(credentials_type="None"),
                    service_data_access_auth_identity=ml.ServiceDataAccessAuthIdentity.NONE,
                    endpoint=spec.endpoint,
                    protocol="https",
                    subscription_id=container.subscription,
                    resource_group=container.resource_group,
                    description=spec.description,
                ),
                skip_validation=True,  # Azure ML would ask the account, which answers on private endpoints only
                opts=resources.options(self, workspace.subscription, after=spec.after),
            )
            resources.register(spec.id, datastore)
            self.resource_ids[spec.name] = datastore.id
        self.register_outputs({"resource_ids": self.resource_ids})
