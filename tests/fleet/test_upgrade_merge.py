"""`amlz upgrade merge`: scripted repositories, as those of `amlz upgrade preview`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tests.fleet.test_upgrade_preview import MINIMAL, fork, recorded, release, remove, rename
from tests.fleet.test_upgrade_status import ENVIRONMENT, commit, git

__all__ = ["fork"]

OURS, THEIRS = (MINIMAL.replace("Contoso", name) for name in ("Fabrikam", "Northwind"))


@pytest.fixture(autouse=True)
def author(fork: Path) -> None:
    """The name and address of the commit."""
    git(fork, "config", "user.name", "Ada")
    git(fork, "config", "user.email", "ada@example.com")


def files(fork: Path) -> dict[Path, bytes]:
    """Returns every file of the working tree and of the repository."""
    return {path: path.read_bytes() for path in fork.rglob("*") if path.is_file()}


def outside_of_objects(fork: Path) -> dict[Path, bytes]:
    """Returns every file but git's objects."""
    return {path: data for path, data in files(fork).items() if fork / ".git" / "objects" not in path.parents}


def merge(*arguments: str) -> tuple[int, Any]:
    """Returns the exit code and the JSON of the command."""
    ran = amlz_here("upgrade", "merge", "v0.2.0", "--format", "json", *arguments)
    assert ran.stderr == ""
    return ran.returncode, json.loads(ran.stdout)


def edited(fork: Path) -> None:
    """A fork that changed one stack and deleted the other, where upstream changed both and another file."""
    commit(fork, {"Pulumi.dev.yaml": None, "Pulumi.prod.yaml": OURS}, "Change stacks")
    release(fork, {"Pulumi.dev.yaml": THEIRS, "Pulumi.prod.yaml": THEIRS, "amlz/a.txt": "new\n"})


def test_the_merge_is_a_commit_of_both_on_a_new_branch(fork: Path, tmp_path: Path) -> None:
    """With the unit's stack files; everything but the branch and its objects is as it was."""
    edited(fork)
    before = outside_of_objects(fork)

    code, report = merge()

    assert code == 0
    branch = report["branch"]
    parents = [git(fork, "rev-parse", name).strip() for name in ("main", "v0.2.0")]
    assert branch == {"name": "upgrade-v0.2.0", "commit": git(fork, "rev-parse", "upgrade-v0.2.0").strip()}
    assert git(fork, "log", "-1", "--format=%P|%an|%ae|%s", branch["commit"]).strip() == (
        f"{' '.join(parents)}|Ada|ada@example.com|Merge v0.2.0"
    )
    listed = git(fork, "ls-tree", "-r", "--name-only", branch["commit"]).split()
    assert [name for name in listed if name.startswith("Pulumi.")] == ["Pulumi.prod.yaml"]
    assert git(fork, "show", "upgrade-v0.2.0:Pulumi.prod.yaml") == OURS
    assert git(fork, "show", "upgrade-v0.2.0:amlz/a.txt") == "new\n"
    new = {path.relative_to(fork / ".git") for path in outside_of_objects(fork).keys() - before.keys()}
    assert new == {Path("refs/heads/upgrade-v0.2.0"), Path("logs/refs/heads/upgrade-v0.2.0")}
    assert {path: data for path, data in outside_of_objects(fork).items() if path in before} == before
    assert list((tmp_path / "tmp").iterdir()) == []
    assert git(fork, "fsck", "--strict", "--no-dangling") == ""


def test_the_commands_that_follow_push_and_remove_the_branch(fork: Path, tmp_path: Path) -> None:
    """Those of git are run here; the others name the branch."""
    git(tmp_path, "init", "-q", "--bare", "origin")
    git(fork, "remote", "add", "origin", str(tmp_path / "origin"))
    release(fork, {"amlz/a.txt": "new\n"})

    ran = amlz_here("upgrade", "merge", "v0.2.0", "--branch", "up/it's")

    assert ran.returncode == 0
    assert "Commands that follow" in ran.stdout
    (push,) = (line.strip().removeprefix("push").strip() for line in ran.stdout.splitlines() if "git push" in line)
    (drop,) = (line.partition("git branch")[2] for line in ran.stdout.splitlines() if "git branch -D" in line)
    subprocess.run(push, shell=True, cwd=fork, env=ENVIRONMENT, check=True, capture_output=True)
    pushed = git(tmp_path / "origin", "rev-parse", "refs/heads/up/it's")
    assert pushed == git(fork, "rev-parse", "up/it's")
    subprocess.run(f"git branch{drop}", shell=True, cwd=fork, env=ENVIRONMENT, check=True, capture_output=True)
    assert git(fork, "branch", "--list", "up/*") == ""


def _refusals() -> Iterator[tuple[str, str, list[str]]]:
    yield "dirty", "", ["Files are not committed", "amlz/a.txt", "git stash --include-untracked"]
    yield "untracked", "", ["Files are not committed", "Pulumi.new.yaml"]
    yield "", "--branch main", ["--branch main", "This branch exists.", "git branch -D main"]
    yield "", "--branch main/x", ["The branch main exists, and git cannot keep both."]
    yield "", "--branch a..b", ["--branch a..b", "It is no name of a branch."]
    yield "", "--branch=-d", ["It is no name of a branch."]
    yield "", "--branch HEAD", ["It is no name of a branch."]
    yield "no author", "", ["Git does not know who makes the commit.", "git config user.name NAME"]


