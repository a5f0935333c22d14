"""Configuration of a real Envoy from rendered documents: the proxy of a caller, and those of a model and its shadow.

It shows what Envoy does with our reading of Kuma; Kuma itself does not run. Certificates come from files that Envoy
watches, as the control plane sends them: a new one is used without a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from amlz.mesh.objects import Document

_TYPES = "type.googleapis.com/envoy.extensions."
_TLS = f"{_TYPES}transport_sockets.tls.v3."
_HTTP = f"{_TYPES}upstreams.http.v3.HttpProtocolOptions"
#: Clusters by the name of the destination in a route. Both deployments are one server here.
_CLUSTERS = {
    "fraud-graph": "model",
    "fraud-graph-blue": "model",
    "fraud-graph-green": "model",
    "fraud-graph-shadow": "shadow",
}
_PATHS = {"PathPrefix": "prefix", "Exact": "path"}
_ENDPOINTS = {"model": "fraud-graph", "shadow": "fraud-graph-shadow"}
_PERMISSIONS = {"model": "fraud-prod-callers-fraud-graph", "shadow": "fraud-prod-callers-fraud-graph-shadow"}
_ROUTES = {"model": "fraud-prod-fraud-graph", "shadow": "fraud-prod-copies-fraud-graph-shadow-checkout"}


def bootstrap(documents: Sequence[Document], folder: str, ports: dict[str, dict[str, int]], admin: int) -> Document:
    """The configuration. `folder`: of certificates; `ports`: by server, of its application, inbound and outbound.

    A fault on purpose is injected after the permission was checked. Each request to a model has a new connection, so
    that none keeps an old certificate.
    """
    listeners, clusters = [], []
    for server, of in ports.items():
        allowed = _named(documents, "MeshTrafficPermission", _PERMISSIONS[server])["spec"]["rules"][0]["default"][
            "allow"
        ]
        filters = [_rbac(allowed), *_faults(documents, server)]
        inbound = _http([{"match": {"prefix": "/"}, "route": {"cluster": f"app-{server}"}}], filters)
        listeners.append(_listener(of["inbound"], inbound, _context(folder, "model")))
        listeners.append(_listener(of["outbound"], _http(_routes(documents, _ROUTES[server]), [])))
        clusters += [_cluster(f"app-{server}", of["application"])]
        clusters += [_cluster(server, of["inbound"], _context(folder, "caller"))]
    return {
        "node": {"id": "mesh", "cluster": "mesh"},
        "admin": {"address": _address(admin)},
        "static_resources": {"listeners": listeners, "clusters": clusters},
    }


def secret(name: str, **content: Any) -> Document:
    """A file of a certificate or of what is trusted, as Envoy reads it."""
    return {"resources": [{"@type": f"{_TLS}Secret", "name": name, **content}]}


def _faults(documents: Sequence[Document], server: str) -> Iterator[Document]:
    """The filter of faults in requests to a server: none without a document."""
    target = {"kind": "Dataplane", "labels": {"ml.azure.com/endpoint-name": _ENDPOINTS[server]}}
    for item in documents:
        if item.get("kind") == "MeshFaultInjection" and item["spec"]["targetRef"] == target:
            settings: Document = {}
            for fault in item["spec"]["rules"][0]["default"]["http"]:
                if "abort" in fault:
                    settings["abort"] = {"http_status": fault["abort"]["httpStatus"], **_percent(fault["abort"])}
                if "delay" in fault:
                    settings["delay"] = {"fixed_delay": fault["delay"]["value"], **_percent(fault["delay"])}
            yield _filter("envoy.filters.http.fault", "filters.http.fault.v3.HTTPFault", **settings)


def _percent(fault: Document) -> Document:
    return {"percentage": {"numerator": fault["percentage"], "denominator": "HUNDRED"}}


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
    def watched(name: str) -> Document:
        source = {"path_config_source": {"path": f"{folder}/{name}.json"}, "resource_api_version": "V3"}
        return {"name": name, "sds_config": source}

    return {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
        "tls_certificate_sds_secret_configs": [watched(name)],
        "validation_context_sds_secret_config": watched("trust"),
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
        options = {"@type": _HTTP, "common_http_protocol_options": {"max_requests_per_connection": 1}}
        options["explicit_http_config"] = {"http_protocol_options": {}}
        result["typed_extension_protocol_options"] = {_HTTP.rpartition("/")[2]: options}
    return result
