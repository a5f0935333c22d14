"""Resources of an environment that hold data, and the part that Azure keeps after deletion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.core.capability_facts import Holds
from amlz.core.discovery import capability_facts

#: By ARM type. `{days}` is the retention in the resource's body.
HOLDS_DATA: Mapping[str, Holds] = {
    "Microsoft.Storage/storageAccounts": Holds("data, notebooks, files and logs of jobs", "Azure may be able to recover the account for 14 days, where no other took its name; it does not promise to", "https://learn.microsoft.com/azure/storage/common/storage-account-recover", "copy its blobs and file shares to another account with `azcopy copy`", "https://learn.microsoft.com/azure/storage/common/storage-use-azcopy-v10"),
    "Microsoft.Storage/storageAccounts/blobServices/containers": Holds("everything in the container", "with soft delete of containers, which the lake's account has, it can be brought back while that lasts, where no other took its name", "https://learn.microsoft.com/azure/storage/blobs/soft-delete-container-overview", "copy its blobs to another container with `azcopy copy`", "https://learn.microsoft.com/azure/storage/common/storage-use-azcopy-blobs-copy"),
    "Microsoft.KeyVault/vaults": Holds("secrets and keys", "with purge protection, it and its name stay for {days} days and can be recovered; nobody can end that sooner", "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview", "back up each secret, key and certificate (`az keyvault secret backup`, `az keyvault key backup`, `az keyvault certificate backup`); a backup can be restored only in the same subscription and geography", "https://learn.microsoft.com/azure/key-vault/general/backup"),
    "Microsoft.ContainerRegistry/registries": Holds("images, those built for environments and deployments too", "", "", "import its images into another registry with `az acr import`", "https://learn.microsoft.com/azure/container-registry/container-registry-import-images"),
    "Microsoft.MachineLearningServices/workspaces": Holds("registered models and data, history of jobs, endpoints", "soft-deleted: it can be recovered for 14 days, "
                                                                                                                    "its compute targets and endpoints cannot, and its "
                                                                                                                    "name stays taken", "https://learn.microsoft.com/azure/machine-learning/concept-soft-delete", "copy models to an Azure ML registry (`az ml model share`) and download the outputs of jobs (`az ml job download`); the history of jobs and the endpoints are lost", "https://learn.microsoft.com/azure/machine-learning/how-to-share-models-pipelines-across-workspaces-with-registries"),
    "Microsoft.OperationalInsights/workspaces": Holds("logs", "one of the same name, in the same resource group and region, recovers them for 14 days", "https://learn.microsoft.com/azure/azure-monitor/logs/delete-workspace", "export the logs with queries; a data export rule (`az monitor log-analytics workspace data-export create`) exports new logs only", "https://learn.microsoft.com/azure/azure-monitor/logs/logs-data-export"),
    **{row.name: row.holds for facts in capability_facts() for row in facts.types if row.holds is not None},
}  # fmt: skip

#: Days for which a name stays taken after deletion, by ARM type; a vault may set its own.
#: https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview,
#: https://learn.microsoft.com/azure/machine-learning/concept-soft-delete,
#: https://learn.microsoft.com/azure/azure-monitor/logs/delete-workspace
KEPT_DAYS: Mapping[str, int] = {
    "Microsoft.KeyVault/vaults": 90,
    "Microsoft.MachineLearningServices/workspaces": 14,
    "Microsoft.OperationalInsights/workspaces": 14,
    **{row.name: row.kept_days for facts in capability_facts() for row in facts.types if row.kept_days is not None},
}


def holding(arm_type: str) -> Holds | None:
    """The row of a type, compared without regard to case; None where nothing is in it."""
    return _BY_TYPE.get(arm_type.lower())


def loss(row: Holds, properties: Mapping[str, Any]) -> str:
    """Returns the data lost with a resource, and the part that Azure keeps. `properties`: of its body."""
    after = kept(row, properties)
    return f"{row.data}; {after}" if after else row.data


def kept(row: Holds, properties: Mapping[str, Any]) -> str:
    """Returns the part of a resource that Azure keeps after its deletion; "" where no source states it."""
    return row.kept.format(days=properties.get("softDeleteRetentionInDays", 90))


_BY_TYPE = {arm_type.lower(): row for arm_type, row in HOLDS_DATA.items()}
