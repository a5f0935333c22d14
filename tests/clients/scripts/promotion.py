"""The verbs of a generated repository, from training to production: argument 3 is its folder, 4 the stand-in's URL.

Each step notes the exit code, the end of the output, each change of traffic with what Azure has after it, and the
deployments of production with their models.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

from azure.ai.ml import MLClient
from azure.core.exceptions import ResourceNotFoundError
from session import ARGUMENTS, BASE, CREDENTIAL, RESULTS, finish

FOLDER, DATA_PLANE = ARGUMENTS
sys.path.insert(0, FOLDER)
os.chdir(FOLDER)
os.environ |= {
    "GITHUB_RUN_ID": "7",
    "GITHUB_TOKEN": "simulated",
    "GITHUB_API_URL": DATA_PLANE,
    "GITHUB_SERVER_URL": DATA_PLANE,
    "GITHUB_REPOSITORY": "contoso/churn",
    "GITHUB_OUTPUT": str(Path(FOLDER, "github-output")),
}

from mlops import zone  # noqa: E402
from mlops.__main__ import main  # noqa: E402
from mlops.azure import Azure, Manager  # noqa: E402
from mlops.rollout import Rollout  # noqa: E402
from source import data as sample  # noqa: E402

changes: list[Any] = []
registered: list[str] = []
_traffic = Rollout.traffic


def watched(
    rollout: Rollout, traffic: dict[str, int], mirror: dict[str, int], tags: dict[str, str] | None = None
) -> None:
    """Changes traffic, and notes what Azure has afterwards."""
    _traffic(rollout, traffic, mirror, tags)
    endpoint = rollout.endpoint()
    changes.append([endpoint.traffic, endpoint.mirror_traffic])


Rollout.traffic = watched


def connected(here: zone.Zone) -> Azure:
    """The environment in the simulated Azure."""
    client = MLClient(CREDENTIAL, here.subscription, here.resource_group, here.workspace, cloud="Simulated")

    def open_registry() -> MLClient:
        return MLClient(CREDENTIAL, registry_name=here.registry, cloud="Simulated")

    return Azure(here, client, open_registry, Manager(BASE, CREDENTIAL))


def set_state(**state: Any) -> None:
    """Changes the state of the stand-in."""
    urllib.request.urlopen(f"{DATA_PLANE}/state", json.dumps(state).encode()).read()


def deployments() -> dict[str, str]:
    """Returns the deployments of production, and the version of the model that each has."""
    here = zone.read("prod")
    name = here.endpoint("churn")
    try:
        listed = list(connected(here).client.online_deployments.list(name))
    except ResourceNotFoundError:
        return {}
    return {one.name: str(one.model) for one in listed}


def step(name: str, *arguments: str) -> str:
    """Runs a verb. Returns what it writes for the next step of the pipeline."""
    Path(os.environ["GITHUB_OUTPUT"]).write_text("")
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        code = main(list(arguments), connected)
    text = shown.getvalue().strip()
    RESULTS[name] = {"code": code, "text": text[-1500:] if code else "", "traffic": list(changes)}
    RESULTS[name]["production"] = deployments()
    changes.clear()
    return Path(os.environ["GITHUB_OUTPUT"]).read_text().strip().removeprefix("model=")


def release(commit: str, *options: str) -> str:
    """Registers the trained model as the model of a commit, and copies it into the registry. Returns its ID there."""
    os.environ["GITHUB_SHA"] = commit
    registered.append(step(f"register {commit}", "register", "dev", "--from", "output"))
    return step(f"promote {commit}", "promote", "dev", registered[-1], *options)


def upload(folder: str, factor: float) -> None:
    """Puts the rows of the evaluation into a folder of production's default datastore, as a CSV file."""
    data = sample.load()
    lines = [",".join(data.features), *(",".join(str(value * factor) for value in row) for row in data.test[0])]
    container = connected(zone.read("prod")).client.datastores.get("workspaceblobstore").container_name
    url = f"{DATA_PLANE}/{container}/{folder}/rows.csv"
    urllib.request.urlopen(urllib.request.Request(url, "\n".join(lines).encode(), method="PUT")).read()


def approved(environment: str) -> dict[str, Any]:
    """A review of the run."""
    return {"state": "approved", "user": {"login": "ada"}, "environments": [{"name": environment}]}


step("train", "train", "dev", "--to", "output")
set_state(forbidden=["contoso-models"])
release("0")
set_state(forbidden=[], names=[])
step("no registry", "promote", "dev", "churn:1")
set_state(names=["contoso-models"])
first = release("1")
RESULTS["first"] = first
step("promote again", "promote", "dev", "churn:" + first.rpartition("/versions/")[2])
step("dev", "deploy", "dev", first)
step("without approval", "deploy", "prod", first)
set_state(reviews=[approved("staging")])
step("approved for staging", "deploy", "prod", first)
set_state(reviews=[approved("prod")], taken=[zone.read("prod").endpoint("churn")])
step("taken", "deploy", "prod", first)
set_state(taken=[])
step("unknown model", "deploy", "prod", first + "x")
step("prod 1", "deploy", "prod", first)
second = release("2", "--from", "output")
RESULTS["second"] = second
step("other files", "promote", "dev", registered[0], "--from", "output")
step("prod 2", "deploy", "prod", second)
step("retire", "retire", "prod")
set_state(broken=["blue"])
step("canary fails", "deploy", "prod", first)
step("rollback", "rollback", "prod")
step("retire the failed one", "retire", "prod")
step("batch", "batch", "prod", second)
upload("scored", 1)
upload("other", 2)
data = "azureml://datastores/workspaceblobstore/paths/scored/"
step("score", "score", "prod", data)
step("drift", "drift", "prod", data, "--to", "drift-same")
step("drifted", "drift", "prod", data.replace("scored", "other"), "--to", "drift-other")
step("no data", "drift", "prod", data.replace("scored", "none"), "--to", "drift-none")
RESULTS["audit"] = [json.loads(path.read_text()) for path in sorted(Path("audit").glob("churn-prod-*.json"))]
finish()