@pytest.mark.parametrize(("state", "words", "says"), list(_refusals()))
def test_what_cannot_become_a_branch_is_refused_at_once(state: str, words: str, says: list[str], fork: Path) -> None:
    """With exit code 2; nothing changes."""
    release(fork, {"amlz/a.txt": "new\n"})
    if state == "dirty":
        (fork / "amlz/a.txt").write_text("mine\n", encoding="utf-8")
    if state == "untracked":
        (fork / "Pulumi.new.yaml").write_text(MINIMAL, encoding="utf-8")
    if state == "no author":
        for name in ("user.name", "user.email"):
            git(fork, "config", "--unset", name)
        git(fork, "config", "user.useConfigOnly", "true")
    before = files(fork)

    ran = amlz_here("upgrade", "merge", "v0.2.0", *words.split())

    assert (ran.returncode, ran.stdout) == (2, "")
    text = " ".join(ran.stderr.split())
    assert [part for part in says if part not in text] == []
    assert files(fork) == before


@pytest.mark.usefixtures("fork")
def test_wrong_versions_are_refused() -> None:
    """One that does not exist, one that is merged, and one whose name makes no branch."""
    assert "There is no such revision here." in amlz_here("upgrade", "merge", "v9.9.9").stderr
    assert "It is merged already." in amlz_here("upgrade", "merge", "v0.1.0").stderr
    ran = amlz_here("upgrade", "merge", "HEAD~1")
    assert (ran.returncode, "--branch upgrade-HEAD~1" in ran.stderr) == (2, True)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (remove("Microsoft.Storage/storageAccounts"), 1),
        (rename(alias=False), 1),
        ({"amlz/a.txt": "theirs\n"}, 1),
        ({"requirements.lock": "pulumi==4\n"}, 2),
        ({"cli.py": "raise SystemExit('no')\n"}, 2),
    ],
    ids=["lost data", "renamed without alias", "conflict", "packages", "cannot tell"],
)
def test_what_stops_the_preview_makes_no_branch(
    changes: dict[str, str | None] | Callable[[dict[str, Any]], None], code: int, fork: Path
) -> None:
    """Exit codes are those of the preview; the repository is byte for byte as it was. A function edits the record."""
    commit(fork, {"amlz/a.txt": "ours\n"}, "Edit a file of upstream")
    release(fork, {"record.json": recorded(changes)} if callable(changes) else changes)
    before = files(fork)

    returned, report = merge()

    assert (returned, report["branch"], report["commands"]) == (code, None, [])
    assert files(fork) == before


def test_other_packages_can_be_allowed(fork: Path) -> None:
    """The report still states that no effect is certain."""
    release(fork, {"requirements.lock": "pulumi==4\n"})

    ran = amlz_here("upgrade", "merge", "v0.2.0", "--allow-other-packages")

    assert ran.returncode == 0
    assert "no effect above is certain" in " ".join(ran.stdout.split())
    assert git(fork, "show", "upgrade-v0.2.0:requirements.lock") == "pulumi==4\n"


def test_a_commit_that_cannot_be_signed_is_refused(fork: Path) -> None:
    """It is signed where `git commit` would sign; without a key, nothing changes."""
    release(fork, {"amlz/a.txt": "new\n"})
    git(fork, "config", "commit.gpgSign", "true")
    git(fork, "config", "gpg.program", "false")
    before = files(fork)

    ran = amlz_here("upgrade", "merge", "v0.2.0")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "The merge cannot be committed: error: gpg failed to sign the data" in " ".join(ran.stderr.split())
    assert files(fork) == before


def killed(verb: str, call: int, fork: Path, number: signal.Signals = signal.SIGKILL) -> int:
    """Returns the exit code of a process that gets a signal when it calls git for that time."""
    folder = fork.parent / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "calls").write_text("")
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (folder / "git").write_text(
        f"#!/bin/sh\necho >> {folder}/calls\n"
        f'[ "$(wc -l < {folder}/calls)" = {call} ] && kill -{number:d} $PPID && exit 1\n'
        f'exec {real} "$@"\n'
    )
    (folder / "git").chmod(0o755)
    program = (
        "import sys; from pathlib import Path; import amlz.paths; amlz.paths.ROOT = Path(sys.argv.pop(1))\n"
        "from amlz.cli.main import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(fork), "upgrade", verb, "v0.2.0"],
        cwd=ROOT,
        env={
            **ENVIRONMENT,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "TMPDIR": str(fork.parent / "tmp"),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        check=False,
        # A test run in the background ignores Ctrl-C, and its children would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    return ran.returncode


@pytest.mark.parametrize("verb", ["preview", "merge"])
def test_a_kill_before_any_call_of_git_leaves_the_repository_as_it_was(verb: str, fork: Path) -> None:
    """Byte for byte; between the copy of objects and the branch, but for objects that nothing refers to."""
    edited(fork)
    before, refs = files(fork), outside_of_objects(fork)
    same = []
    for call in range(1, 100):
        code = killed(verb, call, fork)
        if code != -signal.SIGKILL:
            break
        assert outside_of_objects(fork) == refs
        same.append(files(fork) == before)
        assert git(fork, "fsck", "--strict", "--no-dangling") == ""
        assert git(fork, "status", "--porcelain") == ""

    assert code == 0
    assert len(same) >= 15
    expected = [True] * (len(same) - 1) + [verb == "preview"]
    assert same == expected
    assert (git(fork, "branch", "--list", "upgrade-*") != "") == (verb == "merge")
