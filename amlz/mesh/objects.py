"""Forms of Kubernetes objects and of Kuma's policies, and references between them."""

from __future__ import annotations

from typing import Any

from amlz.mesh.model import IN_MESH, SYSTEM, CallerSpec, MeshEndpointSpec, MeshSpec

Document = dict[str, Any]

#: Labels by which Kuma selects pods of Azure ML. Observed on clusters and in third-party code, not documented by
#: Microsoft: check them with `kubectl get pods --show-labels`.
ENDPOINT_LABEL, DEPLOYMENT_LABEL = "ml.azure.com/endpoint-name", "ml.azure.com/deployment-name"
MODEL_LABELS = {"isazuremlapp": "true"}
#: The proxies of a zone egress: kumahq/kuma listener_converter.go at 2.14.3.
EGRESS_LABELS = {"kuma.io/listener-zoneegress": "enabled"}


def policy(mesh: MeshSpec, kind: str, name: str, spec: Document) -> Document:
    """Returns a policy in the namespace of the control plane. A federated 2.14 requires the label of its origin."""
    labels = {"kuma.io/mesh": mesh.name, "kuma.io/origin": "zone"}
    metadata = {"name": f"{mesh.name}-{name}", "namespace": SYSTEM, "labels": labels}
    return {"apiVersion": "kuma.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def kubernetes(api: str, kind: str, metadata: Document, **parts: Any) -> Document:
    """Returns an object of Kubernetes itself."""
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **parts}


def everything() -> Document:
    """Returns the reference to the whole mesh."""
    return {"kind": "Mesh"}


def of_endpoint(endpoint: MeshEndpointSpec) -> Document:
    """Returns the reference to the pods of an endpoint in the mesh."""
    return {"kind": "Dataplane", "labels": {ENDPOINT_LABEL: endpoint.name}}


def of_caller(caller: CallerSpec) -> Document:
    """Returns the reference to the pods of a caller."""
    labels = {"k8s.kuma.io/namespace": caller.namespace, "k8s.kuma.io/service-account": caller.account}
    return {"kind": "Dataplane", "labels": labels}


def of_egress() -> Document:
    """Returns the reference to the proxies of the zone egress."""
    return {"kind": "Dataplane", "labels": dict(EGRESS_LABELS)}


def destination(mesh: MeshSpec, endpoint: MeshEndpointSpec, deployment: str | None = None) -> Document:
    """Returns the reference to an endpoint, or to one deployment of it, as a destination."""
    if endpoint.way != IN_MESH:
        return {"kind": "MeshExternalService", "labels": {"kuma.io/display-name": policy_name(mesh, endpoint)}}
    name = endpoint.name if deployment is None else f"{endpoint.name}-{deployment}"
    labels = {"kuma.io/display-name": name, "k8s.kuma.io/namespace": mesh.namespace}
    if mesh.federated:
        labels["kuma.io/zone"] = mesh.zone  # else a service of the same name in another zone matches
    return {"kind": "MeshService", "labels": labels}


def policy_name(mesh: MeshSpec, endpoint: MeshEndpointSpec) -> str:
    """Returns the name of an external endpoint in the mesh: unique in the namespace of the control plane."""
    return f"{mesh.name}-{endpoint.name}"


def seconds(milliseconds: int) -> str:
    """Returns a duration as Kuma writes it."""
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"
