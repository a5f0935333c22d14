"""Customer-managed keys in the stack file, with the values that they need and no program can find."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.config.shared import Config, Guid

VAULT_ID = (
    r"^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]{1,90}/providers/Microsoft\.KeyVault/vaults/[A-Za-z0-9-]{3,24}$"
)
#: Of a vault of any cloud; whether it is the landing zone's is looked at when all is planned.
KEY_URI = (
    r"^https://[a-z0-9-]{3,24}\.vault\.(azure\.net|usgovcloudapi\.net|azure\.cn)"
    r"/keys/[A-Za-z0-9-]{1,127}/[0-9a-f]{32}$"
)

VaultId = Annotated[str, StringConstraints(pattern=VAULT_ID)]
KeyUri = Annotated[
    str,
    StringConstraints(pattern=KEY_URI),
    Field(examples=["https://kv-keys.vault.azure.net/keys/landing-zone/0123456789abcdef0123456789abcdef"]),
]


class CustomerManagedKeyConfig(Config):
    """A customer-managed key for workspace, storage account and registry: created here, or brought. None can get it
    later.
    """

    cosmos_db_object_id: Guid | None = None
    """The object id of Azure Cosmos DB's service principal in your tenant, for a key that is made here. The workspace
    keeps its metadata in that service; `az ad sp show --id a232010e-820c-4083-83bb-3ace5fc29d0b --query id` prints
    it (in Azure Government, with 57506a73-e302-42a9-b869-6f12d9ec29e9).
    """
    key_vault: VaultId | None = None
    """The id of a vault with your key, in the landing zone's subscription. Left out, vault and key are made here."""
    key_uri: KeyUri | None = None
    """Your key's identifier with its version, as the vault shows it. Only with `keyVault`."""

    @property
    def made_here(self) -> bool:
        """Returns whether vault and key are created here."""
        return self.key_vault is None
