"""Traces, metrics and access logs of a zone, all to one collector."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.mesh.model import MeshSpec
from amlz.mesh.objects import Document, everything, policy

#: The identity of the caller, the response and its origin. Keys: lower-case words joined by single dots.
ATTRIBUTES = (
    ("mesh", "%KUMA_MESH%"),
    ("client.spiffe", "%DOWNSTREAM_PEER_URI_SAN%"),
    ("response.code", "%RESPONSE_CODE%"),
    ("response.flags", "%RESPONSE_FLAGS%"),
    ("upstream.cluster", "%UPSTREAM_CLUSTER%"),
)
#: The port that managed Prometheus scrapes.
METRICS_PORT = 5670


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
