"""Which stacks a change touches, and the comment's text where that is unknown."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from amlz.integrations.pipelines import bundle, preview
from amlz.integrations.pipelines.runner import Runner

#: Replaces `amlz`: writes the content of `errors` to its error output, and ends with the exit code in `code`.
AMLZ = """
import pathlib, sys
sys.stderr.write(pathlib.Path("errors").read_text())
if pathlib.Path("list").exists():
    pathlib.Path(sys.argv[sys.argv.index("--output") + 1]).write_text(pathlib.Path("list").read_text())
sys.exit(int(pathlib.Path("code").read_text()))
"""
MESSAGES = "Pulumi.small.yaml:4  amlz:landingZone.location\n  <b>nowhere</b> is no region.\n"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a program that fails on its input."""
    (tmp_path / "amlz.py").write_text(AMLZ)
    (tmp_path / "errors").write_text(MESSAGES)
    (tmp_path / "code").write_text("2")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def comment(work: Path) -> tuple[int, list[str]]:
    """The exit code of the bundle, and the lines of its comment."""
    code = bundle.make(work / "parts", 7, work / "report")
    return code, (work / "report/bundle/comment.md").read_text(encoding="utf-8").splitlines()


def test_mistakes_in_a_stack_file_are_told_in_the_comment(work: Path) -> None:
    """As text, in which nothing is markup; no stack is previewed, and the check is red."""
    out = io.StringIO()

    code = preview.touched("main", work / "parts/listed", Runner({}, out))

    assert (code, out.getvalue().splitlines()[:2]) == (0, ['stacks={"include":[]}', "any=false"])
    assert comment(work) == (
        1,
        [
            "<!-- amlz preview -->",
            "## ❌ The stacks cannot be compared",
            "",
            "    Pulumi.small.yaml:4  amlz:landingZone.location",
            "      <b>nowhere</b> is no region.",
        ],
    )


def test_one_stack_that_cannot_be_compared_does_not_hide_the_others(work: Path) -> None:
    """It is listed; its own job has the reason, and one that left nothing is named too."""
    (work / "list").write_text(json.dumps({"include": [{"stack": name, "wave": 1} for name in ("a", "b", "c")]}))
    preview.touched("main", work / "parts/listed", Runner({}, io.StringIO()))
    (work / "parts/a.md").write_text("## ✅ a against main: 1 created\n")

    codes = [preview.reports("b", "main", work / "parts")]

    code, lines = comment(work)
    assert (code, codes) == (0, [2])
    assert [line for line in lines if line.startswith("## ")] == [
        "## ❌ 2 of 3 stacks must not go on as they are",
        "## ✅ a against main: 1 created",
        "## ❌ b: it cannot be compared",
        "## ❌ c: its preview did not end",
    ]


def test_a_defect_is_for_the_log_and_not_for_the_comment(work: Path) -> None:
    """A traceback helps nobody who reads a pull request."""
    (work / "code").write_text("3")
    (work / "errors").write_text("Traceback\n")

    preview.touched("main", work / "parts/listed", Runner({}, io.StringIO()))

    assert comment(work)[1][1:] == ["## ❌ The stacks cannot be compared", "", "The log of its job shows the reason."]
