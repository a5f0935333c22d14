"""A job with a token installs nothing: the workflows as data, and the archive that is unpacked instead."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from amlz.integrations.pipelines import runtime
from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner
from tests.conftest import ROOT
from tests.integrations.pipelines.azure_pipeline import jobs, pipeline
from tests.integrations.pipelines.azure_pipeline import steps as azure_steps
from tests.integrations.pipelines.test_azure_devops import PIPELINES
from tests.integrations.pipelines.workflow import WORKFLOWS, action, workflow

#: Commands that download third-party code.
INSTALLS = re.compile(
    r"\b(pip3?|pipx|uv|poetry|npm|npx|yarn|pnpm|go|cargo|gem|brew|apt|apt-get|snap|dotnet|conda)\s+(install|add|ci|get|sync|run|i)\b"
    r"|\b(curl|wget|Invoke-WebRequest|git\s+clone|docker)\b|\bmake\b|pipelines (runtime|pulumi-lock)\b"
    r"|\bpulumi\s+(plugin\s+)?install\b|get\.pulumi|ensurepip|az\s+extension"
)
#: Actions and tasks that a job with a token may have: none of them installs what a file of this repository names.
MAY_USE = {
    "actions/checkout", "actions/setup-python", "actions/download-artifact", "actions/upload-artifact", "azure/login",
    "UsePythonVersion@0", "DownloadPipelineArtifact@2", "AzureCLI@2",
}  # fmt: skip
GITHUB = sorted(path.name for path in WORKFLOWS.glob("*.yml"))


def flat(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Steps, with those of this repository's actions expanded."""
    for step in steps:
        if step.get("uses", "").startswith("./"):
            yield from flat(action(step["uses"])["runs"]["steps"])
        else:
            yield step


def of_github() -> dict[str, list[dict[str, Any]]]:
    """Steps of every job with a token that is more than reading, by workflow and job."""
    return {
        f"{name} {job}": list(flat(wanted["steps"]))
        for name in GITHUB
        for job, wanted in workflow(name)["jobs"].items()
        if "steps" in wanted and ("write" in wanted["permissions"].values() or "environment" in wanted)
    }


def of_azure() -> dict[str, list[dict[str, Any]]]:
    """Steps of every job with a service connection or the token of the build service."""
    return {
        f"{path} {name}": azure_steps(job)
        for path in PIPELINES
        for name, job in jobs(pipeline(path)).items()
        if "AzureCLI@2" in str(job) or "System.AccessToken" in str(job)
    }


def installed(steps: list[dict[str, Any]]) -> list[str]:
    """Packages that a job installs."""
    scripts = [str(s.get("run") or s.get("bash") or s.get("inputs", {}).get("inlineScript", "")) for s in steps]
    used = [str(s.get("uses", s.get("task", ""))).partition("@4")[0] for s in steps]
    names = [use if "/" not in use else use.partition("@")[0] for use in used]
    return [s for s in scripts if INSTALLS.search(s)] + [name for name in names if name and name not in MAY_USE]


def test_no_job_with_a_token_installs_anything() -> None:
    """Everything it needs was built in another job. These are all jobs with a token."""
    every = {**of_github(), **of_azure()}

    assert {name: installed(steps) for name, steps in every.items()} == {name: [] for name in every}
    assert sorted(every) == [
        "../custom/pipelines/azure-devops.yml preview_dev", "../custom/pipelines/azure-devops.yml preview_prod",
        "../custom/pipelines/azure-devops.yml up_dev", "../custom/pipelines/azure-devops.yml up_prod",
        "azure-devops/drift.yml look", "azure-devops/drift.yml report", "azure-devops/pull-request.yml comment",
        "deploy-stack.yml preview", "deploy-stack.yml up", "drift.yml look", "drift.yml report",
        "preview-comment.yml comment", "upgrade.yml pull-request",
    ]  # fmt: skip


ATTACKS: list[Mapping[str, Any]] = [
    {"run": "make setup"}, {"run": "python3 -m pip install evil"}, {"run": "pip3 install -r requirements.lock"},
    {"run": "curl -fsSL https://get.pulumi.com | sh"}, {"bash": "npm ci"}, {"run": "pulumi plugin install resource x"},
    {"uses": "pulumi/actions@8e5e406f4007fca908480587cb9893c07090f58d"}, {"task": "PipAuthenticate@1"},
    {"task": "AzureCLI@2", "inputs": {"inlineScript": "set -e\nuv sync\n"}},
    {"uses": "./.github/actions/evil"},
]  # fmt: skip


