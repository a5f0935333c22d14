"""Writes the dashboards of Managed Grafana for AKS clusters and meshes, with Grafana's own library of builders.

    .tools/grafana/bin/python tools/dashboards.py [--check]

`make grafana` installs the library in .tools/grafana: the program reads the files alone. Each dashboard finds its data
source by a variable, since Azure decides the name of that. Metrics of clusters are collected by default
(https://learn.microsoft.com/azure/azure-monitor/containers/prometheus-metrics-scrape-default), those of meshes by the
job that `amlz mesh render` writes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import dashboard, prometheus, text, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableRefresh

FOLDER = Path(__file__).resolve().parents[1] / "amlz" / "capabilities"
_METRICS = DataSourceRef(type_val="prometheus", uid="${datasource}")
_STATE, _HERE = 'job="kube-state-metrics"', 'cluster="$cluster"'
_WORKLOAD = f'{_HERE}, namespace="$namespace"'
_CONTAINERS = f'{_WORKLOAD}, container!="", container!="POD"'
#: Grafana's name of a unit: `percentunit` of parts of 1.
_PART, _COUNT, _BYTES = "percentunit", "short", "bytes"
_NODE = "{{instance}}"

#: By title of the panel: unit, then expressions by legend.
Panels = Mapping[str, tuple[str, Mapping[str, str]]]

_CLUSTERS: Panels = {
    "Nodes": (_COUNT, {
        "ready": f'sum(kube_node_status_condition{{{_STATE}, {_HERE}, condition="Ready", status="true"}})',
        "all": f"count(kube_node_info{{{_STATE}, {_HERE}}})",
    }),
    "Pods by phase": (_COUNT, {"{{phase}}": f"sum by (phase) (kube_pod_status_phase{{{_STATE}, {_HERE}}})"}),
    "Pods that wait, by reason": (_COUNT, {
        "{{reason}}": f"sum by (reason) (kube_pod_container_status_waiting_reason{{{_STATE}, {_HERE}}})",
    }),
    "Processors of nodes": (_PART, {
        _NODE: f'1 - avg by (instance) (rate(node_cpu_seconds_total{{{_HERE}, mode="idle"}}[$__rate_interval]))',
    }),
    "Memory of nodes": (_PART, {
        _NODE: f"1 - sum by (instance) (node_memory_MemAvailable_bytes{{{_HERE}}}) "
        f"/ sum by (instance) (node_memory_MemTotal_bytes{{{_HERE}}})",
    }),
    "Disks of nodes": (_PART, {
        _NODE: f'1 - min by (instance) (node_filesystem_avail_bytes{{{_HERE}, mountpoint="/"}} '
        f'/ node_filesystem_size_bytes{{{_HERE}, mountpoint="/"}})',
    }),
    "Processors requested": (_COUNT, {
        "requested": f'sum(kube_pod_container_resource_requests{{{_STATE}, {_HERE}, resource="cpu"}})',
        "there": f'sum(kube_node_status_allocatable{{{_STATE}, {_HERE}, resource="cpu"}})',
    }),
    "Memory requested": (_BYTES, {
        "requested": f'sum(kube_pod_container_resource_requests{{{_STATE}, {_HERE}, resource="memory"}})',
        "there": f'sum(kube_node_status_allocatable{{{_STATE}, {_HERE}, resource="memory"}})',
    }),
    "GPUs requested": (_COUNT, {
        "requested": f'sum(kube_pod_container_resource_requests{{{_STATE}, {_HERE}, resource="nvidia_com_gpu"}})',
        "there": f'sum(kube_node_status_allocatable{{{_STATE}, {_HERE}, resource="nvidia_com_gpu"}})',
    }),
}  # fmt: skip

_ENDPOINTS: Panels = {
    "Replicas": (_COUNT, {
        "{{deployment}}: available":
            f"sum by (deployment) (kube_deployment_status_replicas_available{{{_STATE}, {_WORKLOAD}}})",
        "{{deployment}}: wanted": f"sum by (deployment) (kube_deployment_spec_replicas{{{_STATE}, {_WORKLOAD}}})",
    }),
    "Restarts in an hour": (_COUNT, {
        "{{pod}}": f"sum by (pod) (increase(kube_pod_container_status_restarts_total{{{_STATE}, {_WORKLOAD}}}[1h]))",
    }),
    "Containers that wait, by reason": (_COUNT, {
        "{{pod}}: {{reason}}":
            f"sum by (pod, reason) (kube_pod_container_status_waiting_reason{{{_STATE}, {_WORKLOAD}}}) > 0",
    }),
    "Processors": (_COUNT, {
        "{{pod}}": f"sum by (pod) (rate(container_cpu_usage_seconds_total{{{_CONTAINERS}}}[$__rate_interval]))",
    }),
    "Periods in which the limit of processors held a pod back": (_PART, {
        "{{pod}}": f"sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{{{_CONTAINERS}}}[$__rate_interval])) "
        f"/ sum by (pod) (rate(container_cpu_cfs_periods_total{{{_CONTAINERS}}}[$__rate_interval]))",
    }),
    "Memory, as a part of its limit": (_PART, {
        "{{pod}}": f"sum by (pod) (container_memory_working_set_bytes{{{_CONTAINERS}}}) "
        f'/ sum by (pod) (kube_pod_container_resource_limits{{{_STATE}, {_WORKLOAD}, resource="memory"}})',
    }),
    "Network": ("Bps", {
        "{{pod}}: in": f"sum by (pod) (rate(container_network_receive_bytes_total{{{_WORKLOAD}}}[$__rate_interval]))",
        "{{pod}}: out": f"sum by (pod) (rate(container_network_transmit_bytes_total{{{_WORKLOAD}}}[$__rate_interval]))",
    }),
}  # fmt: skip
_MESH_HERE = f'{_HERE}, mesh="$mesh"'
_SERVER_ERROR = 'envoy_response_code_class="5"'
_OF_ENDPOINT, _ENDPOINT = "sum by (envoy_cluster_name)", "{{envoy_cluster_name}}"
_MESH: Panels = {
    "Requests in a second, by endpoint": ("reqps", {
        _ENDPOINT: f"{_OF_ENDPOINT} (rate(envoy_cluster_upstream_rq_xx{{{_MESH_HERE}}}[$__rate_interval]))",
    }),
    "Errors of the server, as a part of requests": (_PART, {
        _ENDPOINT:
            f"{_OF_ENDPOINT} (rate(envoy_cluster_upstream_rq_xx{{{_MESH_HERE}, {_SERVER_ERROR}}}[$__rate_interval])) "
            f"/ {_OF_ENDPOINT} (rate(envoy_cluster_upstream_rq_xx{{{_MESH_HERE}}}[$__rate_interval]))",
    }),
    "Retries, as a part of tries": (_PART, {
        _ENDPOINT: f"{_OF_ENDPOINT} (rate(envoy_cluster_upstream_rq_retry{{{_MESH_HERE}}}[$__rate_interval])) "
        f"/ {_OF_ENDPOINT} (rate(envoy_cluster_upstream_rq_total{{{_MESH_HERE}}}[$__rate_interval]))",
    }),
    "Latency, 95 of 100 requests": ("ms", {
        _ENDPOINT: "histogram_quantile(0.95, sum by (le, envoy_cluster_name) "
        f"(rate(envoy_cluster_upstream_rq_time_bucket{{{_MESH_HERE}}}[$__rate_interval])))",
    }),
    "Denied requests in an hour, by pod": (_COUNT, {
        "{{namespace}} {{pod}}": f"sum by (namespace, pod) (increase(envoy_http_rbac_denied{{{_MESH_HERE}}}[1h]) "
        f"or increase(envoy_rbac_denied{{{_MESH_HERE}}}[1h]))",
    }),
    "Renewals of certificates in two hours, by pod": (_COUNT, {
        "{{namespace}} {{pod}}": "max by (namespace, pod) "
        f"(increase(envoy_listener_server_ssl_socket_factory_ssl_context_update_by_sds{{{_MESH_HERE}}}[2h]) "
        f"or increase(envoy_cluster_client_ssl_socket_factory_ssl_context_update_by_sds{{{_MESH_HERE}}}[2h]))",
    }),
    "Ejected hosts, by endpoint": (_COUNT, {
        _ENDPOINT: f"{_OF_ENDPOINT} (envoy_cluster_outlier_detection_ejections_active{{{_MESH_HERE}}})",
    }),
    "Proxies that are scraped": (_COUNT, {"{{zone}}": f"count by (zone) (up{{{_MESH_HERE}}} == 1)"}),
}  # fmt: skip
_NOT_TRIED = (
    "Names of metrics are those of Envoy 1.39.3. No control plane of Kuma and no Prometheus of Azure ran: if a panel "
    "is empty, look for the names at port 5670 of a pod. `envoy_cluster_name` is Kuma's name of the endpoint."
)
_NO_REQUESTS = (
    "No metric here counts requests or measures their latency: the metrics that Azure collects by default are those of "
    "Kubernetes. The use of GPUs is not among them either: it takes an exporter in the cluster."
)


def dashboards() -> dict[str, str]:
    """Returns the dashboards as JSON, by the paths of their files below FOLDER."""
    of_cluster = (_variable("cluster", "Cluster", "kube_node_info"),)
    of_namespace = (
        *of_cluster,
        _variable("namespace", "Namespace", f'kube_namespace_status_phase{{{_HERE}, phase="Active"}}'),
    )
    of_mesh = (_variable("cluster", "Cluster", 'up{mesh!=""}'), _variable("mesh", "Mesh", f'up{{{_HERE}, mesh!=""}}'))
    return {
        "aks/dashboards/aks-clusters.json": _dashboard("aks-clusters", "AKS clusters", of_cluster, _CLUSTERS),
        "aks/dashboards/aks-endpoints.json":
            _dashboard("aks-endpoints", "AKS endpoints", of_namespace, _ENDPOINTS, _NO_REQUESTS),
        "mesh/dashboards/mesh.json": _dashboard("mesh", "Service mesh", of_mesh, _MESH, _NOT_TRIED),
    }  # fmt: skip


def _dashboard(uid: str, title: str, variables: tuple[Any, ...], panels: Panels, note: str | None = None) -> str:
    built = dashboard.Dashboard(title).uid(uid).tags(["aml-landing-zone"]).time("now-6h", "now").refresh("1m")
    built.with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
    for variable in variables:
        built.with_variable(variable)
    if note is not None:
        built.with_panel(text.Panel().id(100).content(note).height(3).span(24))
    for place, (name, (unit, expressions)) in enumerate(panels.items(), 1):
        panel = timeseries.Panel().id(place).title(name).unit(unit).min(0).datasource(_METRICS).height(8).span(8)
        for number, (legend, expression) in enumerate(expressions.items()):
            query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id("ABC"[number])
            panel.with_target(query)
        built.with_panel(panel)
    return f"{JSONEncoder(sort_keys=True, indent=2).encode(built.build())}\n"


def _variable(name: str, label: str, metric: str) -> Any:
    """Returns a variable of the values that a label of a metric has."""
    variable = dashboard.QueryVariable(name).label(label).datasource(_METRICS)
    return variable.query(f"label_values({metric}, {name})").refresh(VariableRefresh.ON_DASHBOARD_LOAD)


def main() -> None:
    """Writes the files. With `--check` it only compares them: the exit code is 1 where one differs."""
    written = dashboards()
    if "--check" in sys.argv[1:]:
        wrong = [name for name, content in written.items() if (FOLDER / name).read_text("utf-8") != content]
        sys.exit(f"Run tools/dashboards.py: {', '.join(wrong)}" if wrong else 0)
    for name, content in written.items():
        (FOLDER / name).write_text(content, "utf-8")


if __name__ == "__main__":
    main()
