"""The way of a model to production: verbs of a generated repository with azure-ai-ml against the simulated Azure.

Jobs, blobs, scoring, the registry's data plane and approvals of GitHub are stand-ins on loopback (data_plane.py).
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.app.listening import built_in_roles
from amlz.app.preview import preview_stack
from amlz.app.workload.repository import RepositoryOptions, repository
from amlz.app.workload.write import write_repository
from amlz.simulator.arm.deployment import deploy
from amlz.simulator.https.catalogue import Tenant
from amlz.stackfile.checked import checked
from tests.app.test_workload import STACK
from tests.clients.data_plane import DataPlane, ServingArm, data_plane
from tests.clients.running import BIN, SCRIPTS, needs_clients, of_a_client
from tests.simulator.https.served import TENANT, context, served

SUBSCRIPTION = "a1b2c3d4-1111-4222-8333-444455556666"
REGISTRY = "contoso-models"


def stack_with_registry(folder: Path) -> Path:
    """A landing zone with three environments and an Azure ML registry in another subscription."""
    values = yaml.safe_load(STACK.read_text(encoding="utf-8"))
    kind = f"Microsoft.MachineLearningServices/registries/{REGISTRY}"
    group = "/subscriptions/c2c2c2c2-1111-4222-8333-444455556666/resourceGroups/rg-models"
    values["config"]["amlz:landingZone"]["modelRegistry"] = {"id": f"{group}/providers/{kind}", "giveRoles": True}
    path = folder / "Pulumi.models.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


@pytest.fixture(name="data", scope="module")
def _data() -> DataPlane:
    """The stand-in, as the steps leave it."""
    return DataPlane()


@pytest.fixture(name="results", scope="module")
def _results(tmp_path_factory: pytest.TempPathFactory, data: DataPlane) -> dict[str, Any]:
    """The result of every step."""
    folder = tmp_path_factory.mktemp("promotion")
    file, plan = checked(str(stack_with_registry(folder)))
    made = folder / "repository"
    write_repository(repository(plan, file.stack, "churn", RepositoryOptions("github", "churn", 10)), made)
    settings = made / "settings.yml"
    fast = {"[10, 50]": "[10]", "soakMinutes: 15": "soakMinutes: 0", "keepPreviousHours: 24": "keepPreviousHours: 0"}
    text = settings.read_text(encoding="utf-8")
    for before, after in fast.items():
        assert before in text
        text = text.replace(before, after)
    settings.write_text(text, encoding="utf-8")
    data.registries.names.append(REGISTRY)
    with data_plane(folder, data):
        arm = ServingArm(data)
        assert deploy(arm, preview_stack(file, plan).graph).refused == ()
        certificate = folder / "certificates.pem"
        certificate.write_text(context()[1] + (folder / "data-plane.pem").read_text())
        with served(arm, Tenant(TENANT, (SUBSCRIPTION,), built_in_roles())) as client:
            base = f"https://localhost:{client.port}"
            environment = {
                **of_a_client(base, certificate),
                "REGISTRY_DISCOVERY_ENDPOINT_URL": data.base,
                "HTTPS_PROXY": f"http://127.0.0.1:{data.proxy}",
                "NO_PROXY": "localhost,127.0.0.1",
            }
            command = [str(BIN / "python"), "-W", "ignore", str(SCRIPTS / "promotion.py"), base, TENANT]
            ran = subprocess.run(
                [*command, str(made), data.base], env=environment, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, ran.stderr
            result: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return result


def codes(results: dict[str, Any]) -> dict[str, int]:
    """The exit code of every step."""
    return {name: step["code"] for name, step in results.items() if isinstance(step, dict)}


@needs_clients
def test_every_step_ends_as_it_should(results: dict[str, Any]) -> None:
    """0: fine. 1: rolled back, or drifted. 2: refused with a sentence."""
    refused = (
        "promote 0",
        "no registry",
        "without approval",
        "approved for staging",
        "taken",
        "unknown model",
        "other files",
        "rollback",
        "no data",
    )
    ended = {name: code for name, code in codes(results).items() if code}

    assert ended == {**dict.fromkeys(refused, 2), "canary fails": 1, "drifted": 1}


@needs_clients
@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("promote 0", "The identity of dev must not publish in the registry contoso-models: Azure answers 403."),
        ("no registry", "it does not exist, or the identity of dev has no role there."),
        ("without approval", "Nobody approved this run for the environment prod of GitHub"),
        ("approved for staging", "Nobody approved this run for the environment prod of GitHub"),
        ("taken", "is taken: names of endpoints are unique in a region."),
        ("unknown model", "The registry contoso-models has no such model."),
        ("other files", "Its files are not those of churn:"),
        ("rollback", "has no previous deployment"),
        ("no data", "The job "),
    ],
)
def test_what_is_refused_is_a_sentence_and_leaves_production_as_it_was(
    results: dict[str, Any], step: str, sentence: str
) -> None:
    """Without a traceback."""
    names = list(codes(results))
    before = results[names[names.index(step) - 1]]["production"]

    assert (sentence in results[step]["text"], "Traceback" in results[step]["text"]) == (True, False), results[step]
    assert results[step]["production"] == before


@needs_clients
def test_a_model_is_trained_as_a_job_and_is_in_the_registry_with_its_origin(
    results: dict[str, Any], data: DataPlane
) -> None:
    """The copy has no tags here: the pipeline completes them. Promoting it again changes nothing."""
    models = {key: model["properties"]["tags"] for key, model in data.registries.models.items()}
    versions = [results[name].rpartition("/versions/")[2] for name in ("first", "second")]

    assert data.jobs.commands[0].startswith("python train.py --output /")
    assert list(models) == [(REGISTRY, "churn", version) for version in versions]
    assert [tags["commit"] for tags in models.values()] == ["1", "2"]
    assert [tags["data"] for tags in models.values()] == ["sklearn.datasets.load_breast_cancer"] * 2


@needs_clients
def test_production_deploys_from_the_registry_and_shifts_traffic_in_steps(results: dict[str, Any]) -> None:
    """First model; the second with mirror, canary and all traffic; the first retired; a canary that fails; clean-up."""
    first, second = results["first"], results["second"]
    rollout = [
        [{"blue": 100}, {"green": 10}],
        [{"blue": 100, "green": 0}, {}],
        [{"blue": 90, "green": 10}, {}],
        [{"blue": 0, "green": 100}, {}],
    ]
    canary = [
        [{"green": 100}, {"blue": 10}],
        [{"green": 100, "blue": 0}, {}],
        [{"green": 90, "blue": 10}, {}],
        [{"green": 100, "blue": 0}, {}],
    ]
    steps = {name: (results[name]["traffic"], results[name]["production"]) for name in STEPS}

    assert steps == {
        "prod 1": ([[{"blue": 100}, {}]], {"blue": first}),
        "prod 2": ([[{"blue": 100}, {}], *rollout], {"blue": first, "green": second}),
        "retire": ([], {"green": second}),
        "canary fails": ([[{"green": 100}, {}], *canary], {"blue": first, "green": second}),
        "retire the failed one": ([], {"green": second}),
    }


STEPS = ("prod 1", "prod 2", "retire", "canary fails", "retire the failed one")


@needs_clients
def test_each_rollout_in_production_has_an_audit_record(results: dict[str, Any]) -> None:
    """Which model, data and code, who approved, and how it ended."""
    records = [
        (record["model"], record["origin"]["commit"], record["approvedBy"], record["result"].partition("\n")[0])
        for record in results["audit"]
    ]

    assert records == [
        (results["first"], "1", ["ada"], "failed"),
        (results["first"], "1", ["ada"], "deployed"),
        (results["second"], "2", ["ada"], "deployed"),
        (results["first"], "1", ["ada"], "rolled back: blue failed, and all traffic is on green:"),
    ]
    assert {record["run"].partition("/contoso/")[2] for record in results["audit"]} == {"churn/actions/runs/7"}


@needs_clients
def test_batch_scoring_writes_a_row_for_each_row_of_the_data(results: dict[str, Any], data: DataPlane) -> None:
    """With the scoring script of the deployment, and the model of the registry."""
    (path,) = [path for path in data.blobs if path.endswith("/predictions.csv")]
    rows = data.blobs[path].decode().split()

    assert (codes(results)["score"], "/azureml/batchjob-" in path) == (0, True)
    assert (len(rows), rows[0].rpartition(",")[0], {row.rpartition(",")[2] for row in rows}) == (
        143,
        "rows.csv,0",
        {"0", "1"},
    )
    assert data.jobs.commands.count("score.py") == 1
