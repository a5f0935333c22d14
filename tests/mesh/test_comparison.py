"""The documents that a change of a mesh adds, changes and removes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from amlz.mesh.comparison import DocumentChange, FieldChange, compared
from amlz.mesh.files import files
from amlz.mesh.model import BackendSpec, MeshSpec
from amlz.mesh.objects import Document
from amlz.reports.mesh_changes import as_text
from tests.mesh.samples import example

ZONE = "zones/aks-weu/fraud-prod"


def located(mesh: MeshSpec) -> list[tuple[str, Document]]:
    """Its documents with their files."""
    return [(file.path, document) for file in files([mesh]) for document in file.documents]


def shifted() -> MeshSpec:
    """The example with other weights, and with a limit of an endpoint in place of that of another one."""
    changed: dict[str, Any] = {
        "fraud-graph": {"weights": (BackendSpec("blue", 80), BackendSpec("green", 20)), "rate": 10},
        "fraud-scoring-shadow": {"rate": None},
    }
    endpoints = (replace(item, **changed.get(item.name, {})) for item in example().endpoints)
    return replace(example(), endpoints=tuple(endpoints))


def test_each_document_is_named_with_what_differs() -> None:
    """In the order of files, and of the documents in them; a limit of the endpoint in the other zone is one, too."""
    changes = compared(located(example()), located(shifted()))

    weights = "spec.to.0.rules.0.default.backendRefs.{}.weight"
    assert [change for change in changes if change.file.startswith(ZONE)] == [
        DocumentChange("removed", f"{ZONE}/31-policies.yaml", "MeshRateLimit fraud-prod-fraud-scoring-shadow"),
        DocumentChange("added", f"{ZONE}/31-policies.yaml", "MeshRateLimit fraud-prod-fraud-graph"),
        DocumentChange(
            "changed",
            f"{ZONE}/50-routes.yaml",
            "MeshHTTPRoute fraud-prod-fraud-graph",
            (FieldChange(weights.format(0), 90, 80), FieldChange(weights.format(1), 10, 20)),
        ),
    ]
    assert {change.file for change in changes} == {
        f"{ZONE}/31-policies.yaml", f"{ZONE}/50-routes.yaml", "zones/aks-neu/fraud-prod/31-policies.yaml",
    }  # fmt: skip


def test_the_same_mesh_has_no_difference() -> None:
    """Also where the documents are given in another order."""
    assert compared(located(example()), located(example())) == ()
    assert compared(list(reversed(located(example()))), located(example())) == ()


def test_the_order_of_a_list_counts_and_so_does_its_length() -> None:
    """The first rule that matches decides; a longer list is shown whole."""
    one, other = {"kind": "A", "spec": {"rules": [1, 2]}}, {"kind": "A", "spec": {"rules": [2, 1]}}
    longer = {"kind": "A", "spec": {"rules": [1, 2, 3]}}

    assert compared([("a", one)], [("a", other)])[0].fields == (
        FieldChange("spec.rules.0", 1, 2),
        FieldChange("spec.rules.1", 2, 1),
    )
    assert compared([("a", one)], [("a", longer)])[0].fields == (FieldChange("spec.rules", [1, 2], [1, 2, 3]),)


def test_a_value_of_another_type_is_a_difference() -> None:
    """True is not 1 in YAML."""
    assert compared([("a", {"kind": "A", "x": 1})], [("a", {"kind": "A", "x": True})])[0].fields == (
        FieldChange("x", 1, True),
    )


def test_the_text_groups_documents_by_file() -> None:
    """Figures first, then names, then fields."""
    old: list[tuple[str, Document]] = [
        ("zones/a/control-plane/values.yaml", {"cni": {"enabled": True}}),
        ("zones/a/m/10-mesh.yaml", {"kind": "Mesh", "metadata": {"name": "m"}}),
        ("zones/a/m/kustomization.yaml", {"kind": "Kustomization", "resources": ["10-mesh.yaml"]}),
    ]
    new: list[tuple[str, Document]] = [
        ("zones/a/control-plane/values.yaml", {"cni": {"enabled": True, "chained": True}}),
        ("zones/a/m/kustomization.yaml", {"kind": "Kustomization", "resources": []}),
        ("zones/a/m/20-identity.yaml", {"kind": "MeshTLS", "metadata": {"name": "m-tls"}}),
    ]

    assert as_text(compared(old, new), "main", len(new)) == (
        "Documents against main: 1 added, 2 changed, 1 removed, 0 unchanged\n"
        "\n"
        "zones/a/control-plane/values.yaml\n"
        "  changed  values of the chart\n"
        "           cni.chained: absent becomes true\n"
        "\n"
        "zones/a/m/10-mesh.yaml\n"
        "  removed  Mesh m\n"
        "\n"
        "zones/a/m/20-identity.yaml\n"
        "  added    MeshTLS m-tls\n"
        "\n"
        "zones/a/m/kustomization.yaml\n"
        "  changed  Kustomization\n"
        '           resources: ["10-mesh.yaml"] becomes []\n'
    )
