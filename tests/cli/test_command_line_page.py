"""docs/reference/command-line.md is a contract: it names every key that is there, and none that is not."""

from __future__ import annotations

import re

import pytest

from amlz.policy.case_files import VERDICTS
from amlz.reports.policy import ORDER
from tests.conftest import ROOT, as_told

PAGE = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")


def named(start: str, end: str) -> set[str]:
    """Texts in backquotes between two texts."""
    part = PAGE[PAGE.index(start) : PAGE.index(end, PAGE.index(start))]
    return set(re.findall(r"`(\w[\w-]*)`", part))


def test_the_keys_of_a_preview_are_those_of_the_table() -> None:
    """In the first column."""
    table = PAGE[PAGE.index("| `schemaVersion`") : PAGE.index("A resource has")]

    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(as_told("dev"))


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [("resources", "A resource has", "A value"), ("verdicts", "A verdict has", "`verdict` is one")],
)
def test_the_keys_of_a_record_are_those_of_the_text(kind: str, start: str, end: str) -> None:
    """Of a resource and of a verdict."""
    assert named(start, end) == set(as_told("dev")[kind][0])


def test_the_words_of_a_verdict_are_those_of_the_text() -> None:
    """Those of a report; case files have further ones for what a report leaves out."""
    words = named("is one\nof `deny`", "A\nreason is")

    assert words == set(ORDER)
    assert set(VERDICTS) - words == {"disabled", "not-applicable"}
