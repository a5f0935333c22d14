"""Which types send diagnostics: resource logs, metrics, or both.

https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/logs-index and
https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/metrics-index

Dedicated tables are a choice for few types. Most types have one kind of table: registries, Azure ML, storage, Azure
Bastion and Log Analytics dedicated ones; security groups, networks, public addresses, VPN gateways and Azure AI Search
AzureDiagnostics. For these Azure returns no destination type, whichever was sent, and each refresh would report that:
https://github.com/hashicorp/terraform-provider-azurerm/pull/20203
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.capability_facts import Emits
from amlz.core.discovery import capability_facts

#: Logs of the services of a storage account without those of reads, which every training job writes in large numbers.
#: https://learn.microsoft.com/azure/storage/blobs/monitor-blob-storage-reference#resource-logs
STORAGE_CHANGES = ("StorageWrite", "StorageDelete")

#: Logs of a firewall in dedicated tables. `allLogs` also has the earlier categories (AzureFirewall*Rule), which
#: repeat the same events in AzureDiagnostics. Aggregations repeat rules for policy analytics.
#: https://learn.microsoft.com/azure/firewall/monitor-firewall-reference#resource-logs
FIREWALL_LOGS = (
    "AZFWApplicationRule",
    "AZFWDnsQuery",
    "AZFWFatFlow",
    "AZFWFlowTrace",
    "AZFWFqdnResolveFailure",
    "AZFWIdpsSignature",
    "AZFWNatRule",
    "AZFWNetworkRule",
    "AZFWThreatIntel",
)

#: Further logs that policy analytics reads. Same page.
FIREWALL_AGGREGATIONS = ("AZFWApplicationRuleAggregation", "AZFWNatRuleAggregation", "AZFWNetworkRuleAggregation")

#: Logs of a workspace without those of reads, which are billed by volume, and without AmlComputeClusterNodeEvent, which
#: has no table and is deprecated since February 2022:
#: https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-machinelearningservices-workspaces-logs
WORKSPACE_CHANGES = (
    "AmlComputeClusterEvent",
    "AmlComputeCpuGpuUtilization",
    "AmlComputeJobEvent",
    "AmlRunStatusChangedEvent",
    "ComputeInstanceEvent",
    "DataLabelChangeEvent",
    "DataSetChangeEvent",
    "DataStoreChangeEvent",
    "DeploymentEventACI",
    "DeploymentEventAKS",
    "EnvironmentChangeEvent",
    "InferencingOperationACI",
    "InferencingOperationAKS",
    "ModelsActionEvent",
    "ModelsChangeEvent",
    "PipelineChangeEvent",
    "RunEvent",
)

EMITS: Mapping[str, Emits] = {
    "Microsoft.ContainerRegistry/registries": Emits(logs=True, metrics=True),
    # AZKVAuditLogs: https://learn.microsoft.com/azure/azure-monitor/reference/tables/azkvauditlogs
    "Microsoft.KeyVault/vaults": Emits(logs=True, metrics=True, dedicated=True),
    "Microsoft.MachineLearningServices/workspaces": Emits(logs=True, metrics=True),
    "Microsoft.Network/azureFirewalls": Emits(logs=True, metrics=True, dedicated=True, categories=FIREWALL_LOGS),
    "Microsoft.Network/networkSecurityGroups": Emits(logs=True, metrics=False),
    "Microsoft.Network/publicIPAddresses": Emits(logs=True, metrics=True),
    "Microsoft.Network/virtualNetworks": Emits(logs=True, metrics=True),
    "Microsoft.OperationalInsights/workspaces": Emits(logs=True, metrics=True),
    # Metrics of the account include transactions of its services, which send logs alone: metrics are paid for once.
    "Microsoft.Storage/storageAccounts": Emits(logs=False, metrics=True),
    "Microsoft.Storage/storageAccounts/blobServices": Emits(logs=True, metrics=False),
    "Microsoft.Storage/storageAccounts/fileServices": Emits(logs=True, metrics=False),
    "Microsoft.Storage/storageAccounts/queueServices": Emits(logs=True, metrics=False),
    "Microsoft.Storage/storageAccounts/tableServices": Emits(logs=True, metrics=False),
    **{row.name: row.emits for facts in capability_facts() for row in facts.types if row.emits is not None},
}
