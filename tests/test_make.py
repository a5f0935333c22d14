"""`make preview` shows the stack files that are there: a fork removes those of this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLES

#: The environment without that of a `make` that runs these tests: with it, `make` prints each folder that it enters.
ALONE = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


def _fork(folder: Path, stacks: tuple[str, ...]) -> None:
    """Writes the files that `make preview` needs, as after its set-up; `amlz` prints its arguments."""
    for name in ("Makefile", "requirements.lock", "requirements-html.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    for stack in stacks:
        (folder / f"Pulumi.{stack}.yaml").write_text("config: {}\n")
    (folder / "Pulumi.yaml").write_text("name: x\n")
    command = folder / ".venv" / "bin" / "amlz"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\necho "$@"\n')
    command.chmod(0o755)
    (folder / ".venv" / ".ready").touch()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("stacks", "arguments", "expected"),
    [
        (("dev", "prod"), (), "preview dev\n"),
        (("retail",), (), "preview retail\n"),
        (("retail-one", "retail-two"), (), "preview --all\n"),
        (("dev", "prod"), ("STACK=prod",), "preview prod\n"),
        ((), ("STACK=prod",), "preview prod\n"),
    ],
)
def test_make_preview_shows_what_is_there(
    tmp_path: Path, stacks: tuple[str, ...], arguments: tuple[str, ...], expected: str
) -> None:
    """The stack that is named, else dev, else the only one or all."""
    _fork(tmp_path, stacks)

    ran = subprocess.run(
        ["make", "preview", *arguments], cwd=tmp_path, env=ALONE, capture_output=True, text=True, check=False
    )

    assert (ran.stdout, ran.stderr, ran.returncode) == (expected, "", 0)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_preview_without_a_stack_file_says_where_to_get_one(tmp_path: Path) -> None:
    """The example that it names exists."""
    _fork(tmp_path, ())

    ran = subprocess.run(["make", "preview"], cwd=tmp_path, env=ALONE, capture_output=True, text=True, check=False)

    why, remedy, *_ = ran.stderr.splitlines()
    assert (ran.stdout, ran.returncode) == ("", 2)
    assert why == "No stack file (Pulumi.<stack>.yaml) is in this folder, so there is nothing to preview."
    assert remedy == "Copy an example: cp examples/minimal/Pulumi.minimal.yaml Pulumi.dev.yaml"
    assert (ROOT / "examples/minimal/Pulumi.minimal.yaml").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("fails", ["", "ruff", "mypy", "python"])
def test_make_test_fails_where_any_part_of_it_does(tmp_path: Path, fails: str) -> None:
    """Style first; then types and tests, which run at the same time and to the end of both."""
    _fork(tmp_path, ())
    for name in ("ruff", "mypy", "python"):
        command = tmp_path / ".venv" / "bin" / name
        command.write_text(f'#!/bin/sh\necho {name} "$1" >> ran\nexit {int(name == fails)}\n')
        command.chmod(0o755)

    ran = subprocess.run(["make", "test"], cwd=tmp_path, env=ALONE, capture_output=True, text=True, check=False)

    parts = {part.strip() for part in (tmp_path / "ran").read_text().splitlines()}
    assert ran.returncode == (2 if fails else 0)
    assert parts == ({"ruff check"} if fails == "ruff" else {"ruff check", "ruff format", "mypy", "python -m"})


def test_the_sample_at_the_root_is_the_one_that_tests_use() -> None:
    """Byte for byte but for the path of the schema. Pulumi.prod.yaml has other identities of pipelines."""
    name = "Pulumi.dev.yaml"
    if not (ROOT / name).exists():
        pytest.skip(f"{name} is not at the root: this is a fork with stack files of its own")

    schema = b"$schema=../../docs/"
    assert (ROOT / name).read_bytes() == (SAMPLES / name).read_bytes().replace(schema, b"$schema=docs/", 1)
