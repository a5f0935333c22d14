"""Shared by tests of pipelines: a repository of the program and its pipelines, with a change to be merged."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT, STACKS
from tests.integrations.pipelines.workflow import Runs, tools_of
from tests.program_copy import PARTS

MINIMAL = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8")
READER = "11111111-2222-4333-8444-555555555555"


def git(folder: Path, runs: Runs, *arguments: str) -> str:
    """Output of a git command."""
    ran = subprocess.run(
        ["git", *arguments], cwd=folder, env=runs.environment, check=True, capture_output=True, text=True
    )
    return ran.stdout.strip()


def begun(folder: Path, stand_ins: dict[str, str], stacks: dict[str, str]) -> Runs:
    """A repository with these stack files on `main`, by stack."""
    origin = folder / "origin"
    origin.mkdir()
    for name in (*PARTS, "pipelines", ".github"):
        shutil.copytree(ROOT / name, origin / name, ignore=shutil.ignore_patterns("__pycache__", "cases"))
    for path in ROOT.iterdir():
        # In a worktree, .git is a file: copied, it would make these commands commit to the branch that is checked out.
        if path.is_file() and path.name != ".git" and not path.match("Pulumi.*.yaml"):
            shutil.copy(path, origin / path.name)
    runs = Runs(folder, origin, tools_of(folder, stand_ins))
    for name, text in stacks.items():
        (origin / f"Pulumi.{name}.yaml").write_text(text)
    git(origin, runs, "init", "-q", "-b", "main")
    commit(runs, "first")
    return runs


def commit(runs: Runs, message: str) -> str:
    """A commit of everything. Its id."""
    git(runs.origin, runs, "add", "-A")
    git(runs.origin, runs, "commit", "-qm", message)
    return git(runs.origin, runs, "rev-parse", "HEAD")


def merged(runs: Runs, stacks: dict[str, str | None]) -> tuple[str, str]:
    """A branch that changes stack files (None: takes one away), merged as GitHub tries it: the head and the merge."""
    git(runs.origin, runs, "checkout", "-q", "-b", "change")
    for name, text in stacks.items():
        path = runs.origin / f"Pulumi.{name}.yaml"
        path.write_text(text) if text is not None else path.unlink()
    head = commit(runs, "change")
    git(runs.origin, runs, "checkout", "-q", "--detach", "main")
    git(runs.origin, runs, "merge", "-q", "--no-ff", "-m", "merge", "change")
    return head, git(runs.origin, runs, "rev-parse", "HEAD")
