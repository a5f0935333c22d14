"""GitHub's runner, as far as the workflows need it: each `run:` step for real in a clone, each action by a stand-in."""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.integrations.pipelines.expressions import Context, evaluate, filled, shown

WORKFLOWS = ROOT / ".github" / "workflows"
#: Third-party actions that change nothing that a later step could see here.
QUIET = ("actions/setup-python",)


def workflow(name: str) -> dict[str, Any]:
    """A workflow of this repository as data. YAML takes its key `on` for a truth value."""
    data: dict[Any, Any] = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in data.items()}


def action(use: str) -> dict[str, Any]:
    """An action of this repository as data."""
    data: dict[str, Any] = yaml.safe_load((ROOT / use / "action.yml").read_text(encoding="utf-8"))
    return data


#: Folders of the archive that jobs with a token unpack.
PARTS_OF_RUNTIME = ("site-packages", "pulumi", "pulumi-home")


@dataclass(frozen=True, slots=True)
class JobResult:
    """Result of a job. `printed`: standard output and error of each step that was run, by its name."""

    result: str
    outputs: dict[str, Any]
    printed: dict[str, str]
    summary: str


@dataclass
class Runs:
    """Runs of jobs in clones of `origin`. `ran`: (file, job, step) of every step that was run."""

    folder: Path
    origin: Path
    environment: dict[str, str]
    artifacts: dict[str, Path] = field(default_factory=dict)
    ran: set[tuple[str, str, str]] = field(default_factory=set)
    signed_in: list[str] = field(default_factory=list)
    built: str = ""

    def job(self, name: str, job: str, context: Context, revision: str = "HEAD") -> JobResult:
        """Runs a job of a workflow. A condition that does not hold skips it."""
        result = workflow(name)
        given = result["jobs"][job]
        full = {"status": "success", "needs": {}, "vars": {}, "matrix": {}, "inputs": {}, **context}
        wanted = str(given.get("if", "success()"))
        failed = any(need["result"] != "success" for need in full["needs"].values())
        if not evaluate(wanted, full) or (failed and not re.search(r"(always|cancelled|failure)\(", wanted)):
            return JobResult("skipped", {}, {}, "")
        env = {**result.get("env", {}), **given.get("env", {})}
        steps = _Steps(self, (name, job), self.clone(revision), given.get("permissions", {}))
        steps.environment = {key: shown(filled(value, full)) for key, value in env.items()}
        steps.run(given["steps"], full)
        full["steps"] = steps.outputs
        outputs = {key: filled(value, full) for key, value in given.get("outputs", {}).items()}
        summary = steps.summary.read_text() if steps.summary.exists() else ""
        return JobResult(steps.status, outputs, steps.printed, summary)

    def call(self, name: str, context: Context, **inputs: Any) -> dict[str, JobResult]:
        """Runs every job of a workflow that others call, in the order of the file."""
        needs: dict[str, Any] = {}
        results: dict[str, JobResult] = {}
        for job, given in workflow(name)["jobs"].items():
            wanted = given.get("needs", [])
            named = [wanted] if isinstance(wanted, str) else wanted
            results[job] = self.job(name, job, {**context, "inputs": inputs, "needs": {n: needs[n] for n in named}})
            needs[job] = {"result": results[job].result, "outputs": results[job].outputs}
        return results

    def runtime(self) -> str:
        """The digest of the runtime, which the job without a token builds once."""
        if "amlz-runtime" not in self.artifacts:
            needs = {"stacks": {"result": "success", "outputs": {"ready": "true"}}}
            self.built = str(self.job("deploy.yml", "runtime", {"needs": needs}).outputs["digest"])
        return self.built

    def clone(self, revision: str) -> Path:
        """A new clone of the repository at a revision, as a runner has it."""
        at = self.folder / f"job{len(list(self.folder.glob('job*')))}" / "work"
        at.parent.mkdir(parents=True)
        for arguments in (("clone", "-q", str(self.origin), str(at)), ("-C", str(at), "checkout", "-q", "--detach")):
            more = (revision,) if "checkout" in arguments else ()
            subprocess.run(["git", *arguments, *more], check=True, env=self.environment, capture_output=True)
        environment_of_python(at)
        return at


