"""Ctrl-C and SIGTERM while `amlz upgrade` runs: nothing is left behind, and the repository is as it was."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.fleet.test_upgrade_merge import author, edited, files, killed
from tests.fleet.test_upgrade_preview import fork
from tests.fleet.test_upgrade_status import git

__all__ = ["author", "fork"]


def objects(folder: Path) -> str:
    """Returns the counts of git's objects: loose, packed, and garbage."""
    return git(folder, "count-objects", "-v")


@pytest.mark.parametrize("verb", ["preview", "merge"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_before_any_call_of_git_ends_it_and_leaves_nothing(
    verb: str, number: signal.Signals, fork: Path, tmp_path: Path
) -> None:
    """The count of objects is the same too. Only the copy of objects to the repository adds some, before the branch."""
    edited(fork)
    before, counted = files(fork), objects(fork)
    ended = []
    for call in range(1, 100, 4):
        code = killed(verb, call, fork, number)
        if code == 0:
            break
        ended.append(code in (-number, 128 + number))
        same = (files(fork), objects(fork)) == (before, counted)
        assert same or (verb == "merge" and git(fork, "fsck", "--strict", "--no-dangling") == "")
        assert git(fork, "branch", "--list", "upgrade-*") == ""
        assert list((tmp_path / "tmp").iterdir()) == []

    assert len(ended) >= 4
    assert all(ended)


def test_a_killed_upgrade_leaves_folders_that_a_later_run_removes(fork: Path, tmp_path: Path) -> None:
    """SIGKILL runs no cleanup: the repository is as it was, and only the folder for temporary files has something."""
    edited(fork)
    counted = objects(fork)

    code = killed("preview", 16, fork, signal.SIGKILL)

    assert (code, objects(fork)) == (-signal.SIGKILL, counted)
    left = list((tmp_path / "tmp").iterdir())
    assert all(path.name.startswith("amlz-revision-") for path in left)
