"""Kubernetes objects of a zone: namespaces, its egress, network policies, values of the control plane's chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from amlz.mesh.model import (
    FLUX_CONFIGURATION,
    FLUX_NAMESPACE,
    FRONT_END,
    MODEL_PORT,
    SYSTEM,
    MeshSpec,
    MeshZoneSpec,
    callers_in,
    external,
    inside,
    namespaces_in,
    permitted,
)
from amlz.mesh.objects import ENDPOINT_LABEL, Document, kubernetes
from amlz.mesh.observability import METRICS_PORT, SCRAPER_NAMESPACE

#: A deletion of the file must not delete the namespace: neither with Flux nor with Argo CD.
KEPT = {"argocd.argoproj.io/sync-options": "Prune=false", "kustomize.toolkit.fluxcd.io/prune": "disabled"}
NAME_LABEL = "kubernetes.io/metadata.name"
EGRESS_PORT = 10002
#: The namespace of Azure ML's extension.
FRONT_END_NAMESPACE = "azureml"
#: Names of the configuration of Azure CNI on a node, for Kuma's CNI, which is chained to it.
CNI_FILES = {"azure": "10-azure.conflist", "azure-overlay": "15-azure-swift-overlay.conflist"}


def namespaces(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the namespaces of a zone whose pods are in the mesh."""
    for name in namespaces_in(mesh, zone):
        labels = {"kuma.io/mesh": mesh.name, "kuma.io/sidecar-injection": "enabled"}
        yield kubernetes("v1", "Namespace", {"name": name, "labels": labels, "annotations": dict(KEPT)})


def system_namespace() -> Document:
    """Returns the namespace of the control plane, whose pods have no proxies."""
    labels = {"kuma.io/sidecar-injection": "disabled", "kuma.io/system-namespace": "true"}
    return kubernetes("v1", "Namespace", {"name": SYSTEM, "labels": labels, "annotations": dict(KEPT)})


def values(zone: MeshZoneSpec) -> Document:
    """Returns the values of the chart `kuma` for the control plane of a zone."""
    plane: Document = {
        "mode": "zone",
        "zone": zone.name,
        "environment": "kubernetes",
        "injectorFailurePolicy": "Fail",
        "defaults": {"skipMeshCreation": True},
    }
    if zone.global_address is not None:
        plane["kdsGlobalAddress"] = zone.global_address
    cni = {"enabled": True, "chained": True, "netDir": "/etc/cni/net.d", "binDir": "/opt/cni/bin"}
    images = {"global": {"image": {"registry": zone.registry}}} if zone.registry is not None else {}
    return {
        **images,
        "patchSystemNamespace": False,
        "controlPlane": plane,
        "cni": {**cni, "confName": CNI_FILES[zone.cni]},
    }


def flux_release(zone: MeshZoneSpec) -> Document:
    """Returns the release of the control plane for Flux. Its chart is in the repository, to be reviewed like the rest.

    It is in the namespace of the Flux configuration, as multi-tenancy of the extension requires, and names the source
    that the configuration makes: https://learn.microsoft.com/azure/azure-arc/kubernetes/tutorial-use-gitops-flux2
    """
    assert zone.repository is not None
    source = {"kind": "GitRepository", "name": FLUX_CONFIGURATION}
    chart = {"chart": f"./{zone.repository.chart}", "sourceRef": source, "reconcileStrategy": "Revision"}
    spec: Document = {
        "interval": "10m",
        "releaseName": "kuma",
        "targetNamespace": SYSTEM,
        "chart": {"spec": chart},
        "install": {"crds": "Create", "remediation": {"retries": 3}},
        "upgrade": {"crds": "CreateReplace", "remediation": {"retries": 3}},
        "values": values(zone),
    }
    metadata = {"name": "kuma", "namespace": FLUX_NAMESPACE}
    return kubernetes("helm.toolkit.fluxcd.io/v2", "HelmRelease", metadata, spec=spec)


