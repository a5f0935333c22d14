"""Catalogue of alerts on metrics of the proxies of a service mesh.

Names of metrics are those that Envoy 1.39.3 answers on `/stats/prometheus` (tests/mesh/test_real_envoy.py). Their
meaning: https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats,
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rbac_filter. Kuma's profile `Basic` has all
of them (kumahq/kuma app/kuma-dp/pkg/dataplane/metrics/profiles.go). The label `mesh` is of the rendered scrape job.
Thresholds are a choice of this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from amlz.capabilities.operations.prometheus_catalogue import PrometheusAlert

MeshAlertName = Literal[
    "mesh-certificate-age", "mesh-denied-requests", "mesh-errors", "mesh-retries", "mesh-not-scraped"
]

_HERE = 'mesh="MESH"'
_POD, _ENDPOINT = "cluster, mesh, namespace, pod", "cluster, mesh, envoy_cluster_name"
_SERVER_ERROR = 'envoy_response_code_class="5"'
_RENEWED = "ssl_socket_factory_ssl_context_update_by_sds"
_PROXY = (
    "ContainerLogV2 | where ContainerName == 'kuma-sidecar' | project TimeGenerated, PodNamespace, PodName, LogMessage"
)

MESH_CATALOGUE: Mapping[MeshAlertName, PrometheusAlert] = {
    # The time to expiry has a name that changes with the certificate's, and the days to it are always 0 here.
    "mesh-certificate-age": PrometheusAlert(
        f"max by ({_POD}) (increase(envoy_listener_server_{_RENEWED}{{{_HERE}}}[WINDOW]) "
        f"or increase(envoy_cluster_client_{_RENEWED}{{{_HERE}}}[WINDOW])) < THRESHOLD "
        f"and on ({_POD}) envoy_server_uptime{{{_HERE}}} > LIFETIME",
        0.5, "PT2M", 1, "A proxy of the mesh got no new certificate for nine tenths of the lifetime of one.", None,
        (_PROXY, "kubectl logs --namespace kuma-system --selector app=kuma-control-plane --since 2h"),
        ("Read why the control plane issues none: `kubectl describe meshidentities --namespace kuma-system`.",
         "If the certificate authority has ended, rotate it: amlz mesh rotate STACK --step 1.",
         "If one pod alone is affected, delete it."),
    ),
    "mesh-denied-requests": PrometheusAlert(
        f"sum by ({_POD}) (increase(envoy_http_rbac_denied{{{_HERE}}}[10m]) "
        f"or increase(envoy_rbac_denied{{{_HERE}}}[10m])) > THRESHOLD",
        10, "PT5M", 2, "A proxy refused requests because no permission names the caller.", None,
        (_PROXY, "kubectl get meshtrafficpermissions --namespace kuma-system"),
        ("Find the caller in the access log: attribute `client.spiffe`.",
         "If it is meant to call, add it to `callers` of the mesh, render and apply.",
         "Otherwise treat it as an attempt: read the workload's changes, and stop it."),
    ),
    "mesh-errors": PrometheusAlert(
        f"sum by ({_ENDPOINT}) (rate(envoy_cluster_upstream_rq_xx{{{_HERE}, {_SERVER_ERROR}}}[5m])) "
        f"/ sum by ({_ENDPOINT}) (rate(envoy_cluster_upstream_rq_xx{{{_HERE}}}[5m])) > THRESHOLD",
        0.05, "PT5M", 1, "More than 5 % of the requests to an endpoint end with an error of the server.", None,
        (_PROXY, "kubectl get pods --all-namespaces --selector isazuremlapp=true"),
        ("Send the traffic to the earlier deployment: `weights` or `stage` of the endpoint, render and apply.",
         "Read the metrics and logs of the deployment."),
    ),
    "mesh-retries": PrometheusAlert(
        f"sum by ({_ENDPOINT}) (rate(envoy_cluster_upstream_rq_retry{{{_HERE}}}[10m])) "
        f"/ sum by ({_ENDPOINT}) (rate(envoy_cluster_upstream_rq_total{{{_HERE}}}[10m])) > THRESHOLD",
        0.1, "PT10M", 3, "More than a tenth of the tries that reach an endpoint are retries.", None,
        (_PROXY, "kubectl get pods --all-namespaces --selector isazuremlapp=true"),
        ("Add instances to the deployment, or raise `requestTimeoutMs` of the endpoint.",
         "If a game day runs, no action: `faults` of the endpoint makes requests fail."),
    ),
    "mesh-not-scraped": PrometheusAlert(
        f"(count(up{{{_HERE}}} == 1) or vector(0)) < THRESHOLD",
        1, "PT15M", 3, "No proxy of the mesh is scraped, so its other alerts cannot fire.", None,
        (_PROXY, "kubectl get configmap ama-metrics-prometheus-config --namespace kube-system --output yaml"),
        ("Apply zones/ZONE/prometheus of the rendered folder, and read the log of the `ama-metrics` pods.",
         "Check that network policies let kube-system reach port 5670."),
    ),
}  # fmt: skip
