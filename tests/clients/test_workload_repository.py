"""A generated MLOps repository, as its checkers, its own tests and azure-ai-ml see it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.app.test_workload import written
from tests.clients.running import BIN, SCRIPTS, needs_clients
from tests.conftest import ROOT
from tests.integrations.pipelines.azure_pipeline import pipeline
from tests.integrations.pipelines.test_azure_devops import as_text


@pytest.fixture(name="github", scope="module")
def _github(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = written(tmp_path_factory.mktemp("workload") / "github")
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    return folder


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a command in a folder."""
    ran = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def test_actionlint_finds_nothing(github: Path) -> None:
    """Built by `make actionlint`."""
    tool = ROOT / ".tools" / "actionlint" / "actionlint"
    if not tool.exists():
        pytest.skip("there is no actionlint: `make actionlint` builds it, which needs Go")

    assert run(github, str(tool), "-no-color") == (0, "")


def test_zizmor_finds_nothing(github: Path) -> None:
    """In its strictest reading, as for the workflows of this repository."""
    tool = Path(sys.prefix) / "bin" / "zizmor"
    if not tool.exists():
        pytest.skip("there is no zizmor in .venv: `make setup` installs it where it can be had")

    code, text = run(github, str(tool), "--offline", "--no-progress", "--color=never", "--persona=pedantic", "-q", ".")

    assert (code, "No findings" in text or text.strip() == "", text) == (0, True, text)


def test_azure_pipelines_are_what_their_schema_takes(tmp_path: Path) -> None:
    """With the steps of the template filled in."""
    check_jsonschema = pytest.importorskip("check_jsonschema", reason="it holds the schema: `make setup` installs it")
    vendor = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "azure-pipelines.json"
    schema = json.loads(vendor.read_text(encoding="utf-8"))
    pipelines = written(tmp_path / "azure", "azure-devops") / "pipelines"

    for path in sorted(pipelines.glob("*.yml")):
        if path.name != "prepare.yml":
            jsonschema.validate(as_text(pipeline(path.name, pipelines)), schema)


@pytest.mark.parametrize("ci", ["github", "azure-devops"])
@pytest.mark.parametrize("tool", ["check", "format"])
def test_the_python_of_a_repository_is_clean(tmp_path: Path, tool: str, ci: str) -> None:
    """As this repository's own."""
    options = ["--line-length", "120", "--isolated", *(["--select", "F,B"] if tool == "check" else ["--check"])]

    code, text = run(written(tmp_path / "new", ci), str(Path(sys.prefix) / "bin" / "ruff"), tool, *options, ".")

    assert code == 0, text


@needs_clients
def test_the_loaders_of_azure_ai_ml_read_each_file(github: Path) -> None:
    """Endpoints with Entra tokens and without public access; jobs with their outputs."""
    command = [str(BIN / "python"), "-W", "ignore", str(SCRIPTS / "workload_files.py"), "-", "-", str(github)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)

    assert json.loads(ran.stdout) == {
        "endpoint": ["aad_token", "disabled"],
        "deployment": ["score.py", True],
        "batch endpoint": "aad_token",
        "batch deployment": ["cpu", "predictions.csv"],
        "jobs": [
            ["command", "python train.py --output ${{outputs.model}}", ["model"]],
            ["command", "python drift.py --current ${{inputs.current}} --output ${{outputs.drift}}", ["drift"]],
        ],
    }


@needs_clients
@pytest.mark.parametrize("ci", ["github", "azure-devops"])
def test_its_own_tests_pass(tmp_path: Path, ci: str) -> None:
    """They train the sample, and rehearse a rollout with a stand-in for Azure ML."""
    copy = written(tmp_path / "copy", ci)

    code, text = run(copy, str(BIN / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore")

    assert (code, " passed" in text, "failed" in text) == (0, True, False), text
