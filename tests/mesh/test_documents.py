"""The rendered documents: their shapes, their order, and the differences between the two versions of Kuma."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import yaml

from amlz.mesh.cluster import values
from amlz.mesh.files import files
from amlz.mesh.model import MeshSpec, pairs
from amlz.mesh.objects import Document
from tests.mesh.kinds import SPECS, faults_of
from tests.mesh.samples import documents, example


def former() -> MeshSpec:
    """The example for Kuma 2.14, without copies."""
    mesh = example()
    return replace(mesh, version="2.14", endpoints=tuple(replace(item, shadow=None) for item in mesh.endpoints))


def first(rendered: tuple[Document, ...], kind: str) -> Document:
    """A copy of the first document of a kind."""
    return deepcopy(next(item for item in rendered if item.get("kind") == kind))


@pytest.mark.parametrize("mesh", [example, former])
def test_every_document_has_the_shape_of_its_kind(mesh: Any) -> None:
    """In the version that it is rendered for, after it is read again as YAML."""
    rendered = [
        (file.path, document)
        for file in files([mesh()])
        if not file.path.endswith("values.yaml")
        for document in yaml.safe_load_all(file.text)
    ]

    assert [(path, fault) for path, document in rendered for fault in faults_of(document, mesh().version)] == []
    kinds = {document.get("kind") for _, document in rendered}
    assert set(SPECS) - kinds - {"MeshFaultInjection"} == {"Mesh"}  # it is in the form of the Global control plane


def test_every_kind_that_the_page_names_is_rendered_with_its_namespaces_and_policies() -> None:
    """In the zone of the endpoints; with faults on purpose only where they are set."""
    kinds = {document.get("kind") for document in documents(example())}

    assert kinds == {
        "Namespace", "MeshIdentity", "MeshTrust", "MeshTLS", "MeshTrafficPermission", "MeshRetry", "MeshTimeout",
        "MeshCircuitBreaker", "MeshHealthCheck", "MeshRateLimit", "MeshPassthrough", "ServiceAccount", "Service",
        "Deployment", "PodDisruptionBudget", "MeshExternalService", "MeshHTTPRoute", "MeshOpenTelemetryBackend",
        "MeshTrace", "MeshMetric", "MeshAccessLog", "NetworkPolicy",
    }  # fmt: skip


def test_the_shapes_refuse_an_unknown_field_a_wrong_value_and_a_missing_one() -> None:
    """A misspelt field is not ignored, as Kubernetes does after a warning."""
    retry = first(documents(example()), "MeshRetry")
    retry["spec"]["to"][0]["default"]["http"]["numRetriez"] = 2
    tls = first(documents(example()), "MeshTLS")
    tls["spec"]["rules"][0]["default"]["mode"] = "strict"
    del tls["spec"]["rules"][0]["default"]["tlsVersion"]["max"]
    timeout = first(documents(example()), "MeshTimeout")
    timeout["spec"]["rules"] = [{"default": {"idleTimeout": "2 hours"}}]

    assert list(faults_of(retry, "3.0")) == [
        (("spec", "to", 0, "default", "http", "numRetriez"), "the kind has no such field")
    ]
    assert [reason for _, reason in faults_of(tls, "3.0")] == [
        "'strict' is not one of Strict, Permissive",
        "it is required",
    ]
    assert [reason for _, reason in faults_of(timeout, "3.0")] == [
        "'2 hours' does not have the form (\\d+(ms|s|m|h))+",
        "exactly one of to, rules is set",
    ]
    assert [reason for _, reason in faults_of({"apiVersion": "kuma.io/v1alpha1", "kind": "MeshGateway"}, "3.0")] == [
        "no shape is known of kuma.io/v1alpha1 MeshGateway"
    ]


def test_the_versions_differ_in_one_field() -> None:
    """2.14 would add default policies. The shape of 3.0 does not have the field."""
    new = replace(example(), endpoints=former().endpoints)
    before, after = ({file.path: file.documents for file in files([mesh])} for mesh in (former(), new))
    (old,) = before["global/fraud-prod.yaml"]

    assert [path for path in before if before[path] != after[path]] == ["global/fraud-prod.yaml"]
    assert old == {
        "type": "Mesh",
        "name": "fraud-prod",
        "meshServices": {"mode": "Exclusive"},
        "skipCreatingInitialPolicies": ["*"],
    }
    assert [reason for _, reason in faults_of(old, "3.0")] == ["the field does not exist in 3.0"]


def test_the_same_records_give_the_same_bytes_in_the_order_of_paths() -> None:
    """So that a review shows changes alone."""
    one, two = ([(file.path, file.text) for file in files([example()])] for _ in range(2))

    assert one == two
    assert [path for path, _ in one] == sorted(path for path, _ in one)


def test_a_kustomization_lists_the_other_files_of_its_folder() -> None:
    """Each of them, once."""
    by_folder: dict[str, list[str]] = {}
    listed: dict[str, list[str]] = {}
    for file in files([example()]):
        folder, _, name = file.path.rpartition("/")
        if name == "kustomization.yaml":
            listed[folder] = file.documents[0]["resources"]
        else:
            by_folder.setdefault(folder, []).append(name)

    assert listed == {folder: names for folder, names in by_folder.items() if folder.endswith("fraud-prod")}


def test_images_of_the_control_plane_come_from_the_registry_that_is_set() -> None:
    """Without one, the chart's own default holds."""
    zones = tuple(replace(zone, registry="crcontoso.azurecr.io/kumahq") for zone in example().zones)
    own = [values(zone) for zone in zones]

    assert [row["global"] for row in own] == [{"image": {"registry": "crcontoso.azurecr.io/kumahq"}}] * 2
    assert [{key: row[key] for key in row if key != "global"} for row in own] == [
        values(zone) for zone in example().zones
    ]


