"""The Azure ML workspace of a project environment."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.core.specs import EncryptionSpec, WorkspaceSpec
from components.diagnostics import diagnostics
from components.encryption import key_with_version
from components.managed_network import network_settings
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Workspace(pulumi.ComponentResource):
    """A workspace that answers only on its private endpoint and acts with a user-assigned identity."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: WorkspaceSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Workspace", name, None, opts)
        workspace = ml.Workspace(
            f"{name}-workspace",
            workspace_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            kind="Default",
            sku=ml.SkuArgs(name="Basic", tier=ml.SkuTier.BASIC),
            friendly_name=args.friendly_name,
            description=args.description,
            identity=ml.ManagedServiceIdentityArgs(
                type=ml.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=_identities(args, resources)
            ),
            primary_user_assigned_identity=resources.ref(args.identity),
            key_vault=resources.ref(args.key_vault),
            storage_account=resources.ref(args.storage),
            container_registry=resources.ref(args.registry),
            application_insights=resources.ref(args.insights),
            image_build_compute=args.image_build_cluster,
            # Sent, not left out: policies fire on their absence, and some can never be changed later.
            public_network_access="Enabled" if args.public_network_access else "Disabled",
            allow_public_access_when_behind_vnet=args.public_network_access,
            v1_legacy_mode=False,
            hbi_workspace=args.high_business_impact,
            enable_data_isolation=args.data_isolation,
            system_datastores_auth_mode=args.datastore_auth,
            managed_network=network_settings(args.managed_network),
            # Else the first compute waits for the network, and may time out.
            provision_network_now=True if args.managed_network else None,
            encryption=_encryption(args.encryption, resources),
            serverless_compute_settings=_serverless(args.serverless_subnet, resources),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, after=args.after, protect=args.protect),
        )
        resources.register(args.id, workspace)
        private_endpoint(self, name, args.endpoint, resources)
        diagnostics(self, name, args.diagnostics, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        self.resource_id, self.name = workspace.id, workspace.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})


def _identities(args: WorkspaceSpec, resources: ResourceRegistry) -> list[pulumi.Input[str]]:
    """The identity it acts with, and the one that reads its key."""
    return [resources.ref(args.identity), *([resources.ref(args.encryption.identity)] if args.encryption else [])]


def _encryption(key: EncryptionSpec | None, resources: ResourceRegistry) -> ml.EncryptionPropertyArgs | None:
    if key is None:
        return None
    return ml.EncryptionPropertyArgs(
        status=ml.EncryptionStatus.ENABLED,
        identity=ml.IdentityForCmkArgs(user_assigned_identity=resources.ref(key.identity)),
        key_vault_properties=ml.KeyVaultPropertiesArgs(
            key_vault_arm_id=resources.ref(key.vault), key_identifier=key_with_version(key, resources)
        ),
    )


def _serverless(subnet: str | None, resources: ResourceRegistry) -> ml.ServerlessComputeSettingsArgs | None:
    if subnet is None:
        return None
    return ml.ServerlessComputeSettingsArgs(
        serverless_compute_custom_subnet=resources.ref(subnet), serverless_compute_no_public_ip=True
    )
