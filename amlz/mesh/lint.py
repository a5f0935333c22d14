"""Rules for documents of a mesh, rendered or hand-written, by target version. Each has its reason and its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from amlz.dataclass import dataclass
from amlz.mesh.model import SYSTEM
from amlz.mesh.objects import Document
from amlz.mesh.reading import (
    backends_of,
    display_name,
    items_of,
    labels_of,
    name_of,
    of_kinds,
    policies_in,
    references_of,
    spec_of,
    within,
)

_UPGRADE = "https://github.com/kumahq/kuma/blob/master/UPGRADE.md"
_MIGRATOR = "https://kong.github.io/kuma-migrator/docs"
_ROUTES = f"{_MIGRATOR} (policies/meshhttproute)"
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


def _removed(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in policies_in(documents):
        kind = str(document.get("kind"))
        if kind in REMOVED:
            yield document, f"Kuma 3.0 has no kind {kind}.", f"Use {REMOVED[kind]}."


def _mesh_fields(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    meshes = (*of_kinds(documents, "Mesh"), *(item for item in documents if item.get("type") == "Mesh"))
    for document in meshes:
        for field in MESH_FIELDS:
            if field in (spec_of(document) or document):
                yield document, f"Kuma 3.0 has no field `{field}` of Mesh.", f"Remove `{field}`, and use a policy."


def _from(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in policies_in(documents):
        if "from" in spec_of(document):
            why = "A policy with `from` is dropped without an error once the mesh has an identity."
            yield document, why, "Write `rules` in place of `from`."


def _targets(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in policies_in(documents):
        target = spec_of(document).get("targetRef")
        if isinstance(target, dict) and target.get("kind") in ("MeshSubset", "MeshService", "MeshServiceSubset"):
            why = f"Kuma 3.0 selects no proxies by {target['kind']}."
            yield document, why, "Use `kind: Dataplane` with labels."


def _prefix(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshTrafficPermission"):
        for allowed in (*within(spec_of(document), "allow"), *within(spec_of(document), "allowWithShadowDeny")):
            for entry in items_of(allowed):
                identity = entry.get("spiffeID")
                if isinstance(identity, dict) and identity.get("type") == "Prefix":
                    why = f"The prefix {identity.get('value')} also matches longer names, such as …-dev."
                    yield document, why, "Use `type: Exact` for each identity."


def _empty(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshTrafficPermission"):
        lists = (within(spec_of(document), key) for key in ("allow", "deny", "allowWithShadowDeny", "matches"))
        if any(isinstance(group, list) and {} in group for groups in lists for group in groups):
            yield document, "An empty match `{}` names everybody. Kuma 3.0 refuses it.", "Name the identities."


def _catch_all(documents: Sequence[Document], version: str) -> Iterator[_Hit]:
    effect = "answered with 404" if version == "3.0" else "sent to every pod of the destination"
    for document in of_kinds(documents, "MeshHTTPRoute"):
        target = spec_of(document).get("targetRef")
        if isinstance(target, dict) and target.get("kind") == "Dataplane":
            continue  # a route of one caller may leave requests out on purpose
        for to in items_of(spec_of(document).get("to")):
            matches = [match for rule in items_of(to.get("rules")) for match in items_of(rule.get("matches"))]
            if {"path": {"type": "PathPrefix", "value": "/"}} not in matches:
                why = f"A request that no rule matches is {effect}."
                yield document, why, "Add a rule with `path: {type: PathPrefix, value: /}` and no method."


def _identity_names(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshIdentity"):
        if not title(document).rpartition("-")[2].isdigit():
            why = "An identity cannot be changed, and its name has no number to put a second one next to it."
            yield document, why, "Let the name end with a number, such as workloads-1."


def _templates(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshIdentity"):
        spiffe = spec_of(document).get("spiffeID")
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
    for document in of_kinds(documents, "Mesh"):
        for kind, why in needed.items():
            if not any(of_kinds(documents, kind)):
                yield document, why, f"Add a {kind}."


def _mirror(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshHTTPRoute"):
        if any(True for _ in within(spec_of(document), "requestMirror")):
            yield document, "Kuma 2.14 loses copies without an error.", "Upgrade to 3.0, or remove the filter."


def _ports(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    services = {name_of(item): item for item in of_kinds(documents, "Service")}
    for document in of_kinds(documents, "MeshHTTPRoute"):
        for backend in backends_of(document):
            name = display_name(backend)
            ports = [port.get("port") for port in items_of(spec_of(services.get(name, {})).get("ports"))]
            if backend.get("kind") == "MeshService" and name in services and backend.get("port") not in ports:
                why = f"{name} has no port {backend.get('port')}: the destination counts as missing."
                yield document, why, f"Set the port to {' or '.join(map(str, ports))}."


def _dangling(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    known = {
        *(("MeshService", name_of(item)) for item in of_kinds(documents, "Service")),
        *((kind, name_of(item)) for kind in ("MeshExternalService", "MeshService", "MeshMultiZoneService",
                                           "MeshOpenTelemetryBackend") for item in of_kinds(documents, kind)),
    }  # fmt: skip
    for document in policies_in(documents):
        for reference in (*backends_of(document), *references_of(document)):
            name = display_name(reference)
            if name and (str(reference.get("kind")), name) not in known:
                why = f"{reference.get('kind')} {name} is not among these documents."
                yield document, why, "Correct the name, or check the folder that has it too."


def _app_protocol(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    routed = {display_name(item) for doc in policies_in(documents) for item in backends_of(doc)}
    for document in of_kinds(documents, "Service"):
        ports = items_of(spec_of(document).get("ports"))
        if name_of(document) in routed and not all(port.get("appProtocol") for port in ports):
            why = "Without `appProtocol`, its port is TCP for Kuma: no route, retry or copy applies."
            yield document, why, "Set `appProtocol: http`."


def _zone_labels(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    """Returns references without a zone in a federated mesh: another reference has one, or the Mesh is universal."""
    references = [
        (document, reference)
        for document in policies_in(documents)
        for reference in (*backends_of(document), *references_of(document))
        if reference.get("kind") == "MeshService"
    ]
    universal = any(item.get("type") == "Mesh" for item in documents)
    if universal or any("kuma.io/zone" in labels_of(reference) for _, reference in references):
        for document, reference in references:
            if "kuma.io/zone" not in labels_of(reference):
                name = display_name(reference)
                why = f"The reference to {name} matches services of that name in every zone, and the oldest is used."
                yield document, why, "Add the label `kuma.io/zone` to it."


def _tls_range(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshTLS"):
        for versions in within(spec_of(document), "tlsVersion"):
            if isinstance(versions, dict) and versions.get("min") == "TLS13" and versions.get("max") != "TLS13":
                why = "The proxy of a caller ends at TLS 1.2 without `max`: every call fails."
                yield document, why, "Set `max: TLS13`."


def _permissive(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshTLS"):
        if "Permissive" in within(spec_of(document), "mode"):
            yield document, "Plain text passes, and no permission is applied to it.", "Set `mode: Strict`."


def _system_namespace(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshTrafficPermission", "MeshIdentity", "MeshTrust"):
        metadata = document.get("metadata")
        if isinstance(metadata, dict) and metadata.get("namespace") != SYSTEM:
            why = f"It is in the namespace {metadata.get('namespace')}, and policies of the mesh are in {SYSTEM}."
            yield document, why, f"Set `namespace: {SYSTEM}`."


def _both_directions(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in policies_in(documents):
        if "to" in spec_of(document) and "rules" in spec_of(document):
            yield document, "`to` and `rules` exclude each other in one policy.", "Write two policies."


def _old_fields(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    """Returns fields of 2.x that 3.0 refuses, or drops from what is stored."""
    for document in policies_in(documents):
        spec = spec_of(document)
        targets = [spec.get("targetRef"), *references_of(document)]
        if any(isinstance(target, dict) and "proxyTypes" in target for target in targets):
            yield document, "Kuma 3.0 has no field `proxyTypes` of `targetRef`.", "Remove it, or select by labels."
        if any(isinstance(item, dict) and "endpoint" in item for item in within(spec, "openTelemetry")):
            why = "Kuma 3.0 takes no address of a collector in a policy."
            yield document, why, "Add a MeshOpenTelemetryBackend, and name it in `backendRef`."
        if any(isinstance(item, dict) and "type" not in item for item in within(spec, "caCert")):
            why = "Kuma 3.0 refuses this form of `caCert`, and drops a stored one: the server is then not verified."
            yield document, why, "Write `caCert: {type: Secret, secretRef: {kind: Secret, name: …}}`."
        if any(True for _ in within(spec, "retriableStatusCodes")):
            why = "Kuma 3.0 refuses `retriableStatusCodes`."
            yield document, why, "List the statuses in `retryOn`."


def _outside(documents: Sequence[Document], version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshPassthrough"):
        for entry in (item for group in within(spec_of(document), "appendMatch") for item in items_of(group)):
            value = str(entry.get("value", ""))
            if entry.get("type") == "Domain" and value.startswith("*") and not value.startswith("*."):
                yield document, f"{value} is refused: a wildcard begins with `*.`.", f"Write *.{value.strip('*.')}."
            elif (
                entry.get("type") == "Domain" and not value.startswith("*") and "port" not in entry and version == "3.0"
            ):
                yield document, f"Kuma 3.0 refuses {value} without a port.", "Set `port`."


def _left_over(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    for document in of_kinds(documents, "MeshTimeout"):
        if name_of(document).startswith("mesh-gateways-timeout-all"):
            why = "On 3.0 this default of 2.x ends idle streams of every proxy after 5 seconds: long scoring is cut."
            yield document, why, "Delete it before the upgrade."


def _annotations(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    """Returns annotations of pods that 3.0 ignores."""
    for document in documents:
        for marks in within(document, "annotations"):
            given = marks if isinstance(marks, dict) else {}
            if "kuma.io/gateway" in given:
                yield (
                    document,
                    "Kuma 3.0 has no delegated gateways: the pod is an ordinary one, whose ports need certificates.",
                    "Use `traffic.kuma.io/exclude-inbound-ports`, and `kuma.io/ignore` on its Services.",
                )
            if given.get("kuma.io/direct-access-services", "*") != "*":
                why = "Kuma 3.0 ignores names in `kuma.io/direct-access-services` without an error."
                yield document, why, "Set it to `*`, or remove it."


def _copies(documents: Sequence[Document], _version: str) -> Iterator[_Hit]:
    """Returns routes whose copies are denied: a copy carries the identity of its sender."""
    for document in of_kinds(documents, "MeshHTTPRoute"):
        for to in items_of(spec_of(document).get("to")):
            target = to.get("targetRef")
            senders = _permitted(documents, target if isinstance(target, dict) else {})
            for mirror in within(to.get("rules"), "requestMirror"):
                reference = mirror.get("backendRef") if isinstance(mirror, dict) else None
                shadow = reference if isinstance(reference, dict) else {}
                if denied := senders - _permitted(documents, shadow):
                    why = f"{display_name(shadow)} denies copies of {', '.join(sorted(denied))}."
                    yield document, why, "Name the sender in its MeshTrafficPermission, too."


def _permitted(documents: Sequence[Document], reference: Document) -> set[str]:
    """Returns the SPIFFE IDs that permissions among the documents allow at a destination."""
    name, result = display_name(reference), set()
    service = next((item for item in of_kinds(documents, "Service") if name_of(item) == name), {})
    selector = spec_of(service).get("selector")
    for document in of_kinds(documents, "MeshTrafficPermission") if name else ():
        target = spec_of(document).get("targetRef")
        labels = labels_of(target) if isinstance(target, dict) else {}
        own = isinstance(selector, dict) and labels.items() <= selector.items()
        for entry in (item for group in within(spec_of(document), "allow") for item in items_of(group)):
            identity, sni = entry.get("spiffeID"), entry.get("sni")
            named = f".{name}." in str(sni.get("value")) if isinstance(sni, dict) else own
            if named and isinstance(identity, dict):
                result.add(str(identity.get("value")))
    return result


_BOTH, _NEW, _OLD = ("3.0", "2.14"), ("3.0",), ("2.14",)
#: Every rule. docs/reference/mesh.md lists them.
RULES: tuple[MeshRule, ...] = (
    MeshRule("removed-kind", _NEW, _UPGRADE, _removed),
    MeshRule("removed-mesh-field", _NEW, _UPGRADE, _mesh_fields),
    MeshRule("inbound-from", _BOTH, "https://github.com/kumahq/kuma/issues/18740", _from),
    MeshRule("target-kind", _NEW, _UPGRADE, _targets),
    MeshRule("prefix-identity", _BOTH, "https://github.com/kumahq/kuma (meshtrafficpermission, 2.14.3)", _prefix),
    MeshRule("empty-match", _BOTH, f"{_MIGRATOR} (policies/meshtrafficpermission)", _empty),
    MeshRule("no-catch-all", _BOTH, _ROUTES, _catch_all),
    MeshRule("identity-name", _BOTH, "https://github.com/kumahq/kuma/issues/18633", _identity_names),
    MeshRule("trust-domain", _BOTH, "https://github.com/kumahq/kuma/issues/18633", _templates),
    MeshRule("policy-missing", _BOTH, "https://github.com/kumahq/kuma/issues/18661", _needed),
    MeshRule("lost-copies", _OLD, "https://github.com/kumahq/kuma/issues/17618", _mirror),
    MeshRule("port", _BOTH, _ROUTES, _ports),
    MeshRule("dangling-reference", _BOTH, _ROUTES, _dangling),
    MeshRule("app-protocol", _BOTH, "https://kuma.io/docs (protocol support)", _app_protocol),
    MeshRule("zone-label", _BOTH, f"{_MIGRATOR} (topics/meshservice)", _zone_labels),
    MeshRule("tls-range", _BOTH, "measured with Envoy 1.38.2 on 2.14.3's configuration", _tls_range),
    MeshRule("permissive", _BOTH, "https://github.com/kumahq/kuma (meshtls, 2.14.3)", _permissive),
    MeshRule("two-directions", _BOTH, "https://github.com/kumahq/kuma (meshtimeout, 2.14.3)", _both_directions),
    MeshRule("old-field", _NEW, f"{_MIGRATOR} (policies, topics/observability)", _old_fields),
    MeshRule("passthrough-domain", _BOTH, f"{_MIGRATOR} (policies/meshpassthrough)", _outside),
    MeshRule("left-over-timeout", _NEW, "https://github.com/kumahq/kuma/issues/18857", _left_over),
    MeshRule("ignored-annotation", _NEW, f"{_MIGRATOR} (migrate-gateways-to-3, policies/dataplane)", _annotations),
    MeshRule("denied-copies", _NEW, "https://github.com/kumahq/kuma (meshhttproute, 348b6528)", _copies),
    MeshRule("namespace", _BOTH, "https://kuma.io/docs (producer and consumer policies)", _system_namespace),
)
