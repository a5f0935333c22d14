"""The key that encrypts a project environment: created in a dedicated vault, or an existing one."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import keyvault

from amlz.core.specs import EncryptionKeySpec, EncryptionSpec, ExistingEncryptionKeySpec
from components.key_vault import KeyVault
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Encryption(pulumi.ComponentResource):
    """The key, where it is created here, and the roles of those that read it."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: EncryptionSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Encryption", name, None, opts)
        if isinstance(args.source, EncryptionKeySpec):
            self._create(name, args, args.source, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        self.resource_id, self.name = resources.ref(args.vault), resources.name(args.vault)
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _create(self, name: str, args: EncryptionSpec, source: EncryptionKeySpec, resources: ResourceRegistry) -> None:
        vault = source.dedicated
        KeyVault(f"{name}-vault", vault, resources, pulumi.ResourceOptions(parent=self))
        key = keyvault.Key(
            f"{name}-key",
            key_name=source.name,
            vault_name=resources.name(vault.id),
            resource_group_name=resources.group(vault.place),
            properties=keyvault.KeyPropertiesArgs(
                kty=keyvault.JsonWebKeyType.RSA, key_size=3072, rotation_policy=_rotation()
            ),
            tags=dict(args.tags),
            opts=resources.options(
                self,
                vault.place.subscription,
                protect=args.protect,
                # Azure creates a key once and ignores later changes to it: keys from before keep what they have.
                ignore_changes=["properties.rotationPolicy"],
            ),
        )
        resources.register(args.key, key)


def _rotation() -> keyvault.RotationPolicyArgs:
    """Returns a policy that makes a new version a year after the last. The key never expires.

    https://learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation
    """
    rotate = keyvault.LifetimeActionArgs(
        action=keyvault.ActionArgs(type=keyvault.KeyRotationPolicyActionType.ROTATE),
        trigger=keyvault.TriggerArgs(time_after_create="P1Y"),
    )
    return keyvault.RotationPolicyArgs(lifetime_actions=[rotate])


def after_key(key: EncryptionSpec | None) -> tuple[str, ...]:
    """Returns the ids that must exist before something is encrypted: nothing where Azure's own key does it."""
    return () if key is None else key.after


def key_with_version(key: EncryptionSpec, resources: ResourceRegistry) -> pulumi.Input[str]:
    """The key's identifier with its version, which Azure gives to a key that is created here."""
    if isinstance(key.source, ExistingEncryptionKeySpec):
        return f"{key.key_uri}/{key.source.version}"
    resource = resources.resource(key.key)
    assert isinstance(resource, keyvault.Key)
    output: pulumi.Output[str] = resource.key_uri_with_version
    return output
