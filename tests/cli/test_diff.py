"""`amlz diff`: two stack files, as if the second replaced the first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS

OLD = STACKS["minimal"]
DEV = "dev: {network: 10.20.16.0/25}"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The same landing zone in a stack file of another name, whose workspace has public network access."""
    text = (ROOT / OLD).read_text(encoding="utf-8")
    assert DEV in text
    path = tmp_path / "Pulumi.proposed.yaml"
    path.write_text(text.replace(DEV, "dev: {network: 10.20.16.0/25, security: {publicNetworkAccess: true}}"))
    return path


def test_a_resource_is_the_same_in_stacks_of_different_names(new: Path) -> None:
    """Only the workspace changes: nothing is created or deleted because the stacks have different names."""
    ran = amlz_here("diff", OLD, str(new), "--format", "json")

    report = json.loads(ran.stdout)
    (changed,) = report["changed"]
    assert (ran.returncode, report["stack"], report["against"], report["unchanged"]) == (0, "proposed", OLD, 124)
    assert (report["created"], report["deleted"], changed["armType"], changed["replaced"]) == (
        [], [], "Microsoft.MachineLearningServices/workspaces", False,
    )  # fmt: skip
    assert {row["path"]: (row["old"], row["new"]) for row in changed["properties"]} == {
        "properties.allowPublicAccessWhenBehindVnet": (False, True),
        "properties.publicNetworkAccess": ("Disabled", "Enabled"),
    }


def test_the_exit_code_follows_fail_on(new: Path) -> None:
    """The new findings are warnings."""
    assert amlz_here("diff", OLD, str(new), "--fail-on", "warning").returncode == 1


def test_a_stack_file_does_not_differ_from_itself() -> None:
    """One line and the limitations."""
    ran = amlz_here("diff", OLD, OLD)

    assert (ran.returncode, ran.stdout.splitlines()[0]) == (0, f"minimal: no difference from {OLD}, 125 resources")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((OLD,), "Missing argument 'NEW'."),
        ((OLD, "no-such-stack"), "Pulumi.no-such-stack.yaml"),
        ((OLD, OLD, "--format", "arm"), "a difference has the forms text, tree, json, markdown, sarif, junit, mermaid"),
        ((OLD, OLD, "--today", "tomorrow"), "'tomorrow' is no day; write it as 2027-03-31"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(arguments: tuple[str, ...], message: str) -> None:
    """Nothing is compared."""
    ran = amlz_here("diff", *arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in " ".join(ran.stderr.split())
