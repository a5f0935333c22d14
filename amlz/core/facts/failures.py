"""Failure modes of machine learning in production, and the first steps after each: data for runbooks.

Commands may hold {stack}, {owner}, {workspace}, {group}, {subscription}, {vault} and {log}; words in capitals are for the
reader. A query is run by `log`. The table rests on no page: it is a choice of this project.
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure mode. `alerts`: names of alerts that notice it; none where no alert of Azure does. `queries`: of the
    central log.
    """

    title: str
    alerts: tuple[str, ...]
    look: tuple[str, ...]
    queries: tuple[str, ...]
    act: tuple[str, ...]


_ML = "--workspace-name {workspace} --resource-group {group} --subscription {subscription}"
_REACH = "amlz reach {stack} --from {owner}"
_TRAFFIC = "az ml online-endpoint update --name ENDPOINT --traffic EARLIER=100 " + _ML

FAILURES: Mapping[str, Failure] = {
    "failed-training": Failure(
        "Training fails", ("failed-runs", "jobs-failing", "slo-job-success"),
        ("az ml job list --max-results 20 " + _ML, "az ml job show --name JOB " + _ML),
        ("AmlComputeJobEvent | where TimeGenerated > ago(1d) and EventType == 'JobFailed' "
         "| project TimeGenerated, WorkspaceName, ExperimentName, JobName, JobErrorMessage",),
        ("Sort the errors by cause: data, roles, quota, image or code.",
         "For a role: amlz can {stack} PERSONA ACTION --project PROJECT --environment ENVIRONMENT.",
         "Correct the cause, and submit the job again."),
    ),
    "drift": Failure(
        "Inputs or predictions drift", ("failed-runs",),
        ("az ml schedule list " + _ML, "az ml job list --max-results 20 " + _ML),
        ("AmlRunStatusChangedEvent | where TimeGenerated > ago(2d) and Status == 'Failed' "
         "| project TimeGenerated, WorkspaceName, RunId",),
        ("Read the run of the monitor in the studio: which feature, since when.",
         "Ask the owner of the data whether the change is meant.",
         "Retrain on recent data, compare with the model in use, then replace the baseline."),
    ),
    "latency": Failure(
        "An endpoint answers slowly", ("slo-latency", "slo-availability"),
        ("az ml online-deployment list --endpoint-name ENDPOINT " + _ML,),
        ("AmlOnlineEndpointTrafficLog | where TimeGenerated > ago(1h) "
         "| summarize p95 = percentile(TotalDurationMs, 95), model = percentile(RequestDurationMs, 95), "
         "throttled = max(RequestThrottlingDelayMs) by EndpointName, DeploymentName",),
        ("If a deployment began within the window, send the traffic to the earlier one: " + _TRAFFIC,
         "Else scale out: az ml online-deployment update --name DEPLOYMENT --endpoint-name ENDPOINT "
         "--set instance_count=N " + _ML,
         "If requests are throttled, the limits of the endpoint are reached: more instances do not help."),
    ),
    "rollback": Failure(
        "A new model is wrong",
        ("deployment-failed", "crash-loop", "aks-deployment-down", "aks-pods-crashing", "slo-availability", "slo-error-rate"),
        ("az ml online-endpoint show --name ENDPOINT --query traffic " + _ML,
         "az ml online-deployment get-logs --name DEPLOYMENT --endpoint-name ENDPOINT " + _ML),
        ("AmlOnlineEndpointTrafficLog | where TimeGenerated > ago(1h) "
         "| summarize requests = count(), errors = countif(ResponseCode >= 500) by EndpointName, DeploymentName",),
        ("Send the traffic to the earlier deployment: " + _TRAFFIC,
         "Keep the wrong deployment without traffic until its logs are saved, then delete it: it is billed.",
         "Archive the version of the model, so that no pipeline deploys it again."),
    ),
    "ingestion-lag": Failure(
        "Data arrives late", (),
        ("az ml data list --name DATA_ASSET --max-results 3 " + _ML,),
        ("AmlComputeJobEvent | where TimeGenerated > ago(2d) and EventType == 'JobSucceeded' "
         "| summarize latest = max(TimeGenerated) by WorkspaceName, ExperimentName",),
        ("No table of Azure has the age of data: compare the time of the newest data asset with its schedule.",
         "Read the run of the pipeline that ingests; run it again for the missing days.",
         "Inform the users of the model of the age of its inputs."),
    ),
    "secret-rotation": Failure(
        "A secret expired or was rotated", ("vault-results", "vault-availability"),
        ("az keyvault secret list --vault-name {vault} --query \"[].{{name: name, expires: attributes.expires}}\"",),
        ("AZKVAuditLogs | where TimeGenerated > ago(1d) and HttpStatusCode >= 400 "
         "| summarize failures = count() by OperationName, HttpStatusCode",),
        ("Set the new version: az keyvault secret set --vault-name {vault} --name SECRET --file FILE.",
         "Restart what reads the secret only at its start: deployments and long jobs.",
         "Replace the secret by an identity where the target accepts tokens of Entra ID."),
    ),
    "cost-spike": Failure(
        "Cost rises", ("idle-nodes", "quota-used", "daily-cap"),
        ("amlz cost {stack}", "az ml compute list " + _ML,
         "az consumption usage list --subscription {subscription} --top 20"),
        ("Usage | where TimeGenerated > ago(1d) | summarize MB = sum(Quantity) by DataType | order by MB desc",),
        ("Scale idle clusters to zero, and stop instances: az ml compute stop --name INSTANCE " + _ML,
         "Delete deployments without traffic.",
         "Set `minNodes: 0`, a shorter `idleSeconds` and a `budget` in the stack file."),
    ),
    "dns-failure": Failure(
        "Names do not resolve, or nothing is reached", ("egress-denied", "vault-availability", "storage-availability"),
        (_REACH, "amlz addresses {stack}",
         "az network private-endpoint list --resource-group {group} --subscription {subscription} --output table"),
        ("AZFWApplicationRule | where TimeGenerated > ago(1h) and Action == 'Deny' "
         "| summarize count() by SourceIp, Fqdn",),
        ("Run nslookup HOST on a node. A public address means that the private DNS zone is not linked or has no record.",
         "For a denied host, add it to `egressHosts` if the project needs it.",
         "In a service mesh of an attached cluster, exclude the host from the proxy first, then correct the mesh."),
    ),
}  # fmt: skip
