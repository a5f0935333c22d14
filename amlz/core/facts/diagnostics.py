"""Which types send diagnostics: resource logs, metrics, or both.

https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/logs-index and
https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/metrics-index
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.capability_facts import Emits
from amlz.core.discovery import capability_facts

EMITS: Mapping[str, Emits] = {
    "Microsoft.ContainerRegistry/registries": Emits(logs=True, metrics=True),
    "Microsoft.KeyVault/vaults": Emits(logs=True, metrics=True),
    "Microsoft.MachineLearningServices/workspaces": Emits(logs=True, metrics=True),
    "Microsoft.Network/azureFirewalls": Emits(logs=True, metrics=True, dedicated=True),
    "Microsoft.Network/networkSecurityGroups": Emits(logs=True, metrics=False),
    "Microsoft.Network/publicIPAddresses": Emits(logs=True, metrics=True),
    "Microsoft.Network/virtualNetworks": Emits(logs=True, metrics=True),
    "Microsoft.OperationalInsights/workspaces": Emits(logs=True, metrics=True),
    # The account itself has metrics only; logs come from its services.
    "Microsoft.Storage/storageAccounts": Emits(logs=False, metrics=True),
    "Microsoft.Storage/storageAccounts/blobServices": Emits(logs=True, metrics=True),
    "Microsoft.Storage/storageAccounts/fileServices": Emits(logs=True, metrics=True),
    "Microsoft.Storage/storageAccounts/queueServices": Emits(logs=True, metrics=True),
    "Microsoft.Storage/storageAccounts/tableServices": Emits(logs=True, metrics=True),
    **{row.name: row.emits for each in capability_facts() for row in each.types if row.emits is not None},
}
