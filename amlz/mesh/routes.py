"""Endpoints as destinations: services, external services, and routes with weights and copies."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.mesh.model import (
    EXTERNAL_PORT,
    FRONT_END,
    IN_MESH,
    MODEL_PORT,
    CallerSpec,
    MeshEndpointSpec,
    MeshSpec,
    copied_from,
    external,
    inside,
)
from amlz.mesh.objects import (
    DEPLOYMENT_LABEL,
    ENDPOINT_LABEL,
    Document,
    destination,
    everything,
    kubernetes,
    of_caller,
    policy,
)

#: The service of Azure ML's front end on a cluster.
FRONT_END_HOST = "azureml-fe.azureml.svc.cluster.local"
#: A path that no request has. On 3.0, a request that no rule of a route matches is answered with 404.
#: https://kong.github.io/kuma-migrator/docs (policies/meshhttproute, 2026-10-30)
NO_PATH = "/amlz-copies-only"


def external_services(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns an external service for each endpoint outside of the mesh: one for each name in a certificate."""
    for endpoint in external(mesh, zone):
        server = endpoint.host
        verification: Document = {"mode": "Secured", "serverName": server}
        tls: Document = {"enabled": True, "version": {"min": "TLS12", "max": "TLS13"}, "verification": verification}
        address = server
        if endpoint.way == FRONT_END:
            assert mesh.front_end is not None
            address = FRONT_END_HOST
            verification["serverName"] = mesh.front_end.server_name
            reference = {"kind": "Secret", "name": mesh.front_end.ca_secret}
            verification["caCert"] = {"type": "Secret", "secretRef": reference}
        spec = {
            "match": {"type": "HostnameGenerator", "port": EXTERNAL_PORT, "protocol": "http"},
            "endpoints": [{"address": address, "port": 443}],
            "tls": tls,
        }
        yield policy(mesh, "MeshExternalService", endpoint.name, spec)


def services(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the services of models in the mesh: of the whole endpoint, and of each weighted deployment."""
    for endpoint in inside(mesh, zone):
        yield _service(mesh, endpoint.name, {ENDPOINT_LABEL: endpoint.name})
        for backend in endpoint.weights:
            labels = {ENDPOINT_LABEL: endpoint.name, DEPLOYMENT_LABEL: backend.name}
            yield _service(mesh, f"{endpoint.name}-{backend.name}", labels)


def _service(mesh: MeshSpec, name: str, selector: dict[str, str]) -> Document:
    # Without `appProtocol`, Kuma treats it as TCP: no route, no retry.
    ports = [{"name": "http", "port": MODEL_PORT, "targetPort": MODEL_PORT, "protocol": "TCP", "appProtocol": "http"}]
    metadata = {"name": name, "namespace": mesh.namespace, "labels": {"kuma.io/mesh": mesh.name}}
    return kubernetes("v1", "Service", metadata, spec={"selector": selector, "ports": ports})


def routes(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the routes of a zone: of endpoints with weights or copies, and of those behind the front end."""
    for endpoint in mesh.endpoints:
        if endpoint not in (*external(mesh, zone), *inside(mesh, zone)):
            continue
        if endpoint.weights or endpoint.shadow or endpoint.way == FRONT_END:
            yield _route(mesh, endpoint)
        for caller in copied_from(mesh, endpoint):
            if caller.zone == zone:
                yield _copies_only(mesh, endpoint, caller)


def _route(mesh: MeshSpec, endpoint: MeshEndpointSpec) -> Document:
    filters = []
    if endpoint.shadow is not None:
        target = mesh.endpoint(endpoint.shadow.endpoint)
        assert target is not None
        copy = {"percentage": endpoint.shadow.percentage, "backendRef": _backend(mesh, target)}
        filters.append({"type": "RequestMirror", "requestMirror": copy})
    if endpoint.way == FRONT_END:
        # Every endpoint shares the front end, so the path is set here: an unverified form, as scoring URIs show it.
        path = {"type": "ReplaceFullPath", "replaceFullPath": f"/api/v1/endpoint/{endpoint.name}/score"}
        filters.append({"type": "URLRewrite", "urlRewrite": {"path": path}})
    backends = [_weighted(mesh, endpoint, item.name, item.weight) for item in endpoint.weights]
    default: Document = {"filters": filters} if filters else {}
    default["backendRefs"] = backends or [{**_backend(mesh, endpoint), "weight": 100}]
    # Every path and method: on 2.14 another request would reach all deployments, on 3.0 it would be a 404.
    rule = {"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "default": default}
    to = [{"targetRef": destination(mesh, endpoint), "rules": [rule]}]
    return policy(mesh, "MeshHTTPRoute", endpoint.name, {"targetRef": everything(), "to": to})


def _weighted(mesh: MeshSpec, endpoint: MeshEndpointSpec, name: str, weight: int) -> Document:
    if endpoint.way == IN_MESH:
        return {**destination(mesh, endpoint, name), "port": MODEL_PORT, "weight": weight}
    target = mesh.endpoint(name)
    assert target is not None
    return {**_backend(mesh, target), "weight": weight}


def _backend(mesh: MeshSpec, endpoint: MeshEndpointSpec) -> Document:
    port = {"port": MODEL_PORT} if endpoint.way == IN_MESH else {}
    return {**destination(mesh, endpoint), **port}


def _copies_only(mesh: MeshSpec, endpoint: MeshEndpointSpec, caller: CallerSpec) -> Document:
    """Returns the route by which a caller's own requests to a shadow are not forwarded.

    Copies carry the identity of the caller, so the shadow's permission has to name it. Envoy sends copies past the
    routes of their destination; everything else of this caller finds no rule here.
    """
    rule = {
        "matches": [{"path": {"type": "Exact", "value": NO_PATH}}],
        "default": {"backendRefs": [{**_backend(mesh, endpoint), "weight": 100}]},
    }
    to = [{"targetRef": destination(mesh, endpoint), "rules": [rule]}]
    spec = {"targetRef": of_caller(caller), "to": to}
    return policy(mesh, "MeshHTTPRoute", f"copies-{endpoint.name}-{caller.name}", spec)
