"""Rules for documents of a mesh: each with a document that breaks it, and none broken by what is rendered."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from amlz.app.mesh import rendered_documents
from amlz.mesh.lint import RULES, lint
from amlz.mesh.objects import Document
from tests.mesh.samples import documents, example

Change = Callable[[list[Document]], Any]


def of(rendered: list[Document], kind: str) -> Document:
    """The first document of a kind."""
    return next(item for item in rendered if item.get("kind") == kind)


def kuma(kind: str, **spec: Any) -> Document:
    """A document of Kuma."""
    metadata = {"name": "a-1", "namespace": "kuma-system"}
    return {"apiVersion": "kuma.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def _allow(rendered: list[Document]) -> list[Document]:
    allow: list[Document] = of(rendered, "MeshTrafficPermission")["spec"]["rules"][0]["default"]["allow"]
    return allow


def _backend(rendered: list[Document], kind: str) -> Document:
    return next(
        backend
        for item in rendered
        if item.get("kind") == "MeshHTTPRoute"
        for to in item["spec"]["to"]
        for rule in to["rules"]
        for backend in rule["default"]["backendRefs"]
        if backend["kind"] == kind
    )


def _without(*kinds: str) -> Change:
    def change(rendered: list[Document]) -> None:
        rendered[:] = [item for item in rendered if item.get("kind") not in kinds]
        rendered.append(kuma("Mesh", meshServices={"mode": "Exclusive"}))

    return change


BROKEN: dict[str, tuple[str, str, Change]] = {
    "removed-kind": ("3.0", "MeshGateway a-1", lambda r: r.append(kuma("MeshGateway"))),
    "removed-mesh-field": ("3.0", "Mesh a-1", lambda r: r.append(kuma("Mesh", mtls={}, meshServices={}))),
    "inbound-from": ("2.14", "MeshTimeout a-1", lambda r: r.append(kuma("MeshTimeout", **{"from": []}))),
    "target-kind": ("3.0", "MeshTrace a-1", lambda r: r.append(kuma("MeshTrace", targetRef={"kind": "MeshSubset"}))),
    "prefix-identity": (
        "3.0",
        "MeshTrafficPermission fraud-prod-callers-fraud-graph",
        lambda r: _allow(r)[0]["spiffeID"].update(type="Prefix"),
    ),
    "empty-match": ("3.0", "MeshTrafficPermission fraud-prod-callers-fraud-graph", lambda r: _allow(r).append({})),
    "no-catch-all": (
        "3.0",
        "MeshHTTPRoute fraud-prod-fraud-scoring",
        lambda r: of(r, "MeshHTTPRoute")["spec"]["to"][0]["rules"][0]["matches"][0].update(method="POST"),
    ),
    "identity-name": (
        "3.0",
        "MeshIdentity workloads",
        lambda r: of(r, "MeshIdentity")["metadata"].update(name="workloads"),
    ),
    "trust-domain": (
        "3.0",
        "MeshIdentity fraud-prod-workloads-1",
        lambda r: of(r, "MeshIdentity")["spec"]["spiffeID"].update(trustDomain="{{ .Mesh }}.mesh.local"),
    ),
    "policy-missing": ("3.0", "Mesh a-1", _without("MeshRetry")),
    "lost-copies": ("2.14", "MeshHTTPRoute fraud-prod-fraud-scoring", lambda _: None),
    "port": (
        "3.0",
        "MeshHTTPRoute fraud-prod-fraud-graph",
        lambda r: _backend(r, "MeshService").update(port=80),
    ),
    "dangling-reference": (
        "3.0",
        "MeshHTTPRoute fraud-prod-fraud-scoring",
        lambda r: _backend(r, "MeshExternalService")["labels"].update({"kuma.io/display-name": "gone"}),
    ),
    "app-protocol": (
        "3.0",
        "Service fraud-graph-blue",
        lambda r: next(
            item for item in r if item.get("kind") == "Service" and item["metadata"]["name"] == "fraud-graph-blue"
        )["spec"]["ports"][0].pop("appProtocol"),
    ),
    "zone-label": (
        "3.0",
        "MeshHTTPRoute fraud-prod-fraud-graph",
        lambda r: _backend(r, "MeshService")["labels"].pop("kuma.io/zone"),
    ),
    "tls-range": (
        "3.0",
        "MeshTLS fraud-prod-tls",
        lambda r: of(r, "MeshTLS")["spec"]["rules"][0]["default"]["tlsVersion"].pop("max"),
    ),
    "permissive": (
        "3.0",
        "MeshTLS fraud-prod-tls",
        lambda r: of(r, "MeshTLS")["spec"]["rules"][0]["default"].update(mode="Permissive"),
    ),
    "two-directions": ("3.0", "MeshTimeout a-1", lambda r: r.append(kuma("MeshTimeout", to=[], rules=[]))),
    "old-field": (
        "3.0",
        "MeshTrace a-1",
        lambda r: r.append(
            kuma("MeshTrace", default={"backends": [{"openTelemetry": {"endpoint": "otel-collector:4317"}}]})
        ),
    ),
    "passthrough-domain": (
        "3.0",
        "MeshPassthrough fraud-prod-outside",
        lambda r: of(r, "MeshPassthrough")["spec"]["default"]["appendMatch"][0].pop("port"),
    ),
    "left-over-timeout": (
        "3.0",
        "MeshTimeout mesh-gateways-timeout-all-fraud-prod",
        lambda r: of(r, "MeshTimeout")["metadata"].update(name="mesh-gateways-timeout-all-fraud-prod"),
    ),
    "ignored-annotation": (
        "3.0",
        "Deployment fraud-prod-egress",
        lambda r: of(r, "Deployment")["spec"]["template"]["metadata"]["annotations"].update(
            {"kuma.io/direct-access-services": "fraud-graph"}
        ),
    ),
    "denied-copies": (
        "3.0",
        "MeshHTTPRoute fraud-prod-fraud-graph",
        lambda r: next(
            item for item in r if item.get("metadata", {}).get("name") == "fraud-prod-callers-fraud-graph-shadow"
        )["spec"]["rules"][0]["default"]["allow"].pop(),
    ),
    "namespace": (
        "3.0",
        "MeshIdentity fraud-prod-workloads-1",
        lambda r: of(r, "MeshIdentity")["metadata"].update(namespace="shop"),
    ),
}  # fmt: skip


def test_every_rule_has_a_case() -> None:
    """In the order of the rules, each with a source."""
    assert list(BROKEN) == [rule.id for rule in RULES]
    assert [rule.id for rule in RULES if not rule.source] == []


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_named_with_its_document(rule: str) -> None:
    """For the version that it holds for; no other rule is broken by the same change, except lost copies on 2.14."""
    version, document, change = BROKEN[rule]
    rendered = deepcopy(list(documents(example())))
    change(rendered)

    faults = lint([("mesh.yaml", item) for item in rendered], version)

    assert (rule, document) in [(fault.rule, fault.document) for fault in faults]
    assert {fault.rule for fault in faults} <= {rule, "lost-copies", "policy-missing"}
    assert [fault for fault in faults if not (fault.why and fault.remedy and fault.source)] == []


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (
            kuma("MeshTrace", targetRef={"kind": "Mesh", "proxyTypes": ["Gateway"]}),
            "Kuma 3.0 has no field `proxyTypes` of `targetRef`.",
        ),
        (
            kuma("MeshExternalService", tls={"verification": {"caCert": {"secret": "ca"}}}),
            "Kuma 3.0 refuses this form of `caCert`, and drops a stored one: the server is then not verified.",
        ),
        (
            kuma("MeshRetry", to=[{"default": {"http": {"retriableStatusCodes": [503]}}}]),
            "Kuma 3.0 refuses `retriableStatusCodes`.",
        ),
        (
            kuma("MeshPassthrough", default={"appendMatch": [{"type": "Domain", "value": "*contoso.com"}]}),
            "*contoso.com is refused: a wildcard begins with `*.`.",
        ),
    ],
    ids=["proxyTypes", "caCert", "retriableStatusCodes", "wildcard"],
)  # fmt: skip
def test_each_old_form_has_its_reason(document: Document, why: str) -> None:
    """And no other rule is broken by it."""
    (fault,) = lint([("mesh.yaml", document)], "3.0")

    assert fault.why == why


def test_a_pod_that_was_a_gateway_is_an_ordinary_one_on_3_0() -> None:
    """2.14 still has the annotation."""
    pod = {"kind": "Deployment", "metadata": {"name": "entry"}, "spec": {"annotations": {"kuma.io/gateway": "enabled"}}}

    assert [fault.rule for fault in lint([("pod.yaml", pod)], "3.0")] == ["ignored-annotation"]
    assert lint([("pod.yaml", pod)], "2.14") == ()


def test_rendered_documents_break_no_rule() -> None:
    """For both versions; without copies for 2.14."""
    old = replace(
        example(), version="2.14", endpoints=tuple(replace(item, shadow=None) for item in example().endpoints)
    )

    assert lint(rendered_documents((example(),)), "3.0") == ()
    assert lint(rendered_documents((old,)), "2.14") == ()


def test_hand_written_documents_of_any_shape_are_read() -> None:
    """Wrong types are not the business of a rule, and end none of them."""
    odd = [
        kuma("MeshHTTPRoute", to="all", targetRef=[1]),
        kuma("MeshHTTPRoute", to=[{"targetRef": {"kind": [1], "labels": {"kuma.io/display-name": [2]}}}]),
        {"apiVersion": "kuma.io/v1alpha1", "kind": "MeshTLS", "metadata": None, "spec": [3]},
        {"apiVersion": "kuma.io/v1alpha1", "kind": "MeshIdentity"},
        {"kind": "Service", "metadata": "x", "spec": None},
    ]

    assert {fault.rule for fault in lint([("odd.yaml", item) for item in odd], "3.0")} == {
        "identity-name",
        "trust-domain",
        "dangling-reference",
        "no-catch-all",
    }
