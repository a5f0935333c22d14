"""Answers of a mesh, computed from its documents: who reaches which endpoint, with retries and copies.

A model of Kuma's documented rules, not Kuma itself: deny before allow, nothing without a permission, the route of the
caller's proxy first. It reads the rendered documents alone, so it finds what the renderer gets wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from amlz.dataclass import dataclass
from amlz.mesh.objects import EGRESS_LABELS, Document

Verdict = Literal["allowed", "denied"]
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Workload:
    """The pods of a caller: namespace and service account, and the zone that they run in."""

    zone: str
    namespace: str
    account: str

    @property
    def labels(self) -> Labels:
        """Returns the labels by which policies select its proxies."""
        return {"k8s.kuma.io/namespace": self.namespace, "k8s.kuma.io/service-account": self.account}


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """A fault on purpose in requests to a backend: an answer with an error (`status`), or a delay."""

    backend: str
    percentage: int
    status: int | None = None
    delay: str | None = None


@dataclass(frozen=True, slots=True)
class MeshAnswer:
    """The answer to a scoring request. `backends`: names with the percentage of requests that each answers.

    `copies`: the endpoint that receives copies, with their percentage; None where no copy arrives. `retries`: after the
    first try. `faults`: on purpose, in its requests.
    """

    verdict: Verdict
    why: str
    backends: tuple[tuple[str, int], ...] = ()
    copies: tuple[str, int] | None = None
    retries: int = 0
    faults: tuple[InjectedFault, ...] = ()

    @property
    def failing(self) -> float:
        """Returns the percentage of requests that fail on purpose after every retry: each try may meet the fault.

        Errors of a gateway and 429 are retried, as MeshRetry lists them. A retry goes to the same backend.
        """
        return sum(
            weight * _chance(fault) ** (1 + self.retries * (fault.status in _RETRIED))
            for name, weight in self.backends
            for fault in self.faults
            if fault.backend == name and fault.status is not None
        )


#: Statuses of `GatewayError` in Envoy, and 429: kumahq/kuma meshretry, https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter
_RETRIED = (429, 502, 503, 504)


#: The identity of a rule without matches.
_ANYONE = {"type": "Prefix", "value": "spiffe://"}


def _chance(fault: InjectedFault) -> float:
    return fault.percentage / 100


def answer(documents: Sequence[Document], workload: Workload, host: str, version: str = "3.0") -> MeshAnswer:
    """Returns the answer to a POST on /score from a workload. `host`: the name of a service or external service."""
    spiffe = identity_of(documents, workload)
    if spiffe is None:
        return MeshAnswer("denied", "the caller has no certificate")
    target = _named(documents, host)
    if target is None:
        return MeshAnswer("denied", f"the mesh has no {host}")
    rules = _rules(documents, workload, target)
    rule = next((rule for rule in rules if any(_matches(match) for match in rule["matches"])), None)
    if rules and rule is None and version == "3.0":
        return MeshAnswer("denied", "no rule of the caller's route matches: 404")
    default = rule["default"] if rule else {}
    references = default.get("backendRefs") or [{**_reference_to(target), "weight": 1}]
    total = sum(reference.get("weight", 1) for reference in references)
    backends: list[tuple[str, int]] = []
    faults: list[InjectedFault] = []
    for reference in references:
        backend = _referenced(documents, reference)
        if backend is None:
            return MeshAnswer("denied", "a backend of the route does not exist")
        if not permits(documents, workload.zone, spiffe, backend):
            return MeshAnswer("denied", f"no permission of {_name(backend)} names {spiffe}")
        backends.append((_name(backend), round(100 * reference.get("weight", 1) / total)))
        faults += _faults(documents, workload.zone, spiffe, backend)
    copies = _copies(documents, workload.zone, spiffe, default.get("filters", ()))
    return MeshAnswer("allowed", "permitted", tuple(backends), copies, _retries(documents, target), tuple(faults))


def identity_of(documents: Sequence[Document], workload: Workload) -> str | None:
    """Returns the SPIFFE ID of a workload: of the identity with the most labels that selects it, then by name."""
    candidates = []
    for item in _of(documents, "MeshIdentity"):
        labels = item["spec"]["selector"].get("dataplane", {}).get("matchLabels")
        if labels is not None and labels.items() <= workload.labels.items():
            candidates.append((-len(labels), item["metadata"]["name"], item["spec"]["spiffeID"]))
    if not candidates:
        return None
    spiffe = min(candidates, key=lambda candidate: candidate[:2])[2]
    path = spiffe["path"].replace("{{ .Namespace }}", workload.namespace)
    return f"spiffe://{spiffe['trustDomain']}{path.replace('{{ .ServiceAccount }}', workload.account)}"


def _proxy_of(target: Document, zone: str) -> tuple[Labels, str | None]:
    """Returns the labels of the proxy in front of a destination, and the SNI by which the egress knows it."""
    if target["kind"] != "MeshExternalService":
        return target["spec"].get("selector", {}), None
    metadata = target["metadata"]
    parts = (metadata["labels"]["kuma.io/mesh"], zone, metadata["namespace"], metadata["name"])
    return EGRESS_LABELS, f"sni.extsvc.{'.'.join(parts)}.{target['spec']['match']['port']}"


def _faults(documents: Sequence[Document], zone: str, spiffe: str, target: Document) -> Iterator[InjectedFault]:
    """Returns the faults that the proxy in front of a destination injects into requests of an identity."""
    labels, sni = _proxy_of(target, zone)
    for item in _of(documents, "MeshFaultInjection"):
        if not _selects(item["spec"].get("targetRef", {"kind": "Mesh"}), labels):
            continue
        for rule in item["spec"]["rules"]:
            if not any(_named_by(entry, spiffe, sni) for entry in rule.get("matches", ({"spiffeID": _ANYONE},))):
                continue
            for fault in rule["default"]["http"]:
                if "abort" in fault:
                    abort = fault["abort"]
                    yield InjectedFault(_name(target), abort["percentage"], status=abort["httpStatus"])
                if "delay" in fault:
                    yield InjectedFault(_name(target), fault["delay"]["percentage"], delay=fault["delay"]["value"])


def permits(documents: Sequence[Document], zone: str, spiffe: str, target: Document) -> bool:
    """Returns whether the proxy in front of a destination answers an identity: deny first, then allow, else no."""
    labels, sni = _proxy_of(target, zone)
    allowed = False
    for item in _of(documents, "MeshTrafficPermission"):
        if not _selects(item["spec"].get("targetRef", {"kind": "Mesh"}), labels):
            continue
        for rule in item["spec"]["rules"]:
            if any(_named_by(entry, spiffe, sni) for entry in rule["default"].get("deny", ())):
                return False
            entries = (*rule["default"].get("allow", ()), *rule["default"].get("allowWithShadowDeny", ()))
            allowed = allowed or any(_named_by(entry, spiffe, sni) for entry in entries)
    return allowed


def _named_by(entry: Document, spiffe: str, sni: str | None) -> bool:
    identity = entry.get("spiffeID")
    if identity is not None:
        value = identity["value"]
        if not (spiffe == value if identity["type"] == "Exact" else spiffe.startswith(value)):
            return False
    return not ("sni" in entry and entry["sni"]["value"] != sni) and bool(entry)


def _of(documents: Sequence[Document], kind: str) -> Iterator[Document]:
    return (item for item in documents if item.get("kind") == kind)


def _name(target: Document) -> str:
    return str(target["metadata"]["name"])


def _named(documents: Sequence[Document], name: str) -> Document | None:
    destinations = (item for kind in ("MeshExternalService", "Service") for item in _of(documents, kind))
    return next((item for item in destinations if _name(item) == name), None)


def _reference_to(target: Document) -> Document:
    labels = {"kuma.io/display-name": _name(target)}
    if target["kind"] == "Service":
        return {"kind": "MeshService", "labels": labels | {"k8s.kuma.io/namespace": target["metadata"]["namespace"]}}
    return {"kind": target["kind"], "labels": labels}


def _refers(reference: Document, target: Document) -> bool:
    """Returns whether a reference names a destination. The zone in it is the one that the documents are of."""
    own = _reference_to(target)
    labels = {key: value for key, value in reference.get("labels", {}).items() if key != "kuma.io/zone"}
    return bool(reference["kind"] == own["kind"] and labels.items() <= own["labels"].items())


def _referenced(documents: Sequence[Document], reference: Document) -> Document | None:
    destinations = (item for kind in ("MeshExternalService", "Service") for item in _of(documents, kind))
    return next((item for item in destinations if _refers(reference, item)), None)


def _selects(reference: Document, labels: Labels) -> bool:
    return bool(reference["kind"] == "Mesh" or reference.get("labels", {}).items() <= labels.items())


def _rules(documents: Sequence[Document], workload: Workload, target: Document) -> list[Any]:
    """Returns the rules of a caller's routes to a destination: for its pods before those of the whole mesh."""
    every = [
        (item["spec"].get("targetRef", {"kind": "Mesh"})["kind"] == "Mesh", rule)
        for item in _of(documents, "MeshHTTPRoute")
        if _selects(item["spec"].get("targetRef", {"kind": "Mesh"}), workload.labels)
        for to in item["spec"]["to"]
        if _refers(to["targetRef"], target)
        for rule in to["rules"]
    ]
    return [rule for _, rule in sorted(every, key=lambda entry: entry[0])]


def _matches(match: Document) -> bool:
    path = match.get("path", {"type": "PathPrefix", "value": "/"})
    exact = path["value"] == "/score" if path["type"] == "Exact" else "/score".startswith(path["value"])
    return exact and match.get("method", "POST") == "POST"


def _copies(
    documents: Sequence[Document], zone: str, spiffe: str, filters: Sequence[Document]
) -> tuple[str, int] | None:
    for item in filters:
        if item["type"] == "RequestMirror":
            target = _referenced(documents, item["requestMirror"]["backendRef"])
            if target is not None and permits(documents, zone, spiffe, target):
                return _name(target), int(item["requestMirror"].get("percentage", 100))
    return None


def _retries(documents: Sequence[Document], target: Document) -> int:
    """Returns the number of retries: of the entry for the destination, else of the one for the mesh."""
    by_mesh: dict[bool, int] = {}
    for item in _of(documents, "MeshRetry"):
        for to in item["spec"]["to"]:
            whole = to["targetRef"]["kind"] == "Mesh"
            if whole or _refers(to["targetRef"], target):
                by_mesh[whole] = int(to["default"].get("http", {}).get("numRetries", 0))
    return by_mesh.get(False, by_mesh.get(True, 0))