def test_permissions_name_exact_identities_and_no_addresses() -> None:
    """No prefix, which matches longer names too, and no rule by address."""
    rules = [
        entry
        for zone in example().zones
        for item in documents(example(), zone.name)
        if item.get("kind") == "MeshTrafficPermission"
        for rule in item["spec"]["rules"]
        for entry in rule["default"]["allow"]
    ]

    assert len(rules) == len(list(pairs(example()))) == 14
    assert {entry["spiffeID"]["type"] for entry in rules} == {"Exact"}
    assert {tuple(sorted(entry)) for entry in rules} == {("spiffeID",), ("sni", "spiffeID")}


def test_no_secret_is_rendered() -> None:
    """Private keys are names of Secrets that an operator creates."""
    texts = [file.text for file in files([example()])]

    assert [text for text in texts if "PRIVATE KEY" in text or "kind: Secret\nmetadata" in text] == []
    (needs,) = (
        file.comments for file in files([example()]) if file.path == "zones/aks-weu/fraud-prod/kustomization.yaml"
    )
    assert needs == (
        "Needs the Secret fraud-prod-ca-1-cert in kuma-system, which is never rendered.",
        "Needs the Secret fraud-prod-ca-1-key in kuma-system, which is never rendered.",
        "Needs the Secret azureml-front-end-ca in kuma-system, which is never rendered.",
    )


def test_both_zones_send_to_one_collector_with_the_zone_in_each_trace() -> None:
    """A request over two clusters stays one trace."""
    result = {}
    for zone in example().zones:
        rendered = documents(example(), zone.name)
        backend = first(rendered, "MeshOpenTelemetryBackend")
        tags = {tag["name"]: tag.get("literal") for tag in first(rendered, "MeshTrace")["spec"]["default"]["tags"]}
        log = first(rendered, "MeshAccessLog")["spec"]["rules"][0]["default"]["backends"][0]["openTelemetry"]
        attributes = {item["key"]: item["value"] for item in log["attributes"]}
        result[zone.name] = (
            backend["spec"]["endpoint"]["address"],
            tags["kuma.zone"],
            attributes["zone"],
            attributes["client.spiffe"],
        )

    address = "otel-collector.observability.svc.cluster.local"
    assert result == {zone: (address, zone, zone, "%DOWNSTREAM_PEER_URI_SAN%") for zone in ("aks-weu", "aks-neu")}


def test_every_request_through_the_mesh_is_encrypted_and_its_certificate_short_lived() -> None:
    """Strict TLS 1.3, certificates of one hour in production from an authority that you give."""
    rendered = documents(example())
    bundled = first(rendered, "MeshIdentity")["spec"]["provider"]["bundled"]

    assert first(rendered, "MeshTLS")["spec"]["rules"] == [
        {"default": {"mode": "Strict", "tlsVersion": {"min": "TLS13", "max": "TLS13"}}}
    ]
    assert bundled["certificateParameters"] == {"expiry": "1h"}
    assert bundled["insecureAllowSelfSigned"] is False


def test_the_tries_of_a_request_fit_into_its_timeout() -> None:
    """Three tries of 10 seconds, and two pauses of at most 2."""
    rendered = documents(example())

    def setting_of(kind: str) -> dict[str, Any]:
        spec = first(rendered, kind)["spec"]
        (default,) = (
            to["default"]
            for to in spec["to"]
            if to["targetRef"].get("labels", {}).get("kuma.io/display-name") == "fraud-prod-fraud-scoring"
        )
        return dict(default["http"])

    retry = setting_of("MeshRetry")
    assert (retry["numRetries"], retry["perTryTimeout"], retry["backOff"]["maxInterval"]) == (2, "10s", "2s")
    assert setting_of("MeshTimeout") == {"requestTimeout": "34s"}


def test_pods_reach_the_sign_in_and_the_stores_of_their_workspace_alone() -> None:
    """And what the stack file adds. On 3.0, everything else outside of the mesh is dropped."""
    default = first(documents(example()), "MeshPassthrough")["spec"]["default"]
    hosts = [entry["value"] for entry in default["appendMatch"]]

    assert default["passthroughMode"] == "Matched"
    assert [host.split(".", 1)[1] for host in hosts if host.startswith(("st", "kv"))] == [
        "vault.azure.net",
        "blob.core.windows.net",
    ]
    assert [host for host in hosts if not host.startswith(("st", "kv"))] == [
        "crcontoso.azurecr.io",
        "login.microsoftonline.com",
        "169.254.169.254",
    ]
