"""Objects that the project renders for Kubernetes, applied to its API server: of fleets, of meshes and of AKS."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.capabilities.aks.spec import AzureMlSpec
from amlz.core.specs import records
from amlz.mesh.objects import Document
from tests.api_server.definitions import definition, of_json_schema, of_kuma, of_object
from tests.api_server.server import ApiServer, running
from tests.conftest import ROOT
from tests.fleet.test_operator import FILES, SCHEMA, rendered
from tests.mesh.samples import documents
from tests.mesh.test_cel_rules import RULES, changed, meshes
from tests.reports.test_previews import case

KUBERNETES = ROOT / "examples" / "kubernetes" / "Pulumi.kubernetes.yaml"
#: Written for a tool, not for the API server.
FOR_TOOLS = {"kustomize.config.k8s.io"}
#: As https://learn.microsoft.com/azure/machine-learning/how-to-manage-kubernetes-instance-types describes it.
INSTANCE_TYPE: dict[str, Any] = {
    "type": "object",
    "required": ["resources"],
    "properties": {
        "nodeSelector": {"type": "object", "additionalProperties": {"type": "string"}},
        "resources": {
            "type": "object",
            "required": ["requests", "limits"],
            "properties": {
                part: {
                    "type": "object",
                    "additionalProperties": {"x-kubernetes-int-or-string": True},
                    "x-kubernetes-validations": [{"rule": "'cpu' in self && 'memory' in self"}],
                }
                for part in ("requests", "limits")
            },
        },
    },
}


def rules_of(kind: str) -> list[str]:
    """The rules of a kind, in CEL."""
    return [row["rule"] for row in RULES if row["kind"] == kind]


def definitions() -> list[dict[str, Any]]:
    """Of every third-party kind; of Kuma as in 3.0."""
    name = [{"rule": "size(self.metadata.name) <= 42", "message": "at most 42 characters"}]
    stack = of_object(of_json_schema(SCHEMA["properties"]["spec"]), name)
    return [
        definition("pulumi.com", "v1", "Stack", stack, namespaced=True),
        definition("amlarc.azureml.com", "v1alpha1", "InstanceType", of_object(INSTANCE_TYPE), namespaced=False),
        *of_kuma("3.0", {row["kind"]: rules_of(row["kind"]) for row in RULES}),
    ]


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with running(tmp_path_factory.mktemp("apiserver")) as server:
        refused = {one["metadata"]["name"]: why for one in definitions() if (why := server.apply(one))}
        assert refused == {}
        server.await_kinds(definitions())
        yield server


def stacks(folder: Path) -> list[Any]:
    """The Stack resources of a fleet."""
    return list(yaml.safe_load_all(rendered(folder, FILES).stdout))


def of_meshes() -> list[Document]:
    """The documents of a zone of the mesh, for Kuma 3.0, with faults."""
    mesh, _ = meshes()
    with_version = (document for document in documents(mesh) if "apiVersion" in document)
    return [document for document in with_version if document["apiVersion"].partition("/")[0] not in FOR_TOOLS]


def of_aks() -> list[Document]:
    """Objects that a pipeline applies to the cluster of the example."""
    (spec,) = records(case(KUBERNETES).plan, AzureMlSpec)
    return [dict(one) for one in spec.objects]


def ready(server: ApiServer, objects: list[Any]) -> None:
    """Makes the namespaces of objects."""
    for space in sorted({one["metadata"]["namespace"] for one in objects if "namespace" in one["metadata"]}):
        assert server.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}) == ""


@pytest.mark.parametrize("subject", ["fleet", "mesh", "aks"])
def test_objects_are_accepted_and_a_second_time_nothing_changes(
    subject: str, server: ApiServer, tmp_path: Path
) -> None:
    """With strict fields: an unknown one is refused, not dropped. Objects are the same after both times."""
    objects: list[Any] = {"fleet": lambda: stacks(tmp_path), "mesh": of_meshes, "aks": of_aks}[subject]()
    ready(server, objects)

    refused = [(one["kind"], one["metadata"]["name"], why) for one in objects if (why := server.apply(one))]
    assert (len(objects) > 1, refused) == (True, [])
    before = [server.stored(one) for one in objects]
    assert {server.apply(one) for one in objects} == {""}
    assert [server.stored(one) for one in objects] == before


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("spec", "comit"), "x", ".spec.comit: field not declared in schema"),
        (("spec", "workspaceReclaimPolicy"), "Keep", 'Unsupported value: "Keep"'),
        (("metadata", "name"), "a" * 43, "at most 42 characters"),
        (("spec", "stack"), None, "spec.stack"),
    ],
)
def test_what_the_operator_of_pulumi_would_refuse_is_refused(
    path: tuple[str, ...], value: Any, why: str, server: ApiServer, tmp_path: Path
) -> None:
    """A misspelt field, a wrong word, a long name (the rule of CEL), a missing field."""
    stack = copy.deepcopy(stacks(tmp_path)[0])
    ready(server, [stack])
    part = stack
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value

    assert why in server.apply(stack)


@pytest.mark.parametrize("row", RULES, ids=lambda row: f"{row['kind']}-{next(iter(row['wrong']))}")
def test_a_rule_of_kuma_refuses_its_mistake(row: dict[str, Any], server: ApiServer) -> None:
    """As Kubernetes evaluates it, with types and a limit of costs: cel-python has neither."""
    objects = [document for document in of_meshes() if document["kind"] == row["kind"]]
    ready(server, objects)
    ((path, value),) = row["wrong"].items()

    wrong = {**objects[0], "spec": changed(objects[0]["spec"], path, value)}
    assert server.apply(objects[0]) == ""
    assert server.apply(wrong) != ""


def test_a_misspelt_field_of_kubernetes_own_kind_is_refused(server: ApiServer) -> None:
    """Those kinds are known to the server itself."""
    service = copy.deepcopy(next(document for document in of_meshes() if document["kind"] == "Service"))
    ready(server, [service])
    service["spec"]["ports"][0]["targetport"] = 80

    assert "targetport" in server.apply(service)


def test_an_instance_type_without_memory_is_refused(server: ApiServer) -> None:
    """Its requests and limits name both."""
    one: Any = copy.deepcopy(next(item for item in of_aks() if item["kind"] == "InstanceType"))
    del one["spec"]["resources"]["requests"]["memory"]

    assert "'memory' in self" in server.apply(one)