class _Steps:
    """The steps of one job, and of the actions of this repository in it."""

    def __init__(self, runs: Runs, where: tuple[str, str], at: Path, permissions: Mapping[str, str]) -> None:
        self.runs, self.where, self.at, self.permissions = runs, where, at, permissions
        self.environment: dict[str, str] = {}
        self.outputs: dict[str, Any] = {}
        self.printed: dict[str, str] = {}
        self.status = "success"
        self.summary = at.parent / "summary.md"

    def run(self, steps: list[dict[str, Any]], context: Mapping[str, Any]) -> None:
        """Each whose condition holds."""
        for step in steps:
            full = {**context, "status": self.status, "steps": self.outputs}
            wanted = str(step.get("if", "success()"))
            if not evaluate(wanted, full) or (self.status != "success" and "always()" not in wanted):
                continue
            if step.get("uses", "").startswith("./"):
                self._action_of_ours(step, full)
            elif "uses" in step:
                self._action(step["uses"].partition("@")[0], filled(step.get("with", {}), full))
            else:
                self._command(step, full)

    def _action_of_ours(self, step: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        outside, where = self.outputs, self.where
        self.outputs, self.where = {}, (step["uses"], "runs")
        self.run(action(step["uses"])["runs"]["steps"], {**context, "inputs": filled(step["with"], context)})
        self.outputs, self.where = outside, where

    def _command(self, step: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        assert "${{" not in step["run"], "an expression in a command is text that others write: give it by env"
        script, output = self.at.parent / "step.sh", self.at.parent / "output"
        script.write_text(step["run"])
        output.write_text("")
        own = {key: shown(filled(value, context)) for key, value in step.get("env", {}).items()}
        files = {
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.at.parent),
        }
        files |= {name: str(self.at.parent / name) for name in ("GITHUB_PATH", "GITHUB_ENV")}
        ran = subprocess.run(
            ["bash", "-e", str(script)], cwd=self.at, capture_output=True, text=True, check=False,
            env={**self.runs.environment, "GITHUB_ACTIONS": "true", **self.environment, **own, **files},
        )  # fmt: skip
        self.runs.ran.add((*self.where, step["name"]))
        self.printed[step["name"]] = ran.stdout + ran.stderr
        self.status = "failure" if ran.returncode else self.status
        if "id" in step:
            lines = output.read_text().splitlines()
            self.outputs[step["id"]] = {"outputs": dict(line.split("=", 1) for line in lines)}

    def _action(self, name: str, given: Mapping[str, Any]) -> None:
        if name == "actions/checkout":
            assert given["persist-credentials"] is False
        elif name == "azure/login":
            assert self.permissions["id-token"] == "write"
            assert set(given) == {"client-id", "tenant-id", "allow-no-subscriptions"}
            self.runs.signed_in.append(given["client-id"])
        elif name == "actions/upload-artifact":
            self._upload(given["name"], self.at / given["path"])
        elif name == "actions/download-artifact":
            pattern = given["pattern"] if "pattern" in given else given["name"]
            for artifact in fnmatch.filter(self.runs.artifacts, pattern):
                shutil.copytree(self.runs.artifacts[artifact], self.at / given["path"], dirs_exist_ok=True)
        else:
            assert name in QUIET, name

    def _upload(self, name: str, path: Path) -> None:
        to = self.runs.folder / "artifacts" / name
        assert name not in self.runs.artifacts, f"two artifacts {name}"
        if path.is_dir():
            shutil.copytree(path, to)
        elif path.exists():
            to.mkdir(parents=True)
            shutil.copy(path, to)
        else:
            return
        self.runs.artifacts[name] = to


def commands(name: str) -> set[tuple[str, str, str]]:
    """Every command of a workflow and of the actions of this repository that it uses: file, job and step."""
    values = set()
    for job, wanted in workflow(name)["jobs"].items():
        for step in wanted.get("steps", []):
            if "run" in step:
                values.add((name, job, step["name"]))
            elif step["uses"].startswith("./"):
                inner = action(step["uses"])["runs"]["steps"]
                values |= {(step["uses"], "runs", item["name"]) for item in inner if "run" in item}
    return values


def environment_of_python(at: Path) -> None:
    """A `.venv` of the clone's own code that `make setup` finds ready, and a runtime that `make runtime` does."""
    tools = at / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name, item in (("python", ""), ("amlz", "-m amlz")):
        path = tools / name
        path.write_text(
            f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(at))} exec {shlex.quote(sys.executable)} {item} "$@"\n'
        )
        path.chmod(0o755)
    (at / ".venv" / ".ready").touch()
    runtime = at / "runtime"
    for part in PARTS_OF_RUNTIME:
        (runtime / part).mkdir(parents=True)
    with tarfile.open(runtime / "amlz-runtime.tar", "w") as archive:
        for part in PARTS_OF_RUNTIME:
            archive.add(runtime / part, part)
            (runtime / part).rmdir()


def tools_of(folder: Path, stand_ins: Mapping[str, str]) -> dict[str, str]:
    """The environment of steps: a search path that begins with stand-ins, and nothing of the user's.

    `python3` finds the standard library alone, as on a runner on which nothing was installed.
    """
    tools = folder / "bin"
    tools.mkdir()
    for name, text in {"python3": f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -S "$@"\n', **stand_ins}.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    who = {f"GIT_{role}_{item}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for item in ("NAME", "EMAIL")}
    return {
        **who,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
