"""Plans of Defender for Cloud.

Names and sub-plans as Microsoft's own policies set them, which turn the plans on:
https://github.com/Azure/azure-policy/tree/master/built-in-policies/policyDefinitions/Security%20Center
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.facts.clouds import CloudName
from amlz.dataclass import dataclass

_LEARN = "https://learn.microsoft.com/azure/defender-for-cloud"
#: 2025-05-01. It has no row for plans of AI: the page of that plan lists the clouds.
CLOUDS_PAGE = f"{_LEARN}/support-matrix-cloud-environment"


@dataclass(frozen=True, slots=True)
class DefenderPlan:
    """A plan: its name in Azure, its sub-plan (None where there is one only), what it watches and what it is billed by.

    `clouds`: where it is to be had, by the page `clouds_source`.
    """

    name: str
    sub_plan: str | None
    watches: str
    billed_by: str
    source: str
    clouds: tuple[CloudName, ...] = ("public", "usGovernment", "china")
    clouds_source: str = CLOUDS_PAGE


#: By the word of the stack file. Prices are not here: https://azure.microsoft.com/pricing/details/defender-for-cloud/
PLANS: Mapping[str, DefenderPlan] = {
    "keyVaults": DefenderPlan(
        "KeyVaults", "PerKeyVault", "access to vaults", "vault",
        f"{_LEARN}/defender-for-key-vault-introduction", ("public",),
    ),
    "storage": DefenderPlan(
        "StorageAccounts", "DefenderForStorageV2", "access to storage accounts", "storage account, and transactions above a limit",
        f"{_LEARN}/defender-for-storage-introduction",
    ),
    "containers": DefenderPlan(
        "Containers", None, "images in registries, and Kubernetes clusters", "virtual core of clusters, and image scanned",
        f"{_LEARN}/defender-for-containers-introduction",
    ),
    "ai": DefenderPlan(
        "AI", None, "prompts and answers of generative models in Azure AI services", "tokens that are scanned",
        f"{_LEARN}/ai-threat-protection", ("public",), f"{_LEARN}/ai-threat-protection",
    ),
    "resourceManager": DefenderPlan(
        "Arm", "PerSubscription", "operations of Azure Resource Manager", "subscription",
        f"{_LEARN}/defender-for-resource-manager-introduction",
    ),
}  # fmt: skip
