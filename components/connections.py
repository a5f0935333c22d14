"""Connections of a workspace: to services that let identities in. No secret is in them."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.azure.ids import parse
from amlz.core.specs import ConnectionSpec
from components.identities import client_id
from components.resource_registry import ResourceRegistry


class Connections(pulumi.ComponentResource):
    """Connections of one workspace, for everybody in it."""

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        args: tuple[ConnectionSpec, ...],
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:Connections", name, None, opts)
        self.resource_ids = {}
        for spec in args:
            workspace = parse(spec.workspace)
            connection = ml.WorkspaceConnection(
                f"{name}-{spec.name}",
                connection_name=spec.name,
                workspace_name=resources.name(spec.workspace),
                resource_group_name=workspace.resource_group,
                properties=_as_user(spec) if spec.identity is None else _as_identity(spec, spec.identity, resources),
                opts=resources.options(self, workspace.subscription, after=spec.after),
            )
            resources.register(spec.id, connection)
            self.resource_ids[spec.name] = connection.id
        self.register_outputs({"resource_ids": self.resource_ids})


def _as_user(spec: ConnectionSpec) -> ml.AADAuthTypeWorkspaceConnectionPropertiesArgs:
    """Properties of a connection by which each caller signs in."""
    return ml.AADAuthTypeWorkspaceConnectionPropertiesArgs(
        auth_type="AAD",
        category=spec.category,
        target=spec.target,
        metadata=dict(spec.metadata) or None,
        is_shared_to_all=True,
    )


def _as_identity(
    spec: ConnectionSpec, signs_in: str, resources: ResourceRegistry
) -> ml.ManagedIdentityAuthTypeWorkspaceConnectionPropertiesArgs:
    """An identity of the environment signs in."""
    return ml.ManagedIdentityAuthTypeWorkspaceConnectionPropertiesArgs(
        auth_type="ManagedIdentity",
        category=spec.category,
        target=spec.target,
        metadata=dict(spec.metadata) or None,
        is_shared_to_all=True,
        credentials=ml.WorkspaceConnectionManagedIdentityArgs(
            client_id=client_id(signs_in, spec.client_id, resources), resource_id=resources.ref(signs_in)
        ),
    )
