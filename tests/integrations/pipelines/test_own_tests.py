"""The pipelines that run the tests of this repository: their starts, their commands and their rights."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.integrations.pipelines.azure_expressions import evaluate
from tests.integrations.pipelines.azure_pipeline import jobs, pipeline
from tests.integrations.pipelines.azure_pipeline import steps as azure_steps
from tests.integrations.pipelines.workflow import environment_of_python, tools_of, workflow

GITHUB, AZURE = "test.yml", "azure-devops/test.yml"
#: The command of each job: a target of the Makefile.
RUNS = {"test": "make test", "slow": "make test-slow"}


def test_each_job_runs_one_target_of_the_makefile() -> None:
    """The same on both services. Everything else is checkout, Python and the cache of packages."""
    on_github = {name: [s["run"] for s in job["steps"] if "run" in s] for name, job in workflow(GITHUB)["jobs"].items()}
    on_azure = {
        name: [s["bash"] for s in azure_steps(job) if "bash" in s] for name, job in jobs(pipeline(AZURE)).items()
    }
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert on_github == on_azure == {name: [command] for name, command in RUNS.items()}
    assert {command.removeprefix("make ") for command in RUNS.values()} <= set(targets)


def test_they_have_no_credential() -> None:
    """Nothing is read but the repository, so that pull requests from forks run them too."""
    result = workflow(GITHUB)

    assert [job["permissions"] for job in result["jobs"].values()] == [{"contents": "read"}] * len(RUNS)
    assert "pull_request_target" not in result["on"]
    assert pipeline(AZURE)["variables"] == {"PIP_CACHE_DIR": "$(Pipeline.Workspace)/pip"}
    for text in (str(result), str(pipeline(AZURE))):
        assert re.findall(r"secrets\.|vars\.|azureSubscription|AccessToken", text) == []


@pytest.mark.parametrize(
    ("event", "reason", "runs"),
    [
        ("pull_request", "PullRequest", ["test"]),
        ("push", "IndividualCI", ["test"]),
        ("schedule", "Schedule", ["slow"]),
    ],
)
def test_each_start_runs_its_jobs(event: str, reason: str, runs: list[str]) -> None:
    """Pull requests and merges wait for the fast tests alone; the slow ones run once a week."""
    values: dict[str, Any] = {"results": [], "variables": {"Build.Reason": reason}, "dependencies": {}}

    assert event in workflow(GITHUB)["on"]
    assert [name for name, job in workflow(GITHUB)["jobs"].items() if holds(job["if"], event)] == runs
    assert [name for name, job in jobs(pipeline(AZURE)).items() if evaluate(job["condition"], values)] == runs


def test_a_person_starts_both_or_the_slow_tests_too() -> None:
    """On GitHub by the button, in Azure Pipelines by the variable SLOW."""
    values: dict[str, Any] = {"results": [], "dependencies": {}}
    by_hand = {**values, "variables": {"Build.Reason": "Manual", "SLOW": "true"}}

    assert [name for name, job in workflow(GITHUB)["jobs"].items() if holds(job["if"], "workflow_dispatch")] == [*RUNS]
    assert [name for name, job in jobs(pipeline(AZURE)).items() if evaluate(job["condition"], by_hand)] == [*RUNS]


def holds(condition: str, event: str) -> bool:
    """Returns if a condition of these workflows holds for an event: comparisons of its name, joined by `||`."""
    values = re.findall(r"github\.event_name (==|!=) '(\w+)'", condition)
    assert condition == " || ".join(f"github.event_name {operator} '{name}'" for operator, name in values)
    return any((event == name) is (operator == "==") for operator, name in values)


def test_the_cache_is_by_the_locks_of_packages() -> None:
    """Every lock that make installs is part of its key."""
    installed = set(re.findall(r"-r (requirements[\w-]*\.lock)", (ROOT / "Makefile").read_text(encoding="utf-8")))
    keys = [
        str(step["inputs"]["key"])
        for job in jobs(pipeline(AZURE)).values()
        for step in azure_steps(job)
        if step.get("task") == "Cache@2"
    ]

    assert len(keys) == len(RUNS)
    assert [key for key in keys if not installed <= set(key.split(" | "))] == []


def test_commands_of_a_job_start_python_below_a_path_with_a_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clone may be anywhere: in a folder with a space, a quotation mark and a letter beyond ASCII."""
    place = tmp_path / "a büro's $HOME"
    place.mkdir()
    started = place / "python"
    started.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    started.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(started))
    environment_of_python(place)
    tools_of(place, {})

    values = [
        subprocess.run([command, "-c", "import os; print(os.environ.get('PYTHONPATH'))"], env={}, capture_output=True,
                       text=True, check=True).stdout
        for command in (place / ".venv" / "bin" / "python", place / "bin" / "python3")
    ]  # fmt: skip

    assert values == [f"{place}\n", "None\n"]
