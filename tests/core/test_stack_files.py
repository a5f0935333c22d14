"""Wrong stack files, each with all its messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlz.core.problems import StackFileError
from amlz.stackfile.checked import checked

CASES = Path(__file__).parent.parent / "cases" / "stack-files"


def error_of(path: Path) -> str:
    """Messages on a stack file, with its path shortened to its name."""
    try:
        checked(str(path))
    except StackFileError as error:
        return str(error).replace(str(path), path.name) + "\n"
    return "nothing is wrong\n"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_everything_that_is_wrong_is_said_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where, what, why and what to do: the whole text, next to the case as .txt."""
    monkeypatch.chdir(path.parent)

    assert error_of(path) == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_enough_cases() -> None:
    """Every kind of mistake that the issue of this table names, and more."""
    assert len(list(CASES.glob("*.yaml"))) >= 30
