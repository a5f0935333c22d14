"""Rules for documents of a mesh, rendered or hand-written, by target version. Each has its reason and its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from amlz.dataclass import dataclass
from amlz.mesh.model import SYSTEM
from amlz.mesh.objects import Document

_UPGRADE = "https://github.com/kumahq/kuma/blob/master/UPGRADE.md"
_ROUTES = "https://kong.github.io/kuma-migrator/docs (policies/meshhttproute)"
#: Kinds that 3.0 no longer has, with their successors. UPGRADE.md at 348b6528 (2026-08-21).
REMOVED: Mapping[str, str] = {
    "TrafficPermission": "MeshTrafficPermission",
    "TrafficRoute": "MeshHTTPRoute",
    "TrafficLog": "MeshAccessLog",
    "TrafficTrace": "MeshTrace",
    "Retry": "MeshRetry",
    "Timeout": "MeshTimeout",
    "CircuitBreaker": "MeshCircuitBreaker",
    "HealthCheck": "MeshHealthCheck",
    "RateLimit": "MeshRateLimit",
    "FaultInjection": "MeshFaultInjection",
    "ProxyTemplate": "MeshProxyPatch",
    "VirtualOutbound": "HostnameGenerator",
    "ExternalService": "MeshExternalService",
    "ZoneIngress": "a Service with the label k8s.kuma.io/zone-proxy-type: ingress",
    "ZoneEgress": "a Service with the label k8s.kuma.io/zone-proxy-type: egress",
    "MeshGateway": "an ordinary pod with excluded inbound ports",
    "MeshGatewayRoute": "MeshHTTPRoute",
    "MeshGatewayInstance": "an ordinary pod with excluded inbound ports",
}
#: Fields of Mesh that 3.0 no longer has.
MESH_FIELDS = ("mtls", "routing", "networking", "tracing", "logging", "metrics")


@dataclass(frozen=True, slots=True)
class MeshFault:
    """A broken rule: its id and source, the file and the document (kind and name), the reason and the remedy."""

    rule: str
    source: str
    file: str
    document: str
    why: str
    remedy: str


#: One reason and remedy, for one document.
_Hit = tuple[Document, str, str]


@dataclass(frozen=True, slots=True)
class MeshRule:
    """A row: what a rule is called, the versions that it holds for, its source, and how it reads documents."""

    id: str
    versions: tuple[str, ...]
    source: str
    find: Callable[[Sequence[Document], str], Iterator[_Hit]]


def lint(located: Sequence[tuple[str, Document]], version: str) -> tuple[MeshFault, ...]:
    """Returns every broken rule, in the order of the rules and documents. `located`: each document with its file."""
    documents = [document for _, document in located]
    files = {id(document): file for file, document in located}
    return tuple(
        MeshFault(rule.id, rule.source, files[id(document)], title(document), why, remedy)
        for rule in RULES
        if version in rule.versions
        for document, why, remedy in rule.find(documents, version)
    )


def title(document: Document) -> str:
    """Returns the kind and the name of a document."""
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else document.get("name")
    return f"{document.get('kind') or document.get('type')} {name or 'without a name'}"


def _of(documents: Sequence[Document], *kinds: str) -> Iterator[Document]:
    return (item for item in documents if item.get("kind") in kinds)


def _policies(documents: Sequence[Document]) -> Iterator[Document]:
    return (item for item in documents if str(item.get("apiVersion")).startswith("kuma.io/"))


def _spec(document: Document) -> Document:
    spec = document.get("spec")
    return spec if isinstance(spec, dict) else {}


def _items(value: object) -> list[Document]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _within(value: object, key: str) -> Iterator[object]:
    """Returns each value of a key at any depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key:
                yield item
            yield from _within(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _within(item, key)


def _removed(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _policies(documents):
        kind = str(document.get("kind"))
        if kind in REMOVED:
            yield document, f"Kuma 3.0 has no kind {kind}.", f"Use {REMOVED[kind]}."


def _mesh_fields(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    meshes = (*_of(documents, "Mesh"), *(item for item in documents if item.get("type") == "Mesh"))
    for document in meshes:
        for field in MESH_FIELDS:
            if field in (_spec(document) or document):
                yield document, f"Kuma 3.0 has no field `{field}` of Mesh.", f"Remove `{field}`, and use a policy."


def _from(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _policies(documents):
        if "from" in _spec(document):
            why = "A policy with `from` is dropped without an error once the mesh has an identity."
            yield document, why, "Write `rules` in place of `from`."


def _targets(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _policies(documents):
        target = _spec(document).get("targetRef")
        if isinstance(target, dict) and target.get("kind") in ("MeshSubset", "MeshService", "MeshServiceSubset"):
            why = f"Kuma 3.0 selects no proxies by {target['kind']}."
            yield document, why, "Use `kind: Dataplane` with labels."


def _prefix(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _of(documents, "MeshTrafficPermission"):
        for allowed in (*_within(_spec(document), "allow"), *_within(_spec(document), "allowWithShadowDeny")):
            for entry in _items(allowed):
                identity = entry.get("spiffeID")
                if isinstance(identity, dict) and identity.get("type") == "Prefix":
                    why = f"The prefix {identity.get('value')} also matches longer names, such as …-dev."
                    yield document, why, "Use `type: Exact` for each identity."


def _empty(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _of(documents, "MeshTrafficPermission"):
        lists = (_within(_spec(document), key) for key in ("allow", "deny", "allowWithShadowDeny", "matches"))
        if any(isinstance(group, list) and {} in group for groups in lists for group in groups):
            yield document, "An empty match `{}` names everybody. Kuma 3.0 refuses it.", "Name the identities."


def _catch_all(documents: Sequence[Document], version: str) -> Iterator[_Hit]:
    effect = "answered with 404" if version == "3.0" else "sent to every pod of the destination"
    for document in _of(documents, "MeshHTTPRoute"):
        target = _spec(document).get("targetRef")
        if isinstance(target, dict) and target.get("kind") == "Dataplane":
            continue  # a route of one caller may leave requests out on purpose
        for to in _items(_spec(document).get("to")):
            matches = [match for rule in _items(to.get("rules")) for match in _items(rule.get("matches"))]
            if {"path": {"type": "PathPrefix", "value": "/"}} not in matches:
                why = f"A request that no rule matches is {effect}."
                yield document, why, "Add a rule with `path: {type: PathPrefix, value: /}` and no method."


def _identity_names(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _of(documents, "MeshIdentity"):
        if not title(document).rpartition("-")[2].isdigit():
            why = "An identity cannot be changed, and its name has no number to put a second one next to it."
            yield document, why, "Let the name end with a number, such as workloads-1."


def _templates(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _of(documents, "MeshIdentity"):
        spiffe = _spec(document).get("spiffeID")
        domain = str(spiffe.get("trustDomain", "")) if isinstance(spiffe, dict) else ""
        if not domain or "{{" in domain:
            why = "The trust domain is a template or the default: permissions cannot name it, and 3.0 keeps the first."
            yield document, why, "Write the trust domain out."


def _needed(documents: Sequence[Document], version: str) -> Iterator[_Hit]:
    """Returns meshes without a policy that they need. Documents without a Mesh are a part: none is missed there."""
    needed = {
        "MeshIdentity": "Without one, nobody has a certificate: 3.0 sends plain text, 2.14 has no callers to permit.",
        "MeshTrafficPermission": "Without one, every request is denied.",
    }
    if version == "3.0":
        needed["MeshRetry"] = "Kuma 3.0 retries nothing without one."
        needed["MeshPassthrough"] = "Kuma 3.0 drops every request to outside of the mesh without one."
    for document in _of(documents, "Mesh"):
        for kind, why in needed.items():
            if not any(_of(documents, kind)):
                yield document, why, f"Add a {kind}."


def _mirror(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _of(documents, "MeshHTTPRoute"):
        if any(True for _ in _within(_spec(document), "requestMirror")):
            yield document, "Kuma 2.14 loses copies without an error.", "Upgrade to 3.0, or remove the filter."


def _ports(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    services = {_name(item): item for item in _of(documents, "Service")}
    for document in _of(documents, "MeshHTTPRoute"):
        for backend in _backends(document):
            name = _display_name(backend)
            ports = [port.get("port") for port in _items(_spec(services.get(name, {})).get("ports"))]
            if backend.get("kind") == "MeshService" and name in services and backend.get("port") not in ports:
                why = f"{name} has no port {backend.get('port')}: the destination counts as missing."
                yield document, why, f"Set the port to {' or '.join(map(str, ports))}."


def _dangling(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    known = {
        *(("MeshService", _name(item)) for item in _of(documents, "Service")),
        *((kind, _name(item)) for kind in ("MeshExternalService", "MeshService", "MeshMultiZoneService",
                                           "MeshOpenTelemetryBackend") for item in _of(documents, kind)),
    }  # fmt: skip
    for document in _policies(documents):
        for reference in (*_backends(document), *_references(document)):
            name = _display_name(reference)
            if name and (str(reference.get("kind")), name) not in known:
                why = f"{reference.get('kind')} {name} is not among these documents."
                yield document, why, "Correct the name, or check the folder that has it too."


def _app_protocol(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    routed = {_display_name(item) for doc in _policies(documents) for item in _backends(doc)}
    for document in _of(documents, "Service"):
        ports = _items(_spec(document).get("ports"))
        if _name(document) in routed and not all(port.get("appProtocol") for port in ports):
            why = "Without `appProtocol`, its port is TCP for Kuma: no route, retry or copy applies."
            yield document, why, "Set `appProtocol: http`."


def _zone_labels(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    """Returns references without a zone where another reference has one: then the mesh is federated."""
    references = [
        (document, reference)
        for document in _policies(documents)
        for reference in (*_backends(document), *_references(document))
        if reference.get("kind") == "MeshService"
    ]
    if any("kuma.io/zone" in _labels(reference) for _, reference in references):
        for document, reference in references:
            if "kuma.io/zone" not in _labels(reference):
                name = _display_name(reference)
                why = f"The reference to {name} matches services of that name in every zone, and the oldest is used."
                yield document, why, "Add the label `kuma.io/zone` to it."


def _tls_range(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _of(documents, "MeshTLS"):
        for versions in _within(_spec(document), "tlsVersion"):
            if isinstance(versions, dict) and versions.get("min") == "TLS13" and versions.get("max") != "TLS13":
                why = "The proxy of a caller ends at TLS 1.2 without `max`: every call fails."
                yield document, why, "Set `max: TLS13`."


def _permissive(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _of(documents, "MeshTLS"):
        if "Permissive" in _within(_spec(document), "mode"):
            yield document, "Plain text passes, and no permission is applied to it.", "Set `mode: Strict`."


def _system_namespace(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in _of(documents, "MeshTrafficPermission", "MeshIdentity", "MeshTrust"):
        metadata = document.get("metadata")
        if isinstance(metadata, dict) and metadata.get("namespace") != SYSTEM:
            why = f"It is in the namespace {metadata.get('namespace')}, and policies of the mesh are in {SYSTEM}."
            yield document, why, f"Set `namespace: {SYSTEM}`."


def _name(document: Document) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("name")) if isinstance(metadata, dict) else ""


def _labels(reference: Document) -> Document:
    labels = reference.get("labels")
    return labels if isinstance(labels, dict) else {}


def _display_name(reference: Document) -> str:
    """Returns the name of the destination that a reference names; "" for none."""
    return str(_labels(reference).get("kuma.io/display-name", ""))


def _backends(document: Document) -> list[Document]:
    spec = _spec(document)
    many = [item for group in _within(spec, "backendRefs") for item in _items(group)]
    return many + [item for item in _within(spec, "backendRef") if isinstance(item, dict)]


def _references(document: Document) -> list[Document]:
    return [to["targetRef"] for to in _items(_spec(document).get("to")) if isinstance(to.get("targetRef"), dict)]


_BOTH, _NEW, _OLD = ("3.0", "2.14"), ("3.0",), ("2.14",)
#: Every rule. docs/reference/mesh.md lists them.
RULES: tuple[MeshRule, ...] = (
    MeshRule("removed-kind", _NEW, _UPGRADE, _removed),
    MeshRule("removed-mesh-field", _NEW, _UPGRADE, _mesh_fields),
    MeshRule("inbound-from", _BOTH, "https://github.com/kumahq/kuma/issues/18740", _from),
    MeshRule("target-kind", _NEW, _UPGRADE, _targets),
    MeshRule("prefix-identity", _BOTH, "https://github.com/kumahq/kuma (meshtrafficpermission, 2.14.3)", _prefix),
    MeshRule(
        "empty-match", _BOTH, "https://kong.github.io/kuma-migrator/docs (policies/meshtrafficpermission)", _empty
    ),
    MeshRule("no-catch-all", _BOTH, _ROUTES, _catch_all),
    MeshRule("identity-name", _BOTH, "https://github.com/kumahq/kuma/issues/18633", _identity_names),
    MeshRule("trust-domain", _BOTH, "https://github.com/kumahq/kuma/issues/18633", _templates),
    MeshRule("policy-missing", _BOTH, "https://github.com/kumahq/kuma/issues/18661", _needed),
    MeshRule("lost-copies", _OLD, "https://github.com/kumahq/kuma/issues/17618", _mirror),
    MeshRule("port", _BOTH, _ROUTES, _ports),
    MeshRule("dangling-reference", _BOTH, _ROUTES, _dangling),
    MeshRule("app-protocol", _BOTH, "https://kuma.io/docs (protocol support)", _app_protocol),
    MeshRule("zone-label", _BOTH, "https://kong.github.io/kuma-migrator/docs (topics/meshservice)", _zone_labels),
    MeshRule("tls-range", _BOTH, "measured with Envoy 1.38.2 on 2.14.3's configuration", _tls_range),
    MeshRule("permissive", _BOTH, "https://github.com/kumahq/kuma (meshtls, 2.14.3)", _permissive),
    MeshRule("namespace", _BOTH, "https://kuma.io/docs (producer and consumer policies)", _system_namespace),
)
