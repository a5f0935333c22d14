"""Catalogue of alerts on metrics of Prometheus: of clusters whose metrics are in an Azure Monitor workspace.

Thresholds and times are those of Microsoft's recommended rules where one is named
(https://learn.microsoft.com/azure/azure-monitor/containers/kubernetes-metric-alerts, 2026-07), else a choice of this
project. Every metric is collected by default
(https://learn.microsoft.com/azure/azure-monitor/containers/prometheus-metrics-scrape-default, 2025-09).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from amlz.dataclass import dataclass

PrometheusAlertName = Literal[
    "aks-deployment-down", "aks-deployment-degraded", "aks-pods-crashing", "aks-pods-pending", "aks-out-of-memory",
    "aks-memory", "aks-node-not-ready",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PrometheusAlert:
    """A row. `expression`: PromQL, true for what the alert is for; it holds THRESHOLD. `wait`: how long it is true.

    `like`: the recommended rule that it follows. `look`: a query of the runbook, of rows of one cluster in the central
    log, and a command of kubectl; `act`: its steps.
    """

    expression: str
    threshold: float
    wait: str
    severity: int
    description: str
    like: str | None
    look: tuple[str, str]
    act: tuple[str, ...]


_STATE = 'job="kube-state-metrics"'
_POD = "cluster, namespace, pod, container"
_DEPLOYMENT = "cluster, namespace, deployment"
_EVENTS = "project TimeGenerated, Namespace, Name, Reason, Message"
_ROLL_BACK = "Send the traffic to the earlier deployment, or undo the rollout: kubectl rollout undo."

PROMETHEUS_CATALOGUE: Mapping[PrometheusAlertName, PrometheusAlert] = {
    "aks-deployment-down": PrometheusAlert(
        f"min by ({_DEPLOYMENT}) (kube_deployment_status_replicas_available{{{_STATE}}}) < THRESHOLD "
        f"and on ({_DEPLOYMENT}) kube_deployment_spec_replicas{{{_STATE}}} > 0",
        1, "PT15M", 1, "A deployment of the cluster has no replica that is available.", None,
        (f"KubeEvents | where KubeEventType != 'Normal' | {_EVENTS}",
         "kubectl get deployments --all-namespaces"),
        (_ROLL_BACK, "If pods are pending, see the runbook of aks-pods-pending."),
    ),
    "aks-deployment-degraded": PrometheusAlert(
        f"sum by ({_DEPLOYMENT}) (kube_deployment_status_replicas_ready{{{_STATE}}}) "
        f"/ sum by ({_DEPLOYMENT}) (kube_deployment_spec_replicas{{{_STATE}}}) < THRESHOLD",
        0.8, "PT5M", 3, "Less than four fifths of the replicas of a deployment are ready.", "KubePodReadyStateLow",
        (f"KubeEvents | where KubeEventType != 'Normal' | {_EVENTS}",
         "kubectl get deployments --all-namespaces"),
        ("Read the events of its pods.", _ROLL_BACK),
    ),
    "aks-pods-crashing": PrometheusAlert(
        f"sum by (cluster, namespace, pod) "
        f'(max_over_time(kube_pod_container_status_waiting_reason{{{_STATE}, reason="CrashLoopBackOff"}}[5m])) '
        "> THRESHOLD",
        0, "PT15M", 2, "A pod starts again and again, and fails each time.", "KubePodCrashLooping",
        ("ContainerLogV2 | project TimeGenerated, PodNamespace, PodName, ContainerName, LogMessage",
         "kubectl logs --namespace NAMESPACE --previous POD"),
        ("Read the last lines before it ended.", _ROLL_BACK),
    ),
    "aks-pods-pending": PrometheusAlert(
        f'sum by (cluster, namespace) (kube_pod_status_phase{{{_STATE}, phase="Pending"}}) > THRESHOLD',
        0, "PT30M", 3, "Pods of a namespace have been pending for half an hour.", None,
        (f"KubeEvents | where Reason in ('FailedScheduling', 'FailedMount', 'Failed') | {_EVENTS}",
         "kubectl get pods --all-namespaces --field-selector status.phase=Pending"),
        ("If nodes are missing, raise `maxNodes` of the pool, or request quota of its virtual machines.",
         "If a taint keeps it away, add the toleration to the deployment."),
    ),
    "aks-out-of-memory": PrometheusAlert(
        f"sum by ({_POD}) (increase(kube_pod_container_status_restarts_total{{{_STATE}}}[1h])) > THRESHOLD "
        f"and on ({_POD}) "
        f'kube_pod_container_status_last_terminated_reason{{{_STATE}, reason="OOMKilled"}} > 0',
        0, "PT5M", 3, "A container was ended because it used more memory than its limit.",
        "KubeContainerOOMKilledCount",
        ("KubePodInventory | where ContainerStatusReason == 'OOMKilled' "
         "| project TimeGenerated, Namespace, Name, ContainerName",
         "kubectl top pods --all-namespaces --containers"),
        ("Raise the memory limit of the deployment, or choose a larger instance type.",
         "If it grows without end, undo the rollout: it is a leak."),
    ),
    "aks-memory": PrometheusAlert(
        f'max by ({_POD}) (container_memory_working_set_bytes{{job="cadvisor", container!="", container!="POD"}}) '
        f'/ on ({_POD}) max by ({_POD}) (kube_pod_container_resource_limits{{{_STATE}, resource="memory"}}) '
        "> THRESHOLD",
        0.95, "PT10M", 3, "A container uses almost all of the memory that its limit allows.",
        "KubeContainerAverageMemoryHigh",
        ("KubePodInventory | summarize arg_max(TimeGenerated, PodStatus) by Namespace, Name, ContainerName",
         "kubectl top pods --all-namespaces --containers"),
        ("Raise the memory limit of the deployment before it is ended.",),
    ),
    "aks-node-not-ready": PrometheusAlert(
        f'sum by (cluster, node) (kube_node_status_condition{{{_STATE}, condition="Ready", status="true"}}) '
        "< THRESHOLD",
        1, "PT15M", 2, "A node of the cluster is not ready.", "KubeNodeUnreachable",
        ("KubeNodeInventory | summarize arg_max(TimeGenerated, Status) by Computer",
         "kubectl describe nodes"),
        ("Read Service Health.", "Drain the node: kubectl drain NODE --ignore-daemonsets. The pool makes a new one."),
    ),
}  # fmt: skip
