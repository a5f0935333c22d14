"""Catalogue of metric alerts: one row an alert, with the source of its threshold.

Rows of Azure Monitor Baseline Alerts are in its repository, services/<service>/alerts.yaml (2026-11). Names of metrics:
https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/metrics-index. Those of workspaces
have spaces. Those of private endpoints have no dimensions, and the page does not state from which side it counts in
and out. Two windows differ from the baseline, which has as long a frequency: Terraform's provider documents that a
window is longer (https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/monitor_metric_alert).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from amlz.dataclass import dataclass

_AMBA = "https://github.com/Azure/azure-monitor-baseline-alerts/tree/main/services/"
_ML = _AMBA + "MachineLearningServices/workspaces"
_VAULT = _AMBA + "KeyVault/vaults"
_FIREWALL = _AMBA + "Network/azureFirewalls"
#: No baseline lists it: the threshold is a choice of this project.
OWN = "own choice"

AlertName = Literal[
    "failed-runs", "deployment-failed", "runs-not-responding", "quota-used", "unusable-nodes", "idle-nodes",
    "preempted-nodes", "vault-availability", "vault-saturation", "vault-latency", "vault-results",
    "storage-availability", "endpoint-bytes-in", "endpoint-bytes-out", "registry-storage", "firewall-health",
    "firewall-snat",
]  # fmt: skip
On = Literal["workspace", "vault", "storage", "blobEndpoint", "registry", "firewall"]

TYPES: Mapping[On, str] = {
    "workspace": "Microsoft.MachineLearningServices/workspaces",
    "vault": "Microsoft.KeyVault/vaults",
    "storage": "Microsoft.Storage/storageAccounts",
    "blobEndpoint": "Microsoft.Network/privateEndpoints",
    "registry": "Microsoft.ContainerRegistry/registries",
    "firewall": "Microsoft.Network/azureFirewalls",
}


@dataclass(frozen=True, slots=True)
class CatalogueAlert:
    """A row. `threshold`: None for a dynamic one, which Azure learns. `everywhere`: also outside of production.

    `dimensions`: by name the values that count, `*` for each value, which is an alert then. `look`, `act`: first steps
    of the runbook. The commands of `look` may hold {id}, {name}, {group}, {subscription} and {metric}.
    """

    on: On
    metric: str
    aggregation: Literal["Total", "Average", "Minimum", "Maximum"]
    operator: Literal["GreaterThan", "LessThan"]
    threshold: float | None
    severity: int
    description: str
    source: str
    look: tuple[str, ...]
    act: tuple[str, ...]
    frequency: str = "PT1M"
    window: str = "PT5M"
    dimensions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    everywhere: bool = False


_JOBS = "az ml job list --workspace-name {name} --resource-group {group} --subscription {subscription} --max-results 20"
_COMPUTES = "az ml compute list --workspace-name {name} --resource-group {group} --subscription {subscription}"
_METRICS = "az monitor metrics list --resource {id} --metric {metric} --interval PT1M"
_TRAFFIC = (
    "Find the job that reads or writes more than usual: list the runs of that time in the studio.",
    "If no job explains it, it is an incident. The log of the storage account has the caller: of reads with "
    "`storageReadLogs` alone.",
)

CATALOGUE: Mapping[AlertName, CatalogueAlert] = {
    "failed-runs": CatalogueAlert(
        "workspace", "Failed Runs", "Total", "GreaterThan", 0, 3, "A run failed.", _ML,
        (_JOBS, _METRICS),
        ("Read the error of the run in the studio.", "Correct roles, secrets or data, and submit the job again."),
        # A failed pipeline counts as its parent and as each failed step: only parents and single runs are counted.
        dimensions=(("RunType", ("Experiment", "PipelineRun")),), everywhere=True,
    ),
    "deployment-failed": CatalogueAlert(
        "workspace", "Model Deploy Failed", "Total", "GreaterThan", 0, 3, "A deployment of a model failed.", _ML,
        ("az ml online-endpoint list --workspace-name {name} --resource-group {group} --subscription {subscription}",
         "az ml online-deployment get-logs --endpoint-name ENDPOINT --name DEPLOYMENT --workspace-name {name} "
         "--resource-group {group} --subscription {subscription}"),
        ("Send the traffic to the earlier deployment.", "Delete the failed one: it is billed."),
    ),
    "runs-not-responding": CatalogueAlert(
        "workspace", "Not Responding Runs", "Total", "GreaterThan", 0, 3, "A run does not respond.", _ML,
        (_JOBS, _COMPUTES), ("Cancel the run.", "Submit it again on other nodes."),
    ),
    "quota-used": CatalogueAlert(
        "workspace", "Quota Utilization Percentage", "Average", "GreaterThan", 90, 3,
        "A family of machine sizes has used most of its quota.", _ML,
        ("az ml compute list-usage --workspace-name {name} --resource-group {group} --subscription {subscription}",),
        ("Scale clusters down, or request more quota.",), dimensions=(("VmFamilyName", ("*",)),),
    ),
    "unusable-nodes": CatalogueAlert(
        "workspace", "Unusable Nodes", "Total", "GreaterThan", 0, 3, "A cluster has nodes that cannot be used.", _ML,
        (_COMPUTES, _METRICS),
        ("Scale the cluster to zero, then let it scale up.", "Check the egress of its subnet: amlz reach STACK."),
        dimensions=(("ClusterName", ("*",)),),
    ),
    "idle-nodes": CatalogueAlert(
        "workspace", "Idle Nodes", "Minimum", "GreaterThan", 0, 3, "A cluster kept idle nodes for six hours.", OWN,
        (_COMPUTES, _METRICS), ("Set minNodes to 0, or a shorter idleSeconds.",), "PT1H", "PT6H",
        (("ClusterName", ("*",)),),
    ),
    "preempted-nodes": CatalogueAlert(
        "workspace", "Preempted Nodes", "Maximum", "GreaterThan", 0, 3,
        "Azure took low-priority nodes of a cluster away.", OWN, (_COMPUTES, _JOBS),
        ("Check that the jobs of the cluster continue from their checkpoints.",
         "Where they cannot wait, set `priority: dedicated` for the cluster."),
        "PT15M", "PT1H", (("ClusterName", ("*",)),),
    ),
    "vault-availability": CatalogueAlert(
        "vault", "Availability", "Average", "LessThan", 90, 1, "The vault does not answer.", _VAULT,
        (_METRICS,), ("Read Service Health.", "Check private endpoint and name: amlz reach STACK."),
    ),
    "vault-saturation": CatalogueAlert(
        "vault", "SaturationShoebox", "Average", "GreaterThan", 75, 1, "The vault is near its capacity.", _VAULT,
        (_METRICS,), ("Find the caller in the audit log of the vault, and let it cache secrets.",),
    ),
    "vault-latency": CatalogueAlert(
        "vault", "ServiceApiLatency", "Average", "GreaterThan", 1000, 3, "The vault answers slowly.", _VAULT,
        (_METRICS,), ("Read Service Health.",),
    ),
    "vault-results": CatalogueAlert(
        "vault", "ServiceApiResult", "Average", "GreaterThan", None, 2, "The vault has unusual traffic.", _VAULT,
        (_METRICS,), ("Find the caller in the audit log of the vault.",), "PT5M", "PT15M",
    ),
    # The baseline has 100: a single failed request would page.
    "storage-availability": CatalogueAlert(
        "storage", "Availability", "Average", "LessThan", 99, 1, "The storage account does not answer.", OWN,
        (_METRICS,), ("Read Service Health.", "Check private endpoints and names: amlz reach STACK."), "PT5M", "PT15M",
    ),
    "endpoint-bytes-in": CatalogueAlert(
        "blobEndpoint", "PEBytesIn", "Total", "GreaterThan", None, 3,
        "The blob endpoint of the storage account has unusual traffic in.", OWN, (_METRICS,), _TRAFFIC,
        "PT5M", "PT15M",
    ),
    "endpoint-bytes-out": CatalogueAlert(
        "blobEndpoint", "PEBytesOut", "Total", "GreaterThan", None, 3,
        "The blob endpoint of the storage account has unusual traffic out.", OWN, (_METRICS,), _TRAFFIC,
        "PT5M", "PT15M",
    ),
    "registry-storage": CatalogueAlert(
        "registry", "StorageUsed", "Average", "GreaterThan", 429496729600, 3, "The registry holds more than 400 GiB.",
        _AMBA + "ContainerRegistry/registries",
        ("az acr show-usage --name {name} --subscription {subscription}",), ("Delete images that nothing uses.",),
        "PT5M", "PT1H",
    ),
    "firewall-health": CatalogueAlert(
        "firewall", "FirewallHealth", "Average", "LessThan", 90, 0, "The firewall is not healthy.", _FIREWALL,
        (_METRICS,), ("Read Service Health.", "Every spoke has lost its egress: inform all projects."),
    ),
    "firewall-snat": CatalogueAlert(
        "firewall", "SNATPortUtilization", "Average", "GreaterThan", 80, 1, "The firewall runs out of SNAT ports.",
        _FIREWALL, (_METRICS,), ("Add `hub.natGateway`, or a public address.",),
    ),
}  # fmt: skip
