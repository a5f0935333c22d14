"""`amlz fleet render --engine pko`: Stack resources of the Pulumi Kubernetes Operator."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from amlz.fleet.operator import LONGEST_NAME, resource_name
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tests.fleet.fleets import COMMIT, record, report, shipped, write_fleet

SCHEMA = json.loads((ROOT / "tests/cases/fleet/pulumi-stack-2.9.schema.json").read_text(encoding="utf-8"))
IMAGE = f"registry.example/amlz@sha256:{'a' * 64}"
OPERATOR = f"operator: {{namespace: zones, serviceAccount: deployer, image: {IMAGE}}}"
BACKEND, SECRETS = "azblob://state?storage_account=st", "azurekeyvault://kv.vault.azure.net/keys/k"
UNIT = (
    f"space: emea, operator: {{repository: https://git.example/x, backend: '{BACKEND}', secretsProvider: '{SECRETS}'}}"
)
FILES = {
    "hubs/hub.json": report("hub", ("10.0.0.0/24",)),
    "hubs/hub.record.json": record("hub", "0.2.0"),
    "retail/prod.json": report("prod", ("10.1.0.0/24",), hub="hub", production=True),
    "retail/prod.record.json": record("prod", "0.2.0"),
}


def rendered(folder: Path, files: dict[str, Any], rest: str = OPERATOR, unit: str = UNIT) -> Any:
    """Returns the result of the command."""
    names = {name.partition("/")[0] for name in files}
    write_fleet(folder, files, rest, dict.fromkeys(names, unit))
    return amlz_here("fleet", "render", "--engine", "pko", "--fleet", str(folder / "fleet.yaml"))


def problems(resource: Any) -> list[str]:
    """Returns what the operator's API would refuse."""
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(resource)]


def test_a_hub_comes_before_its_spoke_and_everything_is_pinned(tmp_path: Path) -> None:
    """By commit, without a branch, a duration, a destruction, or a pod with more rights than it needs."""
    ran = rendered(tmp_path, FILES)

    hub, prod = yaml.safe_load_all(ran.stdout)
    assert (ran.returncode, problems(hub), problems(prod)) == (0, [], [])
    assert prod == {
        "apiVersion": "pulumi.com/v1",
        "kind": "Stack",
        "metadata": {
            "name": "retail-prod",
            "namespace": "zones",
            "labels": {"amlz/unit": "retail", "amlz/wave": "2", "amlz/production": "true"},
            "annotations": {"amlz/stack": "retail/prod"},
        },
        "spec": {
            "stack": "prod",
            "projectRepo": "https://git.example/x",
            "commit": COMMIT,
            "backend": BACKEND,
            "secretsProvider": SECRETS,
            "useLocalStackOnly": True,
            "continueResyncOnCommitMatch": False,
            "retryMaxBackoffDurationSeconds": 3600,
            "workspaceReclaimPolicy": "Delete",
            "serviceAccountName": "deployer",
            "prerequisites": [{"name": "hubs-hub"}],
            "workspaceTemplate": {
                "spec": {
                    "image": IMAGE,
                    "securityProfile": "restricted",
                    "serviceAccountName": "deployer",
                    "env": [{"name": "ARM_USE_OIDC", "value": "true"}],
                    "podTemplate": {"metadata": {"labels": {"azure.workload.identity/use": "true"}}},
                }
            },
        },
    }
    assert hub["metadata"]["name"] == "hubs-hub"
    assert "prerequisites" not in hub["spec"]


def test_the_example_reserves_and_renders(tmp_path: Path) -> None:
    """With the reports of its stacks and a record of each: the hub first, a block of its pool."""
    shutil.copy(ROOT / "examples/fleet/fleet.yaml", tmp_path)
    for unit, stack in (("platform", "hub"), ("claims", "landing-zone"), ("retail", "minimal")):
        folder = tmp_path / "reports" / unit
        folder.mkdir(parents=True)
        (folder / f"{stack}.json").write_text(shipped(stack), encoding="utf-8")
        (folder / f"{stack}.record.json").write_text(json.dumps(record(stack, "0.2.0")), encoding="utf-8")

    render = amlz_here("fleet", "render", "--engine", "pko", folder=tmp_path)
    reserve = amlz_here("fleet", "reserve", "emea", "/20", "--unit", "retail", folder=tmp_path)

    resources = list(yaml.safe_load_all(render.stdout))
    assert [problems(resource) for resource in resources] == [[], [], []]
    assert resources[0]["metadata"]["name"] == "platform-hub"
    assert (reserve.returncode, reserve.stdout) == (0, "  - {range: 10.90.16.0/20, space: emea, unit: retail}\n")


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("spec", "comit"), "x", "'comit' was unexpected"),
        (("spec", "workspaceReclaimPolicy"), "Keep", "'Keep' is not one of"),
        (("metadata", "name"), "a" * 43, "is too long"),
        (("spec", "workspaceTemplate", "spec", "securityProfile"), "none", "'none' is not one of"),
    ],
)
def test_the_schema_of_the_tests_refuses_what_the_operator_refuses(
    path: tuple[str, ...], value: str, problem: str, tmp_path: Path
) -> None:
    """A misspelt field, a wrong word, a long name (the rule of CEL)."""
    resource = copy.deepcopy(next(iter(yaml.safe_load_all(rendered(tmp_path, FILES).stdout))))
    part = resource
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value

    assert [problem in text for text in problems(resource)] == [True]


@pytest.mark.parametrize(
    ("files", "rest", "unit", "sentence"),
    [
        (FILES, "", UNIT, "`operator` is missing: namespace, image and service account"),
        (FILES, OPERATOR, "space: emea", "`operator` is missing in hubs and retail: repository and state"),
        (
            {name: content for name, content in FILES.items() if name != "hubs/hub.record.json"},
            OPERATOR,
            UNIT,
            "No commit is recorded of hubs/hub, so nothing can be pinned.",
        ),
        ({**FILES, "retail/dev.json": "{"}, OPERATOR, UNIT, "retail/dev cannot be used, so the order of deployment"),
        (FILES, OPERATOR.replace(f"@sha256:{'a' * 64}", ":latest"), UNIT, "operator.image"),
        (FILES, OPERATOR, UNIT.replace("https://git", "https://user:pw@git"), "repository"),
    ],
)
def test_nothing_is_rendered_where_an_answer_is_missing(
    files: dict[str, Any], rest: str, unit: str, sentence: str, tmp_path: Path
) -> None:
    """With a sentence and exit code 2: a stack without its prerequisites would be deployed too early."""
    ran = rendered(tmp_path, files, rest, unit)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert sentence in " ".join(ran.stderr.split())


@given(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}/[A-Za-z0-9_.-]{1,100}", fullmatch=True), unique=True))
def test_names_of_resources_are_valid_and_never_shared(keys: list[str]) -> None:
    """Long names and other letters get a hash."""
    names = [resource_name(key) for key in keys]

    assert len(set(names)) == len(keys)
    assert all(len(name) <= LONGEST_NAME and name.strip("-") == name and name.isascii() for name in names)
    assert (resource_name("retail/prod"), len(resource_name("r" * 60 + "/prod"))) == ("retail-prod", LONGEST_NAME)
