"""GitHub's runner, as far as the workflows need it: each `run:` step for real in a clone, each action by a stand-in."""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.pipelines.expressions import Context, evaluate, filled, shown

WORKFLOWS = ROOT / ".github" / "workflows"


def workflow(name: str) -> dict[str, Any]:
    """A workflow of this repository as data. YAML takes its key `on` for a truth value."""
    told: dict[Any, Any] = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in told.items()}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job. `said`: standard output and error of each step that was run, by its name."""

    result: str
    outputs: dict[str, Any]
    said: dict[str, str]
    summary: str


@dataclass
class Runs:
    """Runs of jobs in clones of `origin`. `ran`: (workflow, job, step) of every step that was run."""

    folder: Path
    origin: Path
    environment: dict[str, str]
    artifacts: dict[str, Path] = field(default_factory=dict)
    ran: set[tuple[str, str, str]] = field(default_factory=set)
    signed_in: list[str] = field(default_factory=list)

    def job(self, name: str, job: str, context: Context, revision: str = "HEAD") -> Result:
        """Runs a job of a workflow. A condition that does not hold skips it."""
        told = workflow(name)
        asked = told["jobs"][job]
        full = {"status": "success", "needs": {}, "vars": {}, "matrix": {}, "steps": {}, "inputs": {}, **context}
        wanted = asked.get("if", "success()")
        failed = any(need["result"] != "success" for need in full["needs"].values())
        if not evaluate(str(wanted), full) or (
            failed and not re.search(r"always\(|cancelled\(|failure\(", str(wanted))
        ):
            return Result("skipped", {}, {}, "")
        at = self._clone(revision)
        env = {
            key: shown(filled(value, full)) for key, value in {**told.get("env", {}), **asked.get("env", {})}.items()
        }
        permissions = asked.get("permissions", told.get("permissions", {}))
        status, said = "success", dict[str, str]()
        full["steps"] = {}
        files = {key: at.parent / f"{at.name}.{key}" for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for step in asked["steps"]:
            full["status"] = status
            condition = str(step.get("if", "success()"))
            if not evaluate(condition, full) or (status != "success" and "always()" not in condition):
                continue
            if "uses" in step:
                self._action(step["uses"].partition("@")[0], filled(step.get("with", {}), full), at, permissions)
                continue
            label = filled(step["name"], full)
            self.ran.add((name, job, step["name"]))
            for path in files.values():
                path.touch()
            files["GITHUB_OUTPUT"].write_text("")
            own = {key: shown(filled(value, full)) for key, value in step.get("env", {}).items()}
            code, said[label] = self._run(step, at, {**env, **own, **{key: str(path) for key, path in files.items()}})
            status = "failure" if code and not step.get("continue-on-error") else status
            if "id" in step:
                lines = files["GITHUB_OUTPUT"].read_text().splitlines()
                full["steps"][step["id"]] = {
                    "outputs": dict(line.split("=", 1) for line in lines),
                    "outcome": "failure" if code else "success",
                }
        outputs = {key: filled(value, full) for key, value in asked.get("outputs", {}).items()}
        return Result(status, outputs, said, files["GITHUB_STEP_SUMMARY"].read_text() if said else "")

    def _run(self, step: Mapping[str, Any], at: Path, env: dict[str, str]) -> tuple[int, str]:
        assert "${{" not in step["run"], "an expression in a command is text that others write: give it by env"
        script = at.parent / f"{at.name}.sh"
        script.write_text(step["run"])
        ran = subprocess.run(
            ["bash", "-e", str(script)], cwd=at, capture_output=True, text=True, check=False,
            env={**self.environment, "GITHUB_ACTIONS": "true", **env},
        )  # fmt: skip
        return ran.returncode, ran.stdout + ran.stderr

    def _clone(self, revision: str) -> Path:
        at = self.folder / f"job{len(list(self.folder.glob('job*')))}" / "work"
        at.parent.mkdir(parents=True)
        for arguments in (("clone", "-q", str(self.origin), str(at)), ("-C", str(at), "checkout", "-q", "--detach")):
            more = (revision,) if "checkout" in arguments else ()
            subprocess.run(["git", *arguments, *more], check=True, env=self.environment, capture_output=True)
        environment_of_python(at)
        return at

    def _action(self, action: str, given: Mapping[str, Any], at: Path, permissions: Any) -> None:
        if action == "actions/checkout":
            assert given["persist-credentials"] is False
        elif action == "azure/login":
            assert permissions["id-token"] == "write"
            assert not any("secret" in key or key == "creds" for key in given)
            self.signed_in.append(given["client-id"])
        elif action == "actions/upload-artifact":
            self._upload(given["name"], at / given["path"])
        elif action == "actions/download-artifact":
            names = fnmatch.filter(self.artifacts, given.get("pattern", given.get("name", "")))
            assert names or "pattern" in given
            for name in names:
                shutil.copytree(self.artifacts[name], at / given["path"], dirs_exist_ok=True)
        else:
            assert action in ("actions/setup-python", "pulumi/actions"), action

    def _upload(self, name: str, path: Path) -> None:
        to = self.folder / "artifacts" / name
        assert name not in self.artifacts, f"two artifacts {name}"
        if path.is_dir():
            shutil.copytree(path, to)
        elif path.exists():
            to.mkdir(parents=True)
            shutil.copy(path, to)
        else:
            return
        self.artifacts[name] = to


def environment_of_python(at: Path) -> None:
    """A `.venv` of the clone's own code that `make setup` finds ready."""
    tools = at / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name, what in (("python", ""), ("amlz", "-m cli")):
        path = tools / name
        path.write_text(f'#!/bin/sh\nPYTHONPATH={at} exec {sys.executable} {what} "$@"\n')
        path.chmod(0o755)
    (at / ".venv" / ".ready").touch()


def tools_of(folder: Path, stand_ins: Mapping[str, str]) -> dict[str, str]:
    """The environment of steps: a search path that begins with stand-ins, and nothing of the user's.

    `python3` finds the standard library alone, as on a runner on which nothing was installed.
    """
    tools = folder / "bin"
    tools.mkdir()
    for name, text in {"python3": f'#!/bin/sh\nexec {sys.executable} -S "$@"\n', **stand_ins}.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    who = {f"GIT_{role}_{what}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {
        **who,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
