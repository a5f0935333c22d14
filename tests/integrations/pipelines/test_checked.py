"""The files of the pipelines, as their checkers see them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.integrations.pipelines.workflow import WORKFLOWS, workflow

FILES = sorted(path.name for path in WORKFLOWS.glob("*.yml"))


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and output of a checker, run in the repository."""
    ran = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def test_actionlint_has_nothing_to_say() -> None:
    """Built by `make actionlint`, from its Go module."""
    tool = next(
        (t for t in (ROOT / ".tools/actionlint/actionlint", shutil.which("actionlint")) if t and Path(t).exists()), None
    )
    if tool is None:
        pytest.skip("there is no actionlint: `make actionlint` builds it, which needs Go")

    assert run(str(tool), "-no-color") == (0, "")


def test_zizmor_has_nothing_to_say() -> None:
    """In its strictest reading. Each exception has its reason in the file."""
    tool = Path(sys.prefix) / "bin" / "zizmor"
    if not tool.exists():
        pytest.skip("there is no zizmor in .venv: `make setup` installs it where it can be had")

    code, text = run(str(tool), "--offline", "--no-progress", "--color=never", "--persona=pedantic", "-q", ".github")

    assert (code, "No findings" in text or text.strip() == "", text) == (0, True, text)


@pytest.mark.parametrize("name", FILES)
def test_a_workflow_holds_nothing_of_one_owner(name: str) -> None:
    """No secret, no id, no name: what is to be set are variables. Actions are pinned by commit, with their version."""
    text = (WORKFLOWS / name).read_text(encoding="utf-8")

    assert re.findall(r"secrets\b(?!-)|[0-9a-f]{8}-[0-9a-f]{4}-|azurecr|\.visualstudio\.|contoso", text) == []
    unpinned = [use for use in re.findall(r"uses: (.*)", text) if not use.startswith("./")]
    assert [use for use in unpinned if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


@pytest.mark.parametrize("name", FILES)
def test_a_job_may_what_it_says_and_no_more(name: str) -> None:
    """Nothing is given to a whole workflow, every job ends by itself, and a token is only where it is used."""
    result = workflow(name)

    assert result["permissions"] == {}
    for job in result["jobs"].values():
        if "steps" in job:
            assert "timeout-minutes" in job
        writes = {key for key, value in job["permissions"].items() if value == "write"}
        assert not writes or "pull_request" not in result["on"]


def test_the_page_names_every_variable_and_every_permission() -> None:
    """And no other."""
    page = (ROOT / "docs" / "how-to" / "pipelines.md").read_text(encoding="utf-8")
    texts = "".join((WORKFLOWS / name).read_text(encoding="utf-8") for name in FILES)
    given = {
        f"{key}: {value}"
        for name in FILES
        for job in workflow(name)["jobs"].values()
        for key, value in job["permissions"].items()
    }

    assert {*re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)} == {*re.findall(r"vars\.(\w+)", texts)}
    assert {*re.findall(r"`([a-z-]+: (?:read|write))`", page)} == given
