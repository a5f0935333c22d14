"""`amlz check --all`, and findings between stacks in the reports of all stacks."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS
from tests.diff.test_difference import repository, run

__all__ = ["repository"]

MINIMAL = (ROOT / STACKS["minimal"]).read_text("utf-8")
OTHER = MINIMAL.replace("businessUnit: retail", "businessUnit: other").replace("a1b2c3d4-1111", "b2c3d4e5-1111")


def folder(path: Path, **stacks: str) -> Path:
    """Writes stack files."""
    for name, text in stacks.items():
        (path / f"Pulumi.{name}.yaml").write_text(text, encoding="utf-8")
    return path


def test_every_stack_is_checked_and_stacks_that_fit_together_are_exit_code_0(tmp_path: Path) -> None:
    """Each as alone, and a line on what is between them."""
    ran = amlz_here("check", "--all", folder=folder(tmp_path, one=MINIMAL, two=OTHER))

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == (
        "one: valid. 1 spoke, 1 project environment.\ntwo: valid. 1 spoke, 1 project environment.\n"
        "Between stacks: no findings.\n"
    )


def test_an_error_between_stacks_is_exit_code_1_with_the_lines_of_both(tmp_path: Path) -> None:
    """In text and for programs."""
    stacks = folder(tmp_path, one=MINIMAL, two=MINIMAL)

    text, answer = (
        amlz_here("check", "--all", folder=stacks), amlz_here("check", "--all", "--format", "json", folder=stacks)
    )  # fmt: skip

    assert (text.returncode, answer.returncode) == (1, 1)
    assert "Between stacks: 4 errors.\nerror  stacks/built-twice\n  Pulumi.one.yaml:" in text.stdout
    record = json.loads(answer.stdout)
    assert [stack["stack"] for stack in record["stacks"]] == ["one", "two"]
    assert {item["id"] for item in record["betweenStacks"]} == {"stacks/built-twice"}
    first = record["betweenStacks"][0]
    assert sorted(first) == ["id", "keys", "message", "remedy", "severity", "source"]
    assert [(key["stack"], key["file"], key["line"] > 1, bool(key["path"])) for key in first["keys"]] == [
        ("one", "Pulumi.one.yaml", True, True),
        ("two", "Pulumi.two.yaml", True, True),
    ]


def test_a_stack_file_with_mistakes_hides_no_other(tmp_path: Path) -> None:
    """Exit code 2, after the answer for the others."""
    bad = MINIMAL.replace("schemaVersion: 1", "schemaVersion: 0")
    stacks = folder(tmp_path, bad=bad, one=MINIMAL, two=MINIMAL)

    ran = amlz_here("check", "--all", "--format", "json", folder=stacks)

    record = json.loads(ran.stdout)
    assert (ran.returncode, [item["stack"] for item in record["failed"]]) == (2, ["bad"])
    assert (bool(record["betweenStacks"]), "Pulumi.bad.yaml" in ran.stderr) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "no stack is named. Name one (`amlz stacks` lists them), or use --all"),
        (("--all", "dev"), "--all checks every stack of this folder. Omit dev, or omit --all"),
    ],
)
def test_a_stack_or_all_of_them_is_named(arguments: tuple[str, ...], says: str) -> None:
    """Neither both nor none."""
    ran = amlz_here("check", *arguments)

    assert (ran.returncode, says in " ".join(ran.stderr.split())) == (2, True)


def test_a_folder_without_stack_files_is_an_error(tmp_path: Path) -> None:
    """As in `amlz stacks`."""
    ran = amlz_here("check", "--all", folder=tmp_path)

    assert (ran.returncode, "Go to the folder of the stack files" in " ".join(ran.stderr.split())) == (2, True)


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_a_preview_of_all_stacks_shows_what_is_between_them(tmp_path: Path, form: str) -> None:
    """In every form; exit code 1, unless nothing is to fail."""
    stacks = folder(tmp_path, one=MINIMAL, two=MINIMAL)

    ran = amlz_here("preview", "--all", "--format", form, folder=stacks)
    passes = amlz_here("preview", "--all", "--format", form, "--fail-on", "none", folder=stacks)

    assert (ran.returncode, passes.returncode, ran.stderr) == (1, 0, "")
    assert "one and two each build the resource group rg-" in " ".join(ran.stdout.split())
    if form == "markdown":
        assert "## ❌ Between stacks: 4 errors\n" in ran.stdout
        assert "## ❌ 1 of 3 stacks must not go on as they are" in ran.stdout


def test_a_pull_request_is_stopped_by_a_conflict_of_a_stack_that_it_changes(repository: Path) -> None:
    """Conflicts between stacks that are as they were are of another pull request."""
    amlz = (sys.executable, "-m", "amlz")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com")
    for path in repository.glob("Pulumi.*.yaml"):
        path.unlink()
    folder(repository, one=MINIMAL, two=MINIMAL, three=OTHER)
    run(repository, *git, "add", "-A")
    run(repository, *git, "commit", "-qm", "second")
    (repository / "Pulumi.three.yaml").write_text(OTHER.replace("10.20.16.0/25", "10.20.16.0/24"), encoding="utf-8")

    before = run(repository, *amlz, "stacks", "--against", "HEAD")
    (repository / "Pulumi.three.yaml").write_text(MINIMAL, encoding="utf-8")
    after = run(repository, *amlz, "stacks", "--against", "HEAD")

    assert (before.returncode, before.stderr) == (0, "")
    assert after.returncode == 1
    assert "one, three and two each build the resource group" in " ".join(after.stderr.split())
