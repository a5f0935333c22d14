"""Container registry: images of jobs and deployments."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import containerregistry

from amlz.core.specs import ContainerRegistrySpec, EncryptionSpec, ExistingRegistrySpec, RegistryReplicaSpec
from components.diagnostics import diagnostics
from components.encryption import after_key
from components.identities import client_id
from components.lock import lock
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class ContainerRegistry(pulumi.ComponentResource):
    """A registry that answers only on its private endpoint and has no administrator."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ContainerRegistrySpec | ExistingRegistrySpec,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:ContainerRegistry", name, None, opts)
        if isinstance(args, ContainerRegistrySpec):
            self._build(name, args, resources)
        if args.endpoint is not None:
            private_endpoint(self, name, args.endpoint, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        if isinstance(args, ContainerRegistrySpec):
            lock(self, name, args.lock, resources, after=(args.endpoint, args.diagnostics, *args.roles, *args.replicas))
        self.resource_id, self.name = resources.ref(args.id), resources.name(args.id)
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _build(self, name: str, args: ContainerRegistrySpec, resources: ResourceRegistry) -> None:
        registry = containerregistry.Registry(
            f"{name}-registry",
            registry_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=containerregistry.SkuArgs(name=containerregistry.SkuName.PREMIUM),
            admin_user_enabled=False,
            anonymous_pull_enabled=False,
            public_network_access=containerregistry.PublicNetworkAccess.DISABLED,
            network_rule_bypass_options=containerregistry.NetworkRuleBypassOptions.AZURE_SERVICES,
            network_rule_set=containerregistry.NetworkRuleSetArgs(default_action="Deny", ip_rules=[]),
            policies=containerregistry.PoliciesArgs(
                export_policy=containerregistry.ExportPolicyArgs(status="disabled"),
                quarantine_policy=containerregistry.QuarantinePolicyArgs(status="disabled"),  # breaks batch endpoints
                retention_policy=_retention(args.untagged_days),
            ),
            identity=_identity(args.encryption),
            encryption=_encryption(args.encryption, resources),
            zone_redundancy="Enabled" if args.zone_redundant else "Disabled",
            tags=dict(args.tags),
            opts=resources.options(
                self, args.place.subscription, after=after_key(args.encryption), protect=args.protect
            ),
        )
        resources.register(args.id, registry)
        diagnostics(self, name, args.diagnostics, resources)
        for replica in args.replicas:
            self._copy(name, args, replica, resources)

    def _copy(
        self, name: str, args: ContainerRegistrySpec, replica: RegistryReplicaSpec, resources: ResourceRegistry
    ) -> None:
        """Copies the registry to another region. One after the other, and the private endpoint after all of them: it
        then has the names of every region.
        """
        copy = containerregistry.Replication(
            f"{name}-replica-{replica.region}",
            replication_name=replica.region,
            registry_name=resources.name(args.id),
            resource_group_name=resources.group(args.place),
            location=replica.region,
            region_endpoint_enabled=True,
            zone_redundancy="Enabled" if replica.zone_redundant else "Disabled",
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, after=resources.writes(args.id)),
        )
        resources.register(replica.id, copy)
        resources.wrote(replica.id, args.id)


def _retention(days: int) -> containerregistry.RetentionPolicyArgs | None:
    """The time until images without a tag are deleted. Without it nothing is sent: Azure keeps them."""
    return containerregistry.RetentionPolicyArgs(status="enabled", days=days) if days else None


def _identity(key: EncryptionSpec | None) -> containerregistry.IdentityPropertiesArgs | None:
    """The identity that reads the key. Here its id is the key of a mapping, which cannot wait: `after_key` does."""
    if key is None:
        return None
    return containerregistry.IdentityPropertiesArgs(
        type=containerregistry.ResourceIdentityType.USER_ASSIGNED,
        user_assigned_identities={key.identity: containerregistry.UserIdentityPropertiesArgs()},
    )


def _encryption(
    key: EncryptionSpec | None, resources: ResourceRegistry
) -> containerregistry.EncryptionPropertyArgs | None:
    """The key without a version: the registry then follows new ones."""
    if key is None:
        return None
    return containerregistry.EncryptionPropertyArgs(
        status=containerregistry.EncryptionStatus.ENABLED,
        key_vault_properties=containerregistry.KeyVaultPropertiesArgs(
            identity=client_id(key.identity, None, resources), key_identifier=key.key_uri
        ),
    )
