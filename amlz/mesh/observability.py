"""Traces, metrics and access logs of a zone, all to one collector, and the job of managed Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.mesh.model import MeshSpec, namespaces_in
from amlz.mesh.objects import Document, everything, kubernetes, policy
from amlz.mesh.yaml_text import as_yaml

#: The identity of the caller, the response and its origin. Keys: lower-case words joined by single dots.
ATTRIBUTES = (
    ("mesh", "%KUMA_MESH%"),
    ("client.spiffe", "%DOWNSTREAM_PEER_URI_SAN%"),
    ("response.code", "%RESPONSE_CODE%"),
    ("response.flags", "%RESPONSE_FLAGS%"),
    ("upstream.cluster", "%UPSTREAM_CLUSTER%"),
)
#: The port that managed Prometheus scrapes, and its namespace on AKS.
METRICS_PORT, SCRAPER_NAMESPACE = 5670, "kube-system"


def observability(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the collector as a backend, and everything that is sent to it. The backend is first."""
    endpoint = {"address": mesh.collector.address, "port": mesh.collector.port}
    spec: Document = {"endpoint": endpoint, "protocol": "grpc", "env": {"mode": "Disabled"}}
    backend = policy(mesh, "MeshOpenTelemetryBackend", "collector", spec)
    yield backend
    reference = {"kind": "MeshOpenTelemetryBackend", "labels": {"kuma.io/display-name": backend["metadata"]["name"]}}
    yield policy(mesh, "MeshTrace", "trace", _trace(mesh, zone, reference))
    yield policy(mesh, "MeshMetric", "metrics", _metrics(reference))
    yield policy(mesh, "MeshAccessLog", "calls", _access_log(zone, reference))


def _trace(mesh: MeshSpec, zone: str, reference: Document) -> Document:
    """Returns the tracing of a zone. The tags of mesh and zone keep one trace readable over clusters."""
    tags: list[Document] = [
        {"name": "ml.project", "literal": mesh.project},
        {"name": "ml.environment", "literal": mesh.environment},
        {"name": "kuma.zone", "literal": zone},
        {"name": "ml.deployment", "header": {"name": "azureml-model-deployment", "default": "none"}},
    ]
    return {
        "targetRef": everything(),
        "default": {
            "backends": [{"type": "OpenTelemetry", "openTelemetry": {"backendRef": reference}}],
            "sampling": {"overall": 100, "random": mesh.collector.sampling},
            "tags": tags,
        },
    }


def _metrics(reference: Document) -> Document:
    exported = {"backendRef": reference, "refreshInterval": "60s"}
    # Plain text within the cluster: a scraper outside of the mesh has no certificate that the mesh trusts.
    scraped = {"port": METRICS_PORT, "path": "/metrics", "tls": {"mode": "Disabled"}}
    return {
        "targetRef": everything(),
        "default": {
            "sidecar": {"includeUnused": False, "profiles": {"appendProfiles": [{"name": "Basic"}]}},
            "backends": [
                {"type": "Prometheus", "prometheus": scraped},
                {"type": "OpenTelemetry", "openTelemetry": exported},
            ],
        },
    }


def _access_log(zone: str, reference: Document) -> Document:
    attributes = [{"key": key, "value": value} for key, value in (*ATTRIBUTES, ("zone", zone))]
    exported = {"backendRef": reference, "attributes": attributes}
    default = {"backends": [{"type": "OpenTelemetry", "openTelemetry": exported}]}
    return {"targetRef": everything(), "rules": [{"default": default}]}


def scrape_job(mesh: MeshSpec, zone: str) -> Document:
    """Returns the job of Prometheus for the proxies of a zone: each pod of the mesh's namespaces with a proxy.

    Its labels are those that alerts and dashboards separate by. The name of the container: kumahq/kuma
    pkg/plugins/runtime/k8s/util (KumaSidecarContainerName).
    """
    kept = {"action": "keep", "source_labels": ["__meta_kubernetes_pod_container_name"], "regex": "kuma-sidecar"}
    copied = {
        "__address__": ("__meta_kubernetes_pod_ip", f"$1:{METRICS_PORT}"),
        "namespace": ("__meta_kubernetes_namespace", "$1"),
        "pod": ("__meta_kubernetes_pod_name", "$1"),
    }
    fixed = {"mesh": mesh.name, "zone": zone}
    return {
        "job_name": f"mesh-{mesh.name}",
        "metrics_path": "/metrics",
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": list(namespaces_in(mesh, zone))}}],
        "relabel_configs": [
            kept,
            *(
                {"source_labels": [source], "target_label": label, "replacement": value}
                for label, (source, value) in copied.items()
            ),
            *(
                {"source_labels": ["__address__"], "target_label": label, "replacement": value}
                for label, value in fixed.items()
            ),
        ],
    }


def scrape_configuration(jobs: list[Document]) -> Document:
    """Returns the ConfigMap that managed Prometheus reads: one in a cluster, with the jobs of all its meshes.

    https://learn.microsoft.com/azure/azure-monitor/containers/prometheus-metrics-scrape-configmap (2025-05)
    """
    text = as_yaml(({"global": {"scrape_interval": "30s"}, "scrape_configs": jobs},))
    metadata = {"name": "ama-metrics-prometheus-config", "namespace": SCRAPER_NAMESPACE}
    return kubernetes("v1", "ConfigMap", metadata, data={"prometheus-config": text})
