"""Facts of customer-managed keys: roles of the workspace on the vault of the key, and on the subscription."""

from __future__ import annotations

from amlz.core.capability_facts import Facts, Grant

#: In the table of grants: the vault (of the core, since the data lake has one too), and the subscription, where the workspace creates the resources of its metadata.
TARGET, SUBSCRIPTION = "keys", "subscription"

_OWN_KEY = "https://learn.microsoft.com/azure/machine-learning/how-to-setup-customer-managed-keys"
_ROLES = "https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles"
#: Get, wrap and unwrap, and nothing else: the requirement of _OWN_KEY.
_CRYPTO = "Key Vault Crypto Service Encryption User"

FACTS = Facts(
    grants=(
        Grant("workspaceIdentity", _CRYPTO, TARGET, "the workspace reads its metadata with the key", _OWN_KEY, "ownKey"),
        # Into a resource group that Azure creates, so on the subscription: how-to-assign-roles (2025-09).
        Grant("workspaceIdentity", "Azure ML Metadata Creator", SUBSCRIPTION, "the workspace creates the resources of its metadata", _ROLES, "ownKey"),
        Grant("cosmosDb", _CRYPTO, TARGET, "the workspace's metadata is encrypted with the key; on a vault that was brought its owner gives it", _OWN_KEY, "ownKey"),
    ),
    shared_targets={SUBSCRIPTION: "Microsoft.Resources/subscriptions"},
)  # fmt: skip
