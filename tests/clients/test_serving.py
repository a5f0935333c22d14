"""The pipelines of a generated repository, run with azure-ai-ml against the simulated Azure over HTTPS.

Blobs, scoring, metrics and alerts are a stand-in on loopback (data_plane.py): ARM does not have them.
"""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import Any

import pytest

from amlz.app.listening import built_in_roles
from amlz.app.preview import preview_stack
from amlz.simulator.arm.deployment import deploy
from amlz.simulator.arm.messages import Request
from amlz.simulator.https.catalogue import Tenant
from amlz.stackfile.checked import checked
from tests.app.test_workload import STACK, written
from tests.clients.data_plane import DataPlane, ServingArm, data_plane
from tests.clients.running import BIN, SCRIPTS, needs_clients, of_a_client
from tests.simulator.https.served import TENANT, context, served

SUBSCRIPTION = "a1b2c3d4-1111-4222-8333-444455556666"


@cache
def graph() -> Any:
    """The landing zone whose repository it is."""
    return preview_stack(*checked(str(STACK))).graph


@pytest.fixture(name="results", scope="module")
def _results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The results of every step, and the deployment as Azure has it at the end."""
    folder = tmp_path_factory.mktemp("serving")
    repository = written(folder / "repository")
    with data_plane(folder, DataPlane()) as data:
        arm = ServingArm(data)
        assert deploy(arm, graph()).refused == ()
        certificate = folder / "certificates.pem"
        certificate.write_text(context()[1] + (folder / "data-plane.pem").read_text())
        with served(arm, Tenant(TENANT, (SUBSCRIPTION,), built_in_roles())) as client:
            base = f"https://localhost:{client.port}"
            environment = {
                **of_a_client(base, certificate),
                "HTTPS_PROXY": f"http://127.0.0.1:{data.proxy}",
                "NO_PROXY": "localhost,127.0.0.1",
            }
            command = [str(BIN / "python"), "-W", "ignore", str(SCRIPTS / "serving.py"), base, TENANT]
            ran = subprocess.run(
                [*command, str(repository), data.base], env=environment, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, ran.stderr
            result: dict[str, Any] = json.loads(ran.stdout[ran.stdout.index('{"registered"') :])
            contract = json.loads((repository / "contract" / "dev.json").read_text())
            endpoint = f"{contract['workspace']['id']}/onlineEndpoints/churn-dev-{contract['endpointSuffix']}"
            for name, path in (("endpoint", endpoint), ("deployment", f"{endpoint}/deployments/green")):
                result[name] = arm.answer(Request("GET", path, "2024-05-01")).body
    return result


def step(traffic: list[Any], result: Any, *deployments: str) -> dict[str, Any]:
    """Expected: the result, each state of traffic and mirror after a change, the deployments that exist then."""
    return {"result": result, "traffic": traffic, "deployments": list(deployments)}


@needs_clients
def test_a_model_is_registered_with_its_origin(results: dict[str, Any]) -> None:
    """Data, code, run and metrics are tags of the model."""
    assert results["registered"] == ["commit", "data", "data-sha256", "metric-accuracy", "metric-roc_auc", "run"]


@needs_clients
def test_traffic_of_each_step_is_as_azure_has_it(results: dict[str, Any]) -> None:
    """First model, mirror, canary of 10 and 50, all traffic; by hand and by a failing canary back; retired."""
    second = [
        [{"blue": 100}, {"green": 10}],
        [{"blue": 100, "green": 0}, {}],
        [{"blue": 90, "green": 10}, {}],
        [{"blue": 50, "green": 50}, {}],
        [{"blue": 0, "green": 100}, {}],
    ]
    canary = [
        [{"green": 100}, {"blue": 10}],
        [{"green": 100, "blue": 0}, {}],
        [{"green": 90, "blue": 10}, {}],
        [{"green": 100, "blue": 0}, {}],
    ]

    assert results["first"] == step([[{"blue": 100}, {}]], "blue", "blue")
    assert results["second"] == step([[{"blue": 100}, {}], *second], "green", "blue", "green")
    assert results["rolled back by hand"] == step([[{"blue": 100, "green": 0}, {}]], "blue", "blue", "green")
    assert results["third"] == step([[{"blue": 100, "green": 0}, {}], *second], "green", "blue", "green")
    assert results["retired"] == step([], ["blue"], "green")
    reason = "blue failed, and all traffic is on green:\n  blue, request 1: HTTP 500\n  blue, request 2: HTTP 500"
    assert results["canary"] == step([[{"green": 100}, {}], *canary], reason, "blue", "green")


@needs_clients
def test_endpoint_and_deployment_are_sent_as_the_zone_needs_them(results: dict[str, Any]) -> None:
    """No public access, Entra tokens, the identity of the contract, no public egress: the SDK's defaults are others."""
    endpoint, deployment = results["endpoint"], results["deployment"]

    assert endpoint["properties"]["publicNetworkAccess"].lower() == "disabled"
    assert endpoint["properties"]["authMode"].lower() == "aadtoken"
    assert [name.rsplit("/", 1)[1] for name in endpoint["identity"]["userAssignedIdentities"]] == [
        "id-retail-churn-dev-compute"
    ]
    assert deployment["properties"]["egressPublicNetworkAccess"].lower() == "disabled"
    assert deployment["properties"]["model"].rsplit("/", 4)[1:3] == ["models", "churn"]
