"""An upgrade under the engine. The earlier version is this program with a file that differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlz.rehearsal.life import Life
from amlz.rehearsal.upgrade import upgraded
from tests.program_copy import copy_of_the_program
from tests.rehearsal.common import minimal, stage


def upgrade_from(folder: Path, component: str, old: str, new: str) -> Life:
    """Returns the upgrade from a version whose component had the text `new` where this one has `old`."""
    (folder / "earlier").mkdir()
    copy_of_the_program(folder / "earlier")
    file = folder / "earlier" / "components" / component
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    (folder / "stage").mkdir()
    return upgraded(stage(folder / "stage"), minimal(), folder / "earlier" / "__main__.py", "v0.0.9")


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ('bypass="AzureServices"', 'bypass="None"', []),
        ('f"{name}-vault"', 'f"{name}-store"', ["churn-dev-vault-vault"]),
    ],
    ids=["a property", "a name without an alias"],
)
def test_an_upgrade_keeps_what_exists_or_fails(old: str, new: str, refused: list[str], tmp_path: Path) -> None:
    """The engine would create a renamed vault next to the old one, and Azure refuses its name: nothing is lost."""
    life = upgrade_from(tmp_path, "key_vault.py", old, new)

    first, then = life.steps[:2]
    assert (first.name, first.refused, first.wrong) == ("up by v0.0.9", (), False)
    assert (then.name, then.lost) == ("up by this version", ())
    assert [refusal.name for refusal in then.refused if refusal.name] == refused
    assert life.wrong == bool(refused)
