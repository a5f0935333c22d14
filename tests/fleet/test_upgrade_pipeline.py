"""The scripts of the upgrade pipelines, in a scripted repository with a stand-in for `amlz`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fleet.test_upgrade_status import ENVIRONMENT, commit, git

#: Answers of `amlz`: tags of the status, and the exit code of the merge, which makes the branch where it is 0.
AMLZ = """#!/bin/sh
while [ "$1" ]; do case $1 in status|merge) verb=$1;; --output) output=$2;; --branch) branch=$2;; esac; shift; done
if [ $verb = status ]; then echo '{{"tags": {tags}}}' > "$output"; exit 1; fi
[ {code} = 3 ] && exit 3
echo "The report." > "$output"
[ {code} = 0 ] && git branch "$branch" v0.2.0
exit {code}
"""


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """A fork of upstream, and the folder of upstream, which has a newer version."""
    upstream, fork = tmp_path / "upstream", tmp_path / "fork"
    upstream.mkdir()
    git(upstream, "init", "-q", "-b", "main")
    commit(upstream, {"a.txt": "1\n"}, "First", "v0.1.0")
    git(tmp_path, "clone", "-q", "--bare", str(upstream), "origin.git")
    git(tmp_path, "clone", "-q", "origin.git", "fork")
    commit(upstream, {"a.txt": "2\n"}, "Second", "v0.2.0")
    return fork, upstream


def run(script: str, fork: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Returns the result of a script in the fork."""
    return subprocess.run(
        [str(ROOT / "pipelines" / script), *arguments],
        cwd=fork,
        capture_output=True,
        text=True,
        check=False,
        env={**ENVIRONMENT, "PATH": os.environ["PATH"], **variables},
    )


def upgrade(fork: Path, upstream: Path, tags: str, code: int) -> subprocess.CompletedProcess[str]:
    """Returns the result of the job without a token."""
    amlz = fork.parent / "amlz"
    amlz.write_text(AMLZ.format(tags=tags, code=code), encoding="utf-8")
    amlz.chmod(0o755)
    return run("upgrade.sh", fork, str(upstream), str(fork.parent / "to"), AMLZ=str(amlz))


def test_the_merge_is_pushed_by_the_job_that_runs_no_program(clones: tuple[Path, Path]) -> None:
    """A second run finds the branch, and does nothing."""
    fork, upstream = clones
    made = upgrade(fork, upstream, '["v0.2.0"]', 0)
    git(fork, "branch", "-D", "upgrade-v0.2.0")

    pushed = run("upgrade-push.sh", fork, str(fork.parent / "to"), AUTHORIZATION="Authorization: none")
    again = run("upgrade-push.sh", fork, str(fork.parent / "to"), AUTHORIZATION="Authorization: none")

    assert (made.returncode, pushed.returncode, pushed.stdout) == (0, 0, "made=true\n")
    assert git(fork, "ls-remote", "origin", "upgrade-v0.2.0").split()[0] == git(upstream, "rev-parse", "v0.2.0").strip()
    assert (again.returncode, again.stdout) == (0, "")
    assert "exists already: nothing to do." in again.stderr


@pytest.mark.parametrize("code", [1, 2])
def test_where_the_upgrade_is_stopped_the_report_has_the_commands(code: int, clones: tuple[Path, Path]) -> None:
    """And nothing to push."""
    fork, upstream = clones

    ran = upgrade(fork, upstream, '["v0.2.0"]', code)

    report = (fork.parent / "to" / "report.md").read_text(encoding="utf-8")
    assert (ran.returncode, report.startswith("The report.\n")) == (0, True)
    assert "amlz upgrade merge v0.2.0\ngit push origin upgrade-v0.2.0\n" in report
    assert ("\nWhere `requirements.lock` differs, add `--allow-other-packages` to `merge`" in report) == (code == 2)
    assert not (fork.parent / "to" / "upgrade.bundle").exists()


def test_no_newer_version_is_no_failure_and_a_defect_is_one(clones: tuple[Path, Path]) -> None:
    """Without a report, the job has the exit code of `amlz`."""
    fork, upstream = clones

    none = upgrade(fork, upstream, "[]", 0)
    (fork.parent / "to" / "report.md").unlink()
    broken = upgrade(fork, upstream, '["v0.2.0"]', 3)

    assert (none.returncode, none.stdout) == (0, "No version is newer than the one that is merged.\n")
    assert broken.returncode == 3


def test_a_branch_that_may_not_be_pushed_is_no_failure(clones: tuple[Path, Path]) -> None:
    """As where the token of a workflow may not change workflows: the report has the commands."""
    fork, upstream = clones
    upgrade(fork, upstream, '["v0.2.0"]', 0)
    git(fork, "branch", "-D", "upgrade-v0.2.0")
    hook = fork.parent / "origin.git" / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)

    ran = run("upgrade-push.sh", fork, str(fork.parent / "to"), AUTHORIZATION="Authorization: none")

    assert (ran.returncode, ran.stdout) == (0, "")
    assert "cannot be pushed with this token. The commands are in the report." in ran.stderr
