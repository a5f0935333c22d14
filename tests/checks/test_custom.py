"""Checks of a business unit: files below custom/checks/, without an edit of any other file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amlz.checks.catalogue import explain, run
from amlz.core.problems import LandingZoneError
from tests.conftest import ROOT, previewed
from tests.custom_files import own_folder

#: The example of the page.
EXAMPLE = (ROOT / "custom" / "checks" / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
BROKEN = {
    "bad syntax": (EXAMPLE + "(\n", "Line 23: SyntaxError: '(' was never closed"),
    "no check": ('"""Empty."""\n', "It needs `CHECK`, a Check, and a function `find(graph)`."),
    "a fault": (EXAMPLE.replace("account.body.get", "account.bodies.get"), "Line 21: AttributeError: "),
    "an id that is shipped": (
        EXAMPLE.replace("storage/no-archive", "keys/enabled"),
        "A check that is shipped has the id 'keys/enabled' too.",
    ),
}


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Writes the one check of a business unit whose folder is empty."""
    with own_folder(tmp_path) as own:
        yield lambda text: own("checks/storage/no_archive.py", text)


def test_a_custom_check_is_found_and_explained_as_others(write: Callable[[str], None]) -> None:
    """Once for each resource that it finds; all other findings stay the same."""
    graph = previewed("minimal").graph
    before = run(graph)
    write(EXAMPLE)

    after = run(graph)

    (added,) = [finding for finding in after if finding not in before]
    assert [finding for finding in after if finding != added] == list(before)
    assert (added.check, added.path, added.message.split(" ", 1)[1]) == (
        "storage/no-archive", "tags.archive", "has no tag `archive`.",
    )  # fmt: skip
    assert explain("storage/no-archive").startswith("storage/no-archive  warning\n")


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_one_is_reported_with_its_file_and_line(case: str, write: Callable[[str], None]) -> None:
    """It is the business unit's to fix: no traceback, and no preview without it."""
    text, expected = BROKEN[case]
    write(text)

    with pytest.raises(LandingZoneError) as raised:
        run(previewed("minimal").graph)

    assert str(raised.value).startswith("custom/checks/storage/no_archive.py\n  The check cannot be used: ")
    assert expected in str(raised.value)
