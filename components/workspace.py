"""The Azure ML workspace of a project environment."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.core.specs import EncryptionSpec, WorkspaceSpec
from components.diagnostics import diagnostics
from components.encryption import key_with_version
from components.managed_network import network_settings
from components.private_endpoint import private_endpoint
from components.role_assignment import role_assignment
from components.site import Site


class Workspace(pulumi.ComponentResource):
    """A workspace that answers only on its private endpoint and acts with a user-assigned identity."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(self, name: str, args: WorkspaceSpec, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("amlz:project:Workspace", name, None, opts)
        workspace = ml.Workspace(
            f"{name}-workspace",
            workspace_name=args.name,
            resource_group_name=site.group(args.place),
            location=args.place.location,
            kind="Default",
            sku=ml.SkuArgs(name="Basic", tier=ml.SkuTier.BASIC),
            friendly_name=args.friendly_name,
            description=args.description,
            identity=ml.ManagedServiceIdentityArgs(
                type=ml.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=_identities(args, site)
            ),
            primary_user_assigned_identity=site.ref(args.identity),
            key_vault=site.ref(args.key_vault),
            storage_account=site.ref(args.storage),
            container_registry=site.ref(args.registry),
            application_insights=site.ref(args.insights),
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
            encryption=_encryption(args.encryption, site),
            serverless_compute_settings=_serverless(args.serverless_subnet, site),
            tags=dict(args.tags),
            opts=site.options(self, args.place.subscription, after=args.after, protect=args.protect),
        )
        site.built(args.id, workspace)
        private_endpoint(self, name, args.endpoint, site)
        diagnostics(self, name, args.diagnostics, site)
        for role in args.roles:
            role_assignment(self, name, role, site)
        self.resource_id, self.name = workspace.id, workspace.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})


def _identities(args: WorkspaceSpec, site: Site) -> list[pulumi.Input[str]]:
    """The identity it acts with, and the one that reads its key."""
    return [site.ref(args.identity), *([site.ref(args.encryption.identity)] if args.encryption else [])]


def _encryption(key: EncryptionSpec | None, site: Site) -> ml.EncryptionPropertyArgs | None:
    if key is None:
        return None
    return ml.EncryptionPropertyArgs(
        status=ml.EncryptionStatus.ENABLED,
        identity=ml.IdentityForCmkArgs(user_assigned_identity=site.ref(key.identity)),
        key_vault_properties=ml.KeyVaultPropertiesArgs(
            key_vault_arm_id=site.ref(key.vault), key_identifier=key_with_version(key, site)
        ),
    )


def _serverless(subnet: str, site: Site) -> ml.ServerlessComputeSettingsArgs | None:
    if not subnet:
        return None
    return ml.ServerlessComputeSettingsArgs(
        serverless_compute_custom_subnet=site.ref(subnet), serverless_compute_no_public_ip=True
    )
