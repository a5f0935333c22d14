"""Azure's own Python clients against `amlz simulate --listen`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.capabilities.test_operations import EXAMPLE
from tests.cli.in_process import amlz_here
from tests.clients.running import BIN, SCRIPTS, Listening, azure, needs_clients
from tests.conftest import previewed

STACK = "landing-zone"
DATASTORES = ["workspaceartifactstore", "workspaceblobstore", "workspacefilestore", "workspaceworkingdirectory"]


@pytest.fixture(name="landing_zone", scope="module")
def _landing_zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with azure(tmp_path_factory.mktemp("clients"), STACK) as listening:
        yield listening


@needs_clients
def test_eight_management_clients_create_read_and_delete(landing_zone: Listening) -> None:
    """Each call has the result that its documentation promises."""
    result = landing_zone.script("management.py", "a0a0a0a0-1111-4222-8333-444455556666")

    assert result == {
        "resource group": "Succeeded",
        "it exists": True,
        "another exists": False,
        "network": "Succeeded",
        "subnets": 230,
        "missing": [400, "InvalidResourceReference"],
        "name is free": True,
        "account": "https://amlzsample.blob.core.windows.net/",
        "name is taken": False,
        "tags": {"a": "b"},
        "accounts": ["amlzsample"],
        "vault": "https://amlzvault.vault.azure.net/",
        "vault deleted": None,
        "deleted vaults": ["amlzvault"],
        "vault purged": None,
        "deleted vaults then": [],
        "registry": "amlzregistry.azurecr.io",
        "log": None,
        "zone": "privatelink.blob.core.windows.net",
        "link": "Succeeded",
        "record": "x",
        "role": ["Reader"],
        "assigned": "33333333-1111-4222-8333-444455556666",
        "assigned again": [409, "RoleAssignmentExists"],
        "assignments": ["44444444-1111-4222-8333-444455556660"],
        "all": ["amlzregistry", "amlzsample", "log", "privatelink.blob.core.windows.net", "v"],
        "group deleted": None,
        "groups": [],
    }


def arguments(environment: str) -> list[str]:
    """Subscription, resource group, workspace, training subnet and identity of an environment."""
    graph = previewed(STACK).graph
    kind = "Microsoft.MachineLearningServices/workspaces"
    workspace = next(one for one in graph.of_type(kind) if f"-{environment}-" in one.id)
    cluster = next(one for one in graph.of_type(f"{kind}/computes") if one.id == f"{workspace.id}/computes/cpu")
    subnet = cluster.properties["properties"]["subnet"]["id"]
    identity = next(iter(cluster.body["identity"]["userAssignedIdentities"]))
    return [workspace.subscription, workspace.resource_group, workspace.name, subnet, identity]


@needs_clients
def test_a_data_scientist_in_production_needs_what_was_agreed(landing_zone: Listening) -> None:
    """Azure Policy denies the size, then the missing subnet; with both as agreed, the cluster is created."""
    result = landing_zone.script("data_scientist.py", *arguments("prod"))
    denied = [403, "RequestDisallowedByPolicy"]
    created = ["Succeeded", 0, 4, 120]

    assert result == {
        "workspace": arguments("prod")[2],
        "computes": ["cpu", "image-build"],
        "missing": True,
        "cluster": [*denied, "Deny-MachineLearningCompute-VmSize"],
        "agreed, no subnet": [*denied, "Deny-MachineLearningCompute-SubnetId"],
        "as agreed": created,
        "again": created,
        "datastores": DATASTORES,
        "default datastore": "workspaceblobstore",
    }


@needs_clients
def test_a_data_scientist_in_development_creates_the_cluster(landing_zone: Listening) -> None:
    """Its policies audit."""
    result = landing_zone.script("data_scientist.py", *arguments("dev")[:3], "", "")

    assert (result["cluster"], result["again"]) == (["Succeeded", 0, 4, 180], ["Succeeded", 0, 4, 180])


@needs_clients
def test_azure_ai_ml_reads_the_schedule_of_a_model_monitor(tmp_path: Path) -> None:
    """Its loader accepts each key, and the request has every signal with its notifications."""
    file = tmp_path / "monitor.yml"
    options = ("--deployment", "churn-online/blue", "--baseline", "churn-training:1", "--target", "churned")
    amlz_here("workload", "monitor", str(EXAMPLE), "churn", "prod", *options, "-o", str(file))
    command = [str(BIN / "python"), "-W", "ignore", str(SCRIPTS / "schedule.py"), str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240)

    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "data_drift": ["DataDrift", "Enabled"],
        "prediction_drift": ["PredictionDrift", "Enabled"],
        "data_quality": ["DataQuality", "Enabled"],
    }
