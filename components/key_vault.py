"""Key Vault: where a project environment keeps its keys and secrets."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import keyvault

from amlz.core.specs import ExistingKeyVaultSpec, KeyVaultSpec
from components.diagnostics import diagnostics
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class KeyVault(pulumi.ComponentResource):
    """A vault that answers only on its private endpoint and knows roles, not access policies."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: KeyVaultSpec | ExistingKeyVaultSpec,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:KeyVault", name, None, opts)
        if isinstance(args, KeyVaultSpec):
            self._build(name, args, resources)
        if args.endpoint is not None:
            private_endpoint(self, name, args.endpoint, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        if isinstance(args, KeyVaultSpec):
            lock(self, name, args.lock, resources, after=(args.endpoint, args.diagnostics, *args.roles))
        self.resource_id, self.name = resources.ref(args.id), resources.name(args.id)
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _build(self, name: str, args: KeyVaultSpec, resources: ResourceRegistry) -> None:
        vault = keyvault.Vault(
            f"{name}-vault",
            vault_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            properties=keyvault.VaultPropertiesArgs(
                tenant_id=args.tenant_id,
                sku=keyvault.SkuArgs(family=keyvault.SkuFamily.A, name=keyvault.SkuName.STANDARD),
                enable_rbac_authorization=True,
                enable_soft_delete=True,
                enable_purge_protection=True,  # never to be undone: a deleted vault keeps its name for the retention
                soft_delete_retention_in_days=args.retention_days,
                public_network_access="Disabled",
                network_acls=keyvault.NetworkRuleSetArgs(
                    default_action="Deny", bypass="AzureServices", ip_rules=[], virtual_network_rules=[]
                ),
            ),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, protect=args.protect),
        )
        resources.register(args.id, vault)
        diagnostics(self, name, args.diagnostics, resources)