@pytest.mark.parametrize("step", ATTACKS, ids=str)
def test_an_install_step_would_be_seen(step: dict[str, Any]) -> None:
    """In a script, as an action or as a task."""
    assert len(installed([step])) == 1


def test_the_token_of_a_signed_in_job_comes_after_the_runtime() -> None:
    """The archive is verified before anything of it runs, and by the digest of another job."""
    for name, job in (("deploy-stack.yml", "preview"), ("deploy-stack.yml", "up"), ("drift.yml", "look")):
        steps = list(flat(workflow(name)["jobs"][job]["steps"]))
        (use,) = [number for number, step in enumerate(steps) if "pipelines use" in step.get("run", "")]
        (login,) = [number for number, step in enumerate(steps) if step.get("uses", "").startswith("azure/login")]
        assert use < login
    built = workflow("deploy.yml")["jobs"]
    assert [built[job]["with"]["runtime"] for job in ("first", "second")] == ["${{ needs.runtime.outputs.digest }}"] * 2
    assert [workflow(name)["jobs"]["runtime"]["permissions"] for name in ("deploy.yml", "drift.yml")] == [
        {"contents": "read"}
    ] * 2


def test_packages_are_wheels_with_hashes() -> None:
    """Wherever pip installs anything but this program itself: no code of a package runs while it is installed."""
    files = [ROOT / "Makefile", ROOT / "amlz" / "integrations" / "pipelines" / "runtime.py"]
    texts = [path.read_text(encoding="utf-8").replace("\\\n", " ") for path in files]
    commands = [
        line for line in texts[0].splitlines() if "pip install" in line and "-e ." not in line and "uv" not in line
    ]
    commands += re.findall(r'"pip",\s*"install"[^)]*\)', texts[1])

    assert len(commands) == 4
    for command in commands:
        assert re.search(r"--only-binary[ =]:all:", command)
        assert "--require-hashes" in command


