"""The deployment and the nightly look under Pulumi's own engine, over the simulated Azure: real data between steps."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml

from amlz.app.preview import PROJECT
from amlz.simulator.drift import drift, drift_of
from amlz.simulator.state_store import StateStore
from tests.engine.engine import PROVIDER, engine
from tests.integrations.pipelines.common import MINIMAL, begun, commit
from tests.integrations.pipelines.host import host
from tests.integrations.pipelines.test_drift import NIGHT
from tests.integrations.pipelines.test_github_deploy import SET, context
from tests.integrations.pipelines.workflow import Runs
from tests.rehearsal.common import LONG

#: Outputs of the first job of the night.
HANDED_ON: dict[str, Any] = {
    "matrix": {"stack": "small"},
    "needs": {"stacks": {"result": "success", "outputs": {"ready": "true"}}},
}


def repository(folder: Path) -> tuple[Runs, dict[str, str]]:
    """One whose stack is created in a separate backend, and the variables with its address."""
    result = engine()
    runs = begun(folder, {"python3": f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n'}, {"small": MINIMAL})
    for name in ("home", "state", "tmp"):
        (folder / name).mkdir()
    runs.environment |= {
        "PATH": os.pathsep.join([str(folder / "bin"), str(result.pulumi.parent), os.environ["PATH"]]),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PULUMI_HOME": str(folder / "home" / ".pulumi"),
        "PULUMI_CONFIG_PASSPHRASE": "nothing is secret here",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",
        "AMLZ_PYTHON": sys.executable,
        "AMLZ_PREVIEW": "azure-native",
        "AMLZ_AZURE": str(folder / "azure.sqlite"),
    }
    program = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
    plugins = {"providers": [{"name": "azure-native", "path": str(PROVIDER)}]}
    file = {"name": PROJECT, "runtime": program, "plugins": plugins}
    (runs.origin / "Pulumi.yaml").write_text(yaml.safe_dump(file))
    variables = {**SET, "PULUMI_BACKEND_URL": f"file://{folder / 'state'}"}
    subprocess.run(
        ["pulumi", "stack", "init", "small", "--non-interactive"], cwd=runs.origin, check=True, capture_output=True,
        env={**runs.environment, "PULUMI_BACKEND_URL": variables["PULUMI_BACKEND_URL"]},
    )  # fmt: skip
    commit(runs, "begun")
    return runs, variables


def deployed(runs: Runs, variables: dict[str, str]) -> dict[str, str]:
    """The result of each job of a deployment of the newest commit."""
    results = runs.call(
        "deploy-stack.yml", context(vars=variables), stack="small", production=False, runtime=runs.runtime()
    )
    return {name: job.result for name, job in results.items()}


def rewritten(runs: Runs, old: str, new: str) -> None:
    """Another commit, whose stack file differs."""
    path = runs.origin / "Pulumi.small.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    commit(runs, "next")


def standing(folder: Path) -> list[str]:
    """Ids of the resources in Azure, in order."""
    with closing(StateStore(folder / "azure.sqlite")) as memory:
        return sorted(resource.id.lower() for resource in memory.all())


@LONG
def test_a_landing_zone_is_deployed_kept_and_looked_at(tmp_path: Path) -> None:
    """Built, then nothing to do; loss stopped, an old approval refused; a manual change reported by its name."""
    runs, variables = repository(tmp_path)

    assert deployed(runs, variables) == {"preview": "success", "up": "success"}
    built = standing(tmp_path)
    assert len(built) > 100
    assert deployed(runs, variables) == {"preview": "success", "up": "skipped"}

    rewritten(runs, "      churn:\n", "      fraud:\n")
    assert deployed(runs, variables) == {"preview": "failure", "up": "skipped"}
    assert standing(tmp_path) == built
    rewritten(runs, "      fraud:\n", "      churn:\n")

    rewritten(runs, "    projects:\n", "    tags: {team: ours}\n    projects:\n")
    result = context(vars=variables, inputs={"stack": "small", "production": False, "runtime": runs.runtime()})
    approved = runs.job("deploy-stack.yml", "preview", result).outputs
    again = runs.job("deploy-stack.yml", "preview", result).outputs
    rewritten(runs, "{team: ours}", "{team: others}")
    late: dict[str, Any] = {**result, "needs": {"preview": {"result": "success", "outputs": approved}}}
    refused = runs.job("deploy-stack.yml", "up", late)
    assert (approved == again, approved["changes"], refused.result) == (True, "true", "failure")
    assert "The plan is no longer the one that was approved" in refused.printed["Guard"]
    assert standing(tmp_path) == built

    with closing(StateStore(tmp_path / "azure.sqlite")) as memory:
        routes = next(resource for resource in memory.all() if "/routetables/" in resource.id.lower())
        edited = drift_of(routes)
        assert edited is not None
        with memory.change():
            drift(memory, routes, edited)
    with host() as github:
        needs = {**HANDED_ON["needs"], "runtime": {"result": "success", "outputs": {"digest": runs.runtime()}}}
        look = runs.job("drift.yml", "look", {**NIGHT, "vars": variables, **HANDED_ON, "needs": needs})
        there = Runs(runs.folder, runs.origin, runs.environment | github.environment(), runs.artifacts)
        tell = there.job("drift.yml", "report", {**NIGHT, "vars": variables, **HANDED_ON})
        body = github.issues[0]["body"].splitlines()
    assert (look.result, tell.result) == ("success", "success")
    assert [line for line in body if line.startswith(("## ", "- "))] == [
        "## small: 1 differ", "- changed: RouteTable `spoke-main-routes`: `tags`",
    ]  # fmt: skip