def egress(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the zone egress: an injected pod, by which every request to an endpoint outside of the mesh leaves."""
    if not external(mesh, zone):
        return
    name = mesh.egress
    metadata = {"name": name, "namespace": name}
    yield kubernetes("v1", "ServiceAccount", dict(metadata))
    marks = {"app": name, "kuma.io/mesh": mesh.name, "k8s.kuma.io/zone-proxy-type": "egress"}
    ports = [{"name": "ze-main", "port": EGRESS_PORT, "targetPort": EGRESS_PORT, "protocol": "TCP"}]
    yield kubernetes(
        "v1", "Service", {**metadata, "labels": dict(marks)}, spec={"selector": {"app": name}, "ports": ports}
    )
    replicas = 3 if mesh.production else 2
    pod = {
        "metadata": {
            "labels": {**marks, "kuma.io/sidecar-injection": "enabled"},
            "annotations": {"kuma.io/reachable-backends": '{"refs":[]}'},
        },
        "spec": _egress_pod(mesh),
    }
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": pod}
    yield kubernetes("apps/v1", "Deployment", {**metadata, "labels": {"app": name}}, spec=spec)
    budget = {"minAvailable": replicas - 1, "selector": {"matchLabels": {"app": name}}}
    yield kubernetes("policy/v1", "PodDisruptionBudget", dict(metadata), spec=budget)


def _egress_pod(mesh: MeshSpec) -> Document:
    """Returns the pod: the container does nothing, and the proxy next to it does the work."""
    container = {
        "name": "pause",
        "image": mesh.image,
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "16Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
    }
    return {
        "serviceAccountName": mesh.egress,
        "automountServiceAccountToken": True,
        "terminationGracePeriodSeconds": 40,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app": mesh.egress}},
            }
        ],
        "containers": [container],
    }


def network_policies(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the network policies that close paths around the mesh: to its egress, its models and the front end."""
    if external(mesh, zone):
        sources = sorted({caller.namespace for caller in callers_in(mesh, zone)})
        yield _ingress("callers", mesh.egress, {"app": mesh.egress}, _Sources(sources, EGRESS_PORT))
    for endpoint in inside(mesh, zone):
        sources = sorted({caller.namespace for caller in permitted(mesh, endpoint)})
        assert mesh.namespace is not None
        labels = {ENDPOINT_LABEL: endpoint.name}
        yield _ingress(f"{mesh.name}-{endpoint.name}", mesh.namespace, labels, _Sources(sources, MODEL_PORT))
    if mesh.front_end is not None and any(endpoint.way == FRONT_END for endpoint in external(mesh, zone)):
        labels, allowed = dict(mesh.front_end.pod_labels), _Sources([mesh.egress], 443)
        yield _ingress(f"{mesh.name}-front-end", FRONT_END_NAMESPACE, labels, allowed)


class _Sources(NamedTuple):
    """Namespaces whose pods may connect to a port."""

    namespaces: list[str]
    port: int


def _ingress(name: str, namespace: str, labels: dict[str, str], allowed: _Sources) -> Document:
    """Returns the policy that only pods of these namespaces reach these pods, on one port."""
    origins = [{"namespaceSelector": {"matchLabels": {NAME_LABEL: source}}} for source in allowed.namespaces]
    rules = [{"from": origins, "ports": [{"protocol": "TCP", "port": allowed.port}]}] if origins else []
    if namespace != FRONT_END_NAMESPACE:
        scraper = {"namespaceSelector": {"matchLabels": {NAME_LABEL: SCRAPER_NAMESPACE}}}
        rules.append({"from": [scraper], "ports": [{"protocol": "TCP", "port": METRICS_PORT}]})
    spec: Document = {"podSelector": {"matchLabels": labels}, "policyTypes": ["Ingress"], "ingress": rules}
    return kubernetes("networking.k8s.io/v1", "NetworkPolicy", {"name": name, "namespace": namespace}, spec=spec)
