"""Catalogue of log search alerts: one rule for all workspaces, of which each is an alert by its own.

Tables: https://learn.microsoft.com/azure/azure-monitor/reference/tables/, amlrunstatuschangedevent,
amlonlineendpointeventlog, azfwapplicationrule and azfwnetworkrule. Thresholds are a choice of this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from amlz.dataclass import dataclass

LogAlertName = Literal["jobs-failing", "queue-wait", "crash-loop", "egress-denied"]


@dataclass(frozen=True, slots=True)
class LogAlert:
    """A row; its query is the file of its name. `measure`: the column that is compared with `threshold`.

    `look`: a query of the runbook; `act`: its steps.
    """

    measure: str
    threshold: float
    window: str
    frequency: str
    severity: int
    description: str
    look: str
    act: tuple[str, ...]
    dimensions: tuple[str, ...] = ()
    by_resource: bool = True
    of_firewall: bool = False


LOG_CATALOGUE: Mapping[LogAlertName, LogAlert] = {
    "jobs-failing": LogAlert(
        "failedPercent", 20, "P1D", "PT1H", 3, "More than a fifth of the runs of a day failed.",
        "AmlComputeJobEvent | where TimeGenerated > ago(1d) and EventType == 'JobFailed' "
        "| project TimeGenerated, WorkspaceName, ExperimentName, JobName, JobErrorMessage",
        ("Sort the errors by cause: data, roles, quota or code.", "Correct the cause, and submit the jobs again."),
    ),
    "queue-wait": LogAlert(
        "waitMinutes", 60, "PT6H", "PT30M", 3, "Runs wait for more than an hour.",
        "AmlComputeClusterEvent | where TimeGenerated > ago(6h) "
        "| summarize arg_max(TimeGenerated, CurrentNodeCount, TargetNodeCount, MaximumNodeCount) by ClusterName",
        ("Raise maxNodes, or request quota: amlz runbook STACK quota-used.", "Cancel runs that nobody needs."),
    ),
    "crash-loop": LogAlert(
        "events", 3, "PT15M", "PT5M", 1, "A deployment of an online endpoint does not start.",
        "AmlOnlineEndpointConsoleLog | where TimeGenerated > ago(1h) | project TimeGenerated, DeploymentName, Message",
        ("Send the traffic to the earlier deployment.", "Read the log of the container, then correct the deployment."),
        ("DeploymentName",),
    ),
    "egress-denied": LogAlert(
        "denied", 100, "PT1H", "PT15M", 3, "The firewall denied more than 100 connections of an environment.",
        "AZFWApplicationRule | where TimeGenerated > ago(1h) and Action == 'Deny' "
        "| summarize count() by SourceIp, Fqdn",
        ("Ask the project: a package host is added to `egressHosts`.", "A target that nobody knows is an incident."),
        ("environment",), by_resource=False, of_firewall=True,
    ),
}  # fmt: skip
