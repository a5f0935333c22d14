"""Configuration of a real Envoy from rendered documents: the proxy of a caller, and those of a model and its shadow.

It shows what Envoy does with our reading of Kuma; Kuma itself does not run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from amlz.mesh.objects import Document

_TYPES = "type.googleapis.com/envoy.extensions."
_TLS = f"{_TYPES}transport_sockets.tls.v3."
#: Clusters by the name of the destination in a route. Both deployments are one server here.
_CLUSTERS = {
    "fraud-graph": "model",
    "fraud-graph-blue": "model",
    "fraud-graph-green": "model",
    "fraud-graph-shadow": "shadow",
}
_PATHS = {"PathPrefix": "prefix", "Exact": "path"}
_PERMISSIONS = {"model": "fraud-prod-callers-fraud-graph", "shadow": "fraud-prod-callers-fraud-graph-shadow"}
_ROUTES = {"model": "fraud-prod-fraud-graph", "shadow": "fraud-prod-copies-fraud-graph-shadow-checkout"}


def bootstrap(documents: Sequence[Document], folder: str, ports: dict[str, dict[str, int]]) -> Document:
    """The configuration. `folder`: of certificates; `ports`: by server, of its application, inbound and outbound."""
    listeners, clusters = [], []
    for server, of in ports.items():
        allowed = _named(documents, "MeshTrafficPermission", _PERMISSIONS[server])["spec"]["rules"][0]["default"][
            "allow"
        ]
        inbound = _http([{"match": {"prefix": "/"}, "route": {"cluster": f"app-{server}"}}], [_rbac(allowed)])
        listeners.append(_listener(of["inbound"], inbound, _context(folder, "model")))
        listeners.append(_listener(of["outbound"], _http(_routes(documents, _ROUTES[server]), [])))
        clusters += [_cluster(f"app-{server}", of["application"])]
        clusters += [_cluster(server, of["inbound"], _context(folder, "caller"))]
    return {"static_resources": {"listeners": listeners, "clusters": clusters}}


def _named(documents: Sequence[Document], kind: str, name: str) -> Document:
    return next(item for item in documents if item.get("kind") == kind and item["metadata"]["name"] == name)


def _routes(documents: Sequence[Document], name: str) -> list[Document]:
    http = _named(documents, "MeshRetry", "fraud-prod-retry")["spec"]["to"][0]["default"]["http"]
    retry = {
        "retry_on": "gateway-error,connect-failure,refused-stream,retriable-status-codes",
        "retriable_status_codes": [429],
        "num_retries": http["numRetries"],
        "retry_back_off": {"base_interval": "0.1s", "max_interval": "2s"},
    }
    routes = []
    for to in _named(documents, "MeshHTTPRoute", name)["spec"]["to"]:
        for rule in to["rules"]:
            route: Document = {"cluster": _target(rule["default"]["backendRefs"][0]), "retry_policy": retry}
            for item in rule["default"].get("filters", ()):
                percent = {"default_value": {"numerator": item["requestMirror"]["percentage"]}}
                copy = {"cluster": _target(item["requestMirror"]["backendRef"]), "runtime_fraction": percent}
                route["request_mirror_policies"] = [copy]
            path = rule["matches"][0]["path"]
            routes.append({"match": {_PATHS[path["type"]]: path["value"]}, "route": route})
    return routes


def _target(backend: Document) -> str:
    return _CLUSTERS[backend["labels"]["kuma.io/display-name"]]


def _rbac(allowed: Sequence[Document]) -> Document:
    principals = [{"authenticated": {"principal_name": {"exact": entry["spiffeID"]["value"]}}} for entry in allowed]
    rules = {"action": "ALLOW", "policies": {"callers": {"permissions": [{"any": True}], "principals": principals}}}
    return _filter("envoy.filters.http.rbac", "filters.http.rbac.v3.RBAC", rules=rules)


def _filter(name: str, kind: str, **settings: Any) -> Document:
    return {"name": name, "typed_config": {"@type": f"{_TYPES}{kind}", **settings}}


def _http(routes: list[Document], filters: list[Document]) -> Document:
    manager = "filters.network.http_connection_manager.v3.HttpConnectionManager"
    return _filter(
        "envoy.filters.network.http_connection_manager",
        manager,
        stat_prefix="mesh",
        route_config={"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        http_filters=[*filters, _filter("envoy.filters.http.router", "filters.http.router.v3.Router")],
    )


def _context(folder: str, name: str) -> Document:
    files = {
        "certificate_chain": {"filename": f"{folder}/{name}.pem"},
        "private_key": {"filename": f"{folder}/{name}.key"},
    }
    return {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
        "tls_certificates": [files],
        "validation_context": {"trusted_ca": {"filename": f"{folder}/ca.pem"}},
    }


def _address(port: int) -> Document:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _listener(port: int, connection: Document, context: Document | None = None) -> Document:
    chain: Document = {"filters": [connection]}
    if context is not None:
        settings = {"require_client_certificate": True, "common_tls_context": context}
        typed = {"@type": f"{_TLS}DownstreamTlsContext", **settings}
        chain["transport_socket"] = {"name": "envoy.transport_sockets.tls", "typed_config": typed}
    return {"name": f"listener-{port}", "address": _address(port), "filter_chains": [chain]}


def _cluster(name: str, port: int, context: Document | None = None) -> Document:
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": _address(port)}}]}]
    assignment = {"cluster_name": name, "endpoints": endpoints}
    result: Document = {"name": name, "type": "STATIC", "connect_timeout": "2s", "load_assignment": assignment}
    if context is not None:
        typed = {"@type": f"{_TLS}UpstreamTlsContext", "common_tls_context": context}
        result["transport_socket"] = {"name": "envoy.transport_sockets.tls", "typed_config": typed}
    return result