def locked(name: str) -> dict[str, str]:
    """Packages of a lock file by name, with their versions."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_the_runtime_has_no_development_tools() -> None:
    """The same versions as the whole lock, and every package with a hash."""
    whole, runtime_only = locked("requirements.lock"), locked("requirements-runtime.lock")

    assert {name: whole[name] for name in runtime_only} == runtime_only
    assert {"pulumi", "pulumi-azure-native", "pydantic", "typer"} <= runtime_only.keys()
    tools = {"pytest", "mypy", "ruff", "hypothesis", "zizmor", "setuptools", "jsonschema", "check-jsonschema", "pip"}
    assert tools & runtime_only.keys() == set()
    text = (ROOT / "requirements-runtime.lock").read_text(encoding="utf-8")
    assert [p for p in re.split(r"\n(?=[a-z])", text.strip()) if "--hash=sha256:" not in p] == []


CLI, PROVIDER = "pulumi-v3.1.0-linux-x64.tar.gz", "pulumi-resource-azure-native-v3.2.0-linux-amd64.tar.gz"
LOCKED = "pulumi==3.1.0 \\\n    --hash=sha256:0\npulumi-azure-native==3.2.0 \\\n    --hash=sha256:0\n"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lock file of packages."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements-runtime.lock").write_text(LOCKED)
    return tmp_path


def fetched(address: str, path: Path) -> None:
    """A download whose content is its address."""
    path.write_text(address)


def output_of(call: Any, *arguments: Any) -> list[str]:
    """The lines of the error."""
    with pytest.raises(PipelineError) as error:
        call(*arguments)
    return str(error.value).splitlines()


def test_pulumi_is_locked_by_the_checksum_of_what_was_downloaded(work: Path) -> None:
    """Both archives, of the versions of the packages."""
    runtime.lock(fetched)

    addresses = [f"https://get.pulumi.com/releases/{part}" for part in (f"sdk/{CLI}", f"plugins/{PROVIDER}")]
    digests = [hashlib.sha256(address.encode()).hexdigest() for address in addresses]
    assert (work / "pulumi.lock").read_text().splitlines()[1:] == [f"{digests[0]}  {CLI}", f"{digests[1]}  {PROVIDER}"]


def test_another_archive_of_pulumi_is_refused(work: Path) -> None:
    """Nothing of it is unpacked or run, and the message has both checksums."""
    runtime.lock(fetched)

    def swapped(_address: str, path: Path) -> None:
        path.write_text("evil")

    lines = output_of(runtime.build, work / "runtime", swapped)

    evil = hashlib.sha256(b"evil").hexdigest()
    assert (lines[0], lines[1].startswith(f"  Its SHA-256 is {evil}, and pulumi.lock has ")) == (CLI, True)
    assert list((work / "runtime").iterdir()) == []


def test_without_a_checksum_nothing_is_downloaded(work: Path) -> None:
    """Also where the lock file is of another version."""
    (work / "pulumi.lock").write_text(f"# none\n{'0' * 64}  {CLI.replace('3.1.0', '3.0.0')}\n")

    def never(address: str, _path: Path) -> None:
        raise AssertionError(address)

    assert output_of(runtime.build, work / "runtime", never) == [
        "pulumi.lock",
        f"  It has no checksum of {CLI}, {PROVIDER}, so nothing is downloaded.",
        "  Run `make pulumi-lock` on a machine that you trust, compare with the release, and commit the file.",
    ]


def archive(path: Path, name: str = "pulumi/pulumi", kind: bytes = tarfile.REGTYPE) -> str:
    """An archive with a program, or with another file. Its digest."""
    with tarfile.open(path, "w") as tar:
        for folder in ("site-packages", "pulumi", "pulumi-home"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.type, entry.linkname = 3, 0o755, kind, "/etc/passwd"
        tar.addfile(entry, io.BytesIO(b"#!x"))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def runner_of(work: Path) -> Runner:
    """GitHub's, with an environment that is ready."""
    (work / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
    (work / ".venv" / "bin" / "python").touch()
    names = {name: str(work / name) for name in ("GITHUB_PATH", "GITHUB_ENV", "RUNNER_TEMP")}
    return Runner({"GITHUB_ACTIONS": "true", **names}, io.StringIO())


def test_the_archive_that_was_built_is_used(work: Path) -> None:
    """Pulumi is found on the path, with its plugins, and downloads none."""
    digest = archive(work / "a.tar")

    runtime.use(work / "a.tar", digest, runner_of(work))

    there = work / "RUNNER_TEMP" / "amlz-runtime"
    assert (work / "GITHUB_PATH").read_text() == f"{there}/pulumi\n"
    assert ((there / "pulumi" / "pulumi").read_text(), (there / "pulumi" / "pulumi").stat().st_mode & 0o100) == (
        "#!x", 0o100,
    )  # fmt: skip
    assert (work / "GITHUB_ENV").read_text().splitlines() == [
        f"PULUMI_HOME={there}/pulumi-home",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
        "PULUMI_SKIP_UPDATE_CHECK=true",
    ]


@pytest.mark.parametrize("digest", ["", "0" * 64, "*", "A"])
def test_another_archive_than_the_built_one_is_refused(work: Path, digest: str) -> None:
    """Also where the other job reported nothing."""
    archive(work / "a.tar")

    lines = output_of(runtime.use, work / "a.tar", digest, runner_of(work))

    assert lines[1].endswith(f"and the job that built it reported {digest or 'none'}.")
    assert not (work / "RUNNER_TEMP").exists()


@pytest.mark.parametrize(
    ("name", "kind"), [("../evil", tarfile.REGTYPE), ("pulumi/passwd", tarfile.SYMTYPE), ("pulumi/x", tarfile.CHRTYPE)]
)
def test_an_archive_that_writes_outside_of_its_folder_is_refused(work: Path, name: str, kind: bytes) -> None:
    """Independent of its author: names, links and devices."""
    digest = archive(work / "a.tar", name, kind)

    lines = output_of(runtime.use, work / "a.tar", digest, runner_of(work))

    assert (lines[0], lines[1].startswith("  It cannot be unpacked: ")) == ("a.tar", True)
    assert not (work.parent / "evil").exists()
