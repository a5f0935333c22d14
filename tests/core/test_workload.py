"""The contract between a landing zone and the pipelines of its teams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from amlz.app.preview import PROGRAM, PROJECT
from amlz.core.workload import contract_of, workload_schema
from amlz.simulator.monitor import Program, register
from amlz.stackfile.checked import checked
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT

PIPELINES = ROOT / "tests" / "cases" / "previews" / "pipeline-identities.yaml"
SUBSCRIPTION = "a1b2c3d4-1111-4222-8333-444455556666"


def contract(stack: str | Path, project: str, environment: str) -> dict[str, Any]:
    """The contract of an environment, as JSON has it."""
    _, plan = checked(str(stack))
    return contract_of(plan, project, environment).model_dump(by_alias=True)


def test_the_contract_of_the_smallest_stack_is_known_to_the_letter() -> None:
    """Every value that a pipeline needs is decided before the deployment, apart from client IDs."""
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-retail-churn-dev-westeurope"
    spoke = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-retail-spoke-main-westeurope"
    hub = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-retail-hub-westeurope"
    names = {
        "workspace": ("Microsoft.MachineLearningServices/workspaces", "mlw-retail-churn-dev-nll3v"),
        "keyVault": ("Microsoft.KeyVault/vaults", "kv-retail-churn-de-p3v7y"),
        "storageAccount": ("Microsoft.Storage/storageAccounts", "stretailchurndevvaefb"),
        "applicationInsights": ("Microsoft.Insights/components", "appi-retail-churn-dev"),
        "containerRegistry": ("Microsoft.ContainerRegistry/registries", "crretailchurndevuftlz"),
    }
    resources: dict[str, Any] = {
        key: {"name": name, "id": f"{group}/providers/{kind}/{name}"} for key, (kind, name) in names.items()
    }
    resources["containerRegistry"]["loginServer"] = "crretailchurndevuftlz.azurecr.io"
    network = f"{spoke}/providers/Microsoft.Network/virtualNetworks/vnet-retail-spoke-main"
    identity = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-retail-churn-dev"
    builds = {"name": "image-build", "size": "Standard_D4s_v5", "priority": "Dedicated", "minNodes": 0, "maxNodes": 1}

    assert contract(ROOT / "examples" / "minimal" / "Pulumi.minimal.yaml", "churn", "dev") == {
        "contractVersion": 1,
        "project": "churn",
        "environment": "dev",
        "production": False,
        "tenantId": "0f0e0d0c-1111-4222-8333-444455556666",
        "subscriptionId": SUBSCRIPTION,
        "location": "westeurope",
        "cloud": "public",
        "resourceGroup": {"name": "rg-retail-churn-dev-westeurope", "id": group},
        **resources,
        "isolation": "injected",
        "deploymentEgress": "disabled",
        "endpointSuffix": "xcd3x",
        "subnets": {role: f"{network}/subnets/snet-churn-dev-{role}" for role in ("training", "endpoints")},
        "logAnalytics": f"{hub}/providers/Microsoft.OperationalInsights/workspaces/log-retail-hub-vsyc6",
        "datastores": [
            "workspaceartifactstore",
            "workspaceblobstore",
            "workspacefilestore",
            "workspaceworkingdirectory",
        ],
        "clusters": [builds, {**builds, "name": "cpu", "maxNodes": 4}],
        "imageBuildCluster": "image-build",
        "batchCluster": None,
        "modelRegistry": None,
        "featureStore": None,
        "kubernetes": [],
        "identities": {
            role: {"id": f"{identity}-{role}", "clientId": None} for role in ("workspace", "compute", "build")
        },
        "pipelines": {},
        "actionGroups": {},
        "approvers": [],
        "unknown": [f"identities.{role}.clientId" for role in ("workspace", "compute", "build")],
    }


def test_the_schema_takes_every_environment_of_the_examples() -> None:
    """All network modes, a data lake, attached clusters, action groups, other clouds."""
    files = sorted((ROOT / "examples").glob("*/Pulumi.*.yaml"))
    plans = [checked(str(file))[1] for file in files if file.parent.name not in ("fleet", "hub-stack")]
    contracts = [
        contract_of(plan, spec.project, spec.environment).model_dump(by_alias=True)
        for plan in plans
        for spec in plan.environments
    ]

    for value in contracts:
        jsonschema.validate(value, workload_schema())
    assert {(value["isolation"], value["deploymentEgress"]) for value in contracts} == {
        ("injected", "disabled"),
        ("managed", None),
    }
    assert any(value["actionGroups"] for value in contracts)
    assert any(len(value["datastores"]) > 4 for value in contracts)


def test_the_stack_output_has_the_same_shape_and_the_client_ids() -> None:
    """Of the environment's identities and of its pipelines; nothing is unknown after the deployment."""
    file, plan = checked(str(PIPELINES))
    program = Program(main=PROGRAM, project=PROJECT, stack=file.stack, config=file.pulumi_config)

    workloads = register(program).outputs["workloads"]

    assert sorted(workloads) == sorted(str(spec.key) for spec in plan.environments)
    offline = contract_of(plan, "churn", "prod").model_dump(by_alias=True)
    deployed = workloads["churn-prod"]
    ids = [*deployed["identities"].values(), *deployed["pipelines"].values()]
    assert all("$unknown" in json.dumps(identity.pop("clientId")) for identity in ids)
    for identity in (*offline["identities"].values(), *offline["pipelines"].values()):
        del identity["clientId"]
    assert deployed == {**offline, "unknown": []}


WRONG = [
    (("dev", "chrun", "dev"), "There is no project 'chrun'.\n  Projects here: churn.\n"),
    (("dev", "churn", "test"), "Project churn has no environment 'test'.\n  Its environments: dev.\n"),
    (("nope", "churn", "dev"), "There is no such file.\n  Stacks there: dev, prod.\n"),
]


@pytest.mark.parametrize(("arguments", "says"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_wrong_names_end_in_a_sentence(arguments: tuple[str, ...], says: str) -> None:
    """With the names that exist, and exit code 2."""
    ran = amlz_here("workload", "outputs", *arguments)

    assert (ran.returncode, ran.stdout, says in ran.stderr) == (2, "", True), ran.stderr
