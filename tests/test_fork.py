"""A fork that owns its stack files: the README's commands and the tests hold in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

#: Tests of each kind that reads stack files, or checks the files at the root.
SAMPLE = (
    "tests/core/test_names.py",
    "tests/test_make.py",
    "tests/test_house.py",
    "tests/test_urns.py::test_urns_are_those_of_the_golden_list[dev]",
    "tests/app/test_program.py::test_what_the_minimal_landing_zone_would_send_is_known_to_the_letter",
    "tests/cli/test_command_line.py::test_check_and_addresses_never_load_pulumi",
)


@pytest.mark.skipif(not all(map(shutil.which, ("git", "make"))), reason="git or make is not installed")
def test_a_fork_with_its_own_stack_files_previews_and_tests(tmp_path: Path) -> None:
    """A fork replaces the stack files with its own, as in the tutorial; also in a folder with an unusual name."""
    fork = tmp_path / "fork of the Größe team"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(fork)], check=True)
    for path in fork.glob("Pulumi.*.yaml"):
        path.unlink()
    shutil.copy(fork / "examples" / "minimal" / "Pulumi.minimal.yaml", fork / "Pulumi.retail.yaml")
    command = fork / ".venv" / "bin" / "amlz"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m amlz "$@"\n')
    command.chmod(0o755)
    (fork / ".venv" / ".ready").touch()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(fork), "LC_ALL": "C.UTF-8"}

    def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(arguments, cwd=fork, env=environment, capture_output=True, text=True, check=False)

    preview = ran("make", "preview")
    collected = ran(sys.executable, "-m", "pytest", "--collect-only", "-qq")
    tested = ran(sys.executable, "-m", "pytest", "-q", "-m", "not long", *SAMPLE)

    assert (preview.returncode, preview.stdout.split()[0], preview.stderr) == (0, "retail", "")
    assert (collected.returncode, collected.stderr) == (0, "")
    assert tested.returncode == 0, tested.stdout
