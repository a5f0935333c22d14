"""A new user has a preview of a new stack after four commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.first_hour import tried


@pytest.mark.skipif(not all(map(shutil.which, ("git", "make"))), reason="git or make is not installed")
def test_four_commands_lead_from_a_clone_to_a_preview(tmp_path: Path) -> None:
    """With the packages at hand: what `make setup` downloads is not part of it."""
    rows = tried(tmp_path, linked=True)

    assert [words for words, _, _ in rows] == [
        "git clone", "make -s", ".venv/bin/amlz init", ".venv/bin/amlz preview",
    ]  # fmt: skip
    assert rows[-1][2].startswith("own · claims · westeurope · 1 subscription, 1 project, 2 environments\n")
    assert sum(seconds for _, seconds, _ in rows) < 120
