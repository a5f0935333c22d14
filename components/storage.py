"""Storage: a workspace's own account for code, images, logs and results, or that of the data lake."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import storage

from amlz.core.specs import EncryptionSpec, StorageSpec
from components.diagnostics import diagnostics
from components.encryption import after_key
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Storage(pulumi.ComponentResource):
    """An account that answers only on its private endpoints and, unless asked otherwise, takes no keys."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: StorageSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Storage", name, None, opts)
        account = storage.StorageAccount(
            f"{name}-account",
            account_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            kind=storage.Kind.STORAGE_V2,
            sku=storage.SkuArgs(name=args.sku),
            access_tier=storage.AccessTier.HOT,
            allow_shared_key_access=args.shared_keys,
            default_to_o_auth_authentication=True,
            allow_blob_public_access=False,
            allow_cross_tenant_replication=False,
            enable_https_traffic_only=True,
            minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
            is_hns_enabled=args.hierarchical,  # a workspace's own store must be flat
            is_local_user_enabled=False,
            is_sftp_enabled=False,
            public_network_access=storage.PublicNetworkAccess.DISABLED,
            network_rule_set=_deny_all(args),  # left out, a later change would reset it to Allow
            identity=_identity(args.encryption, resources),
            encryption=storage.EncryptionArgs(
                key_source=_source(args.encryption),
                key_vault_properties=_key(args.encryption),
                encryption_identity=_reader(args.encryption, resources),
                require_infrastructure_encryption=True,
                services=storage.EncryptionServicesArgs(
                    blob=storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT),
                    file=storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT),
                    queue=storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT),
                    table=storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT),
                ),
            ),
            tags=dict(args.tags),
            opts=resources.options(
                self, args.place.subscription, after=after_key(args.encryption), protect=args.protect
            ),
        )
        resources.register(args.id, account)
        if args.soft_delete_days or args.versioning:
            self._blobs(name, args, resources)
        if args.share_days:
            self._files(name, args, resources)
        for endpoint in args.endpoints:
            private_endpoint(self, name, endpoint, resources)
        for spec in args.diagnostics:
            service = spec.target.removeprefix(args.id).split("/")[1:2]
            if service and not resources.exists(spec.target):  # services come with the account
                resources.register(spec.target, account)
            diagnostics(self, "-".join([name, *service]), spec, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        lock(self, name, args.lock, resources, after=(*args.endpoints, *args.diagnostics, *args.roles))
        self.resource_id, self.name = account.id, account.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _blobs(self, name: str, args: StorageSpec, resources: ResourceRegistry) -> None:
        """Lets deleted files and whole containers be restored for some days, and overwritten files if asked."""
        days, back = args.soft_delete_days, args.restore_days
        kept = storage.DeleteRetentionPolicyArgs(enabled=True, days=days) if days else None
        service = storage.BlobServiceProperties(
            f"{name}-blobs",
            blob_services_name="default",
            account_name=resources.name(args.id),
            resource_group_name=resources.group(args.place),
            delete_retention_policy=kept,
            container_delete_retention_policy=kept,
            is_versioning_enabled=True if args.versioning else None,
            change_feed=storage.ChangeFeedArgs(enabled=True) if back else None,
            restore_policy=storage.RestorePolicyPropertiesArgs(enabled=True, days=back) if back else None,
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.blobs, service)

    def _files(self, name: str, args: StorageSpec, resources: ResourceRegistry) -> None:
        """Lets deleted file shares be restored for some days."""
        service = storage.FileServiceProperties(
            f"{name}-files",
            file_services_name="default",
            account_name=resources.name(args.id),
            resource_group_name=resources.group(args.place),
            share_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=args.share_days),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.files, service)


def _deny_all(args: StorageSpec) -> storage.NetworkRuleSetArgs:
    """Returns network rules that allow trusted Azure services alone, and the resources that are named."""
    trusted = [storage.ResourceAccessRuleArgs(tenant_id=args.tenant, resource_id=one) for one in args.trusted]
    return storage.NetworkRuleSetArgs(
        default_action=storage.DefaultAction.DENY,
        bypass=storage.Bypass.AZURE_SERVICES,
        ip_rules=[],
        virtual_network_rules=[],
        resource_access_rules=trusted or None,
    )


def _identity(key: EncryptionSpec | None, resources: ResourceRegistry) -> storage.IdentityArgs | None:
    if key is None:
        return None
    return storage.IdentityArgs(
        type=storage.IdentityType.USER_ASSIGNED, user_assigned_identities=[resources.ref(key.identity)]
    )


def _source(key: EncryptionSpec | None) -> storage.KeySource:
    return storage.KeySource.MICROSOFT_STORAGE if key is None else storage.KeySource.MICROSOFT_KEYVAULT


def _key(key: EncryptionSpec | None) -> storage.KeyVaultPropertiesArgs | None:
    """The key without a version: the account then follows new ones."""
    if key is None:
        return None
    return storage.KeyVaultPropertiesArgs(key_name=key.source.name, key_vault_uri=key.vault_uri)


def _reader(key: EncryptionSpec | None, resources: ResourceRegistry) -> storage.EncryptionIdentityArgs | None:
    if key is None:
        return None
    return storage.EncryptionIdentityArgs(encryption_user_assigned_identity=resources.ref(key.identity))
