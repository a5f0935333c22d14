"""Storage: a workspace's own account for code, images, logs and results, or that of the data lake."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import storage

from amlz.core.specs import EncryptionSpec, StorageSpec
from components.diagnostics import diagnostics
from components.encryption import after_key
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.role_assignment import role_assignment
from components.site import Site


class Storage(pulumi.ComponentResource):
    """An account that answers only on its private endpoints and, unless asked otherwise, takes no keys."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(self, name: str, args: StorageSpec, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("amlz:project:Storage", name, None, opts)
        account = storage.StorageAccount(
            f"{name}-account",
            account_name=args.name,
            resource_group_name=site.group(args.place),
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
            network_rule_set=storage.NetworkRuleSetArgs(  # left out, a later change would reset it to Allow
                default_action=storage.DefaultAction.DENY,
                bypass=storage.Bypass.AZURE_SERVICES,
                ip_rules=[],
                virtual_network_rules=[],
            ),
            identity=_identity(args.encryption, site),
            encryption=storage.EncryptionArgs(
                key_source=_source(args.encryption),
                key_vault_properties=_key(args.encryption),
                encryption_identity=_reader(args.encryption, site),
                require_infrastructure_encryption=True,
                services=storage.EncryptionServicesArgs(
                    blob=storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT),
                    file=storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT),
                    queue=storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT),
                    table=storage.EncryptionServiceArgs(enabled=True, key_type=storage.KeyType.ACCOUNT),
                ),
            ),
            tags=dict(args.tags),
            opts=site.options(self, args.place.subscription, after=after_key(args.encryption), protect=args.protect),
        )
        site.built(args.id, account)
        if args.soft_delete_days:
            self._soft_delete(name, args, site)
        for endpoint in args.endpoints:
            private_endpoint(self, name, endpoint, site)
        for spec in args.diagnostics:
            service = spec.target.removeprefix(args.id).split("/")[1:2]
            if service and not site.stands(spec.target):  # services come with the account
                site.built(spec.target, account)
            diagnostics(self, "-".join([name, *service]), spec, site)
        for role in args.roles:
            role_assignment(self, name, role, site)
        lock(self, name, args.lock, site, after=(*args.endpoints, *args.diagnostics, *args.roles))
        self.resource_id, self.name = account.id, account.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _soft_delete(self, name: str, args: StorageSpec, site: Site) -> None:
        """Lets deleted files and whole containers be restored for some days."""
        kept = storage.DeleteRetentionPolicyArgs(enabled=True, days=args.soft_delete_days)
        service = storage.BlobServiceProperties(
            f"{name}-blobs",
            blob_services_name="default",
            account_name=site.name(args.id),
            resource_group_name=site.group(args.place),
            delete_retention_policy=kept,
            container_delete_retention_policy=kept,
            opts=site.options(self, args.place.subscription),
        )
        site.built(args.blobs, service)


def _identity(key: EncryptionSpec | None, site: Site) -> storage.IdentityArgs | None:
    if key is None:
        return None
    return storage.IdentityArgs(
        type=storage.IdentityType.USER_ASSIGNED, user_assigned_identities=[site.ref(key.identity)]
    )


def _source(key: EncryptionSpec | None) -> storage.KeySource:
    return storage.KeySource.MICROSOFT_STORAGE if key is None else storage.KeySource.MICROSOFT_KEYVAULT


def _key(key: EncryptionSpec | None) -> storage.KeyVaultPropertiesArgs | None:
    """The key without a version: the account then follows new ones."""
    if key is None:
        return None
    return storage.KeyVaultPropertiesArgs(key_name=key.key_name, key_vault_uri=key.vault_uri)


def _reader(key: EncryptionSpec | None, site: Site) -> storage.EncryptionIdentityArgs | None:
    if key is None:
        return None
    return storage.EncryptionIdentityArgs(encryption_user_assigned_identity=site.ref(key.identity))
