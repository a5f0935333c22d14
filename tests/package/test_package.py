"""`amlz` as a package, installed into a clean environment: docs/how-to/package.md."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, SAMPLES
from tests.package import dockerfile
from tests.package.source import commit, source, stacks

#: Variables of this run that a new user does not have.
_OURS = ("PYTHONPATH", "VIRTUAL_ENV", "AMLZ_SLOW")
Ran = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the folder of an environment into which tools/install.sh has installed a copy of the repository."""
    folder = tmp_path_factory.mktemp("package")
    clone = source(folder / "clone")
    ran = subprocess.run(
        [str(clone / "tools" / "install.sh"), str(folder / "amlz")],
        env=_environment(folder), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr
    shutil.rmtree(clone)  # what follows reads nothing of the repository
    return folder / "amlz"


def _environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    return {**kept, "HOME": str(home), "LC_ALL": "C.UTF-8", **more}


def amlz(installed: Path, folder: Path, *arguments: str) -> Ran:
    """Runs the installed command in a folder."""
    command = [str(installed / "bin" / "amlz"), *arguments]
    environment = _environment(installed.parent)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@cache
def of_a_clone(*arguments: str) -> str:
    """The output of the same command, run in this repository."""
    command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "amlz", *arguments]
    ran = subprocess.run(command, cwd=SAMPLES, env=_environment(ROOT, PYTHONPATH=str(ROOT)), capture_output=True,
                         text=True, check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_folder_of_stack_files_is_checked_and_previewed_as_in_a_clone(installed: Path, tmp_path: Path) -> None:
    """The same text; only the policies of custom/ are others."""
    folder = stacks(tmp_path)

    checked = amlz(installed, folder, "check", "dev")
    previewed = amlz(installed, folder, "preview", "dev")
    listed = amlz(installed, folder, "stacks")
    policies = amlz(installed, folder, "policy", "list", "--format", "json")

    assert (checked.stdout, checked.stderr, checked.returncode) == (of_a_clone("check", "dev"), "", 0)
    assert (previewed.stdout, previewed.stderr, previewed.returncode) == (of_a_clone("preview", "dev"), "", 0)
    assert listed.stdout == "dev  Pulumi.dev.yaml\nprod  Pulumi.prod.yaml  production\n"
    custom = [p["name"] for p in json.loads(policies.stdout) if p["file"].startswith("custom/")]
    assert custom == ["deny-spot"]


def test_a_change_is_compared_with_a_revision_of_that_folder(installed: Path, tmp_path: Path) -> None:
    """Both sides are previewed by the installed version, each with its own stack file."""
    folder = stacks(tmp_path)
    file = folder / "Pulumi.dev.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("size: Standard_D4s_v5", "size: Standard_D8s_v5"), encoding="utf-8")
    assert text != file.read_text(encoding="utf-8")

    compared = amlz(installed, folder, "preview", "dev", "--against", "HEAD", "--format", "json")
    touched = amlz(installed, folder, "stacks", "--against", "HEAD", "--format", "json")

    assert (compared.stderr, compared.returncode) == ("", 1)  # Azure ignores a new size
    changed = [change["name"] for change in json.loads(compared.stdout)["changed"]]
    assert [name.partition("-murh4")[0] for name in changed] == ["guardrails-compute", "ada"]
    assert [row["stack"] for row in json.loads(touched.stdout)["include"]] == ["dev"]


def test_limits_of_a_package_are_stated(installed: Path, tmp_path: Path) -> None:
    """Exit code 2, with the remedy: a fork's verbs, and a custom/ that would be ignored."""
    folder = stacks(tmp_path / "stacks")

    upgrade = amlz(installed, folder, "upgrade", "status")
    elsewhere = amlz(installed, tmp_path, "check", "stacks/Pulumi.dev.yaml")
    doctor = amlz(installed, folder, "doctor")

    assert (upgrade.returncode, upgrade.stderr.splitlines()[1]) == (
        2,
        "  amlz is installed as a package, and only a fork is upgraded by a merge.",
    )
    assert (elsewhere.returncode, elsewhere.stderr.splitlines()[2]) == (2, f"  Run the command in {folder}.")
    assert "Python packages: as requirements-runtime.lock has them" in doctor.stdout


def test_a_new_stack_is_written_and_previewed(installed: Path, tmp_path: Path) -> None:
    """Its first line names the JSON Schema that `amlz schema` writes next to it."""
    options = "--organisation Contoso --business-unit retail --tenant 0f0e0d0c-1111-4222-8333-444455556666 "
    options += "--subscription a1b2c3d4-1111-4222-8333-444455556666 --location westeurope --network 10.30.0.0/16 "
    options += "--project churn --environments dev"

    written = amlz(installed, tmp_path, "init", "first", *options.split())
    schema = amlz(installed, tmp_path, "schema", "--output", "landing-zone.schema.json")
    previewed = amlz(installed, tmp_path, "preview", "first")

    assert [ran.returncode for ran in (written, schema, previewed)] == [0, 0, 0]
    named = (tmp_path / "Pulumi.first.yaml").read_text(encoding="utf-8").splitlines()[0].rpartition("=")[2]
    assert (tmp_path / named).is_file()


def test_the_action_and_the_template_run_their_steps(installed: Path, tmp_path: Path) -> None:
    """The steps after the installation, by their services' variables: a report, a summary, and the exit code."""
    folder = stacks(tmp_path / "stacks")
    (folder / "Pulumi.prod.yaml").unlink()
    commit(folder, "Remove production")
    os.symlink(installed, tmp_path / "amlz")
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    template: dict[str, Any] = yaml.safe_load(
        (ROOT / "pipelines" / "azure-devops" / "package" / "preview.yml").read_text(encoding="utf-8")
    )
    on_github = next(step["run"] for step in action["runs"]["steps"] if step.get("id") == "preview")
    on_azure = next(step["bash"] for step in template["steps"] if step.get("displayName") == "Preview")
    files = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    shared = {"AMLZ": str(ROOT), "FAIL_ON": "error"}

    github = _shell(on_github, folder, {**files, **shared, "RUNNER_TEMP": str(tmp_path), "AGAINST": ""})
    azure = _shell(on_azure, tmp_path, {
        **shared, "STACKS": str(tmp_path), "FOLDER": "stacks", "INSTALLED": str(installed), "AGAINST": "HEAD~1",
        "REPORT": str(tmp_path / "azure"),
    })  # fmt: skip

    assert (github.returncode, azure.returncode) == (0, 1), (github.stderr, azure.stderr)
    report = tmp_path / "amlz-report"
    assert (tmp_path / "output").read_text() == f"report={report}\n"
    assert (report / "preview.md").read_text(encoding="utf-8") == (tmp_path / "summary").read_text(encoding="utf-8")
    assert (report / "index.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "production" in (tmp_path / "azure" / "preview.md").read_text(encoding="utf-8").lower()


def _shell(script: str, folder: Path, more: dict[str, str]) -> Ran:
    command = ["bash", "-e", "-c", script]
    environment = _environment(folder, **more)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not dockerfile.can_build(), reason="needs root, namespaces and overlays, in the place of Docker")
def test_the_steps_of_the_dockerfile_give_a_command_that_needs_no_network(tmp_path: Path) -> None:
    """Without Docker: on this machine's Python. The user of the image reads a folder that nobody can write."""
    folder = stacks(tmp_path / "stacks")
    for path in (tmp_path, *tmp_path.parents):
        if path.is_relative_to("/tmp"):  # else the image's user could not reach the folder through its parents
            path.chmod(path.stat().st_mode | 0o011)

    checked, previewed, compared = dockerfile.build_and_run(
        source(tmp_path / "source"),
        tmp_path,
        folder,
        [["check", "dev"], ["preview", "dev"], ["preview", "dev", "--against", "HEAD"]],
    )

    assert checked == (0, of_a_clone("check", "dev"))
    assert previewed == (0, of_a_clone("preview", "dev"))
    assert (compared[0], compared[1].partition(",")[0]) == (0, "dev: no difference from HEAD")
