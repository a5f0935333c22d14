"""Customer-managed keys in the stack file, with the values that they need and no program can find."""

from __future__ import annotations

from amlz.core.capability import Key, Scope
from amlz.core.config.encryption import KeyUri, VaultId
from amlz.core.config.shared import Config, Guid


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
    """The id of a vault with your key, in the environment's subscription. Left out, vault and key are made here."""
    key_uri: KeyUri | None = None
    """Your key's identifier with its version, as the vault shows it. Only with `keyVault`."""

    @property
    def made_here(self) -> bool:
        """Returns whether vault and key are created here."""
        return self.key_vault is None


KEYS = (
    Key(
        Scope.SECURITY,
        "customer_managed_key",
        CustomerManagedKeyConfig | None,
        "Encrypts workspace, storage account and registry with a customer-managed key. Only when they are created.",
    ),
)
