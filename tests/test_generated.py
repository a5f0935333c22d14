"""Generated pages equal the generator's present output."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tools.generate import PAGES

DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_up_to_date(name: str) -> None:
    """`make docs` writes them."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()


def test_no_page_is_left_of_a_policy_that_is_gone() -> None:
    """Every file of docs/reference/policies is generated: delete those that are not."""
    there = [
        path.relative_to(DOCS).as_posix() for path in (DOCS / "reference" / "policies").rglob("*") if path.is_file()
    ]

    assert sorted(there) == sorted(name for name in PAGES if name.startswith("reference/policies/"))


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("reference/policies/")])
def test_tables_of_policy_pages_have_one_width(name: str) -> None:
    """A bar within a cell is escaped: each row has as many cells as the line under the head."""
    widths: list[int] = []
    uneven = []
    for line in [*(DOCS / name).read_text(encoding="utf-8").splitlines(), ""]:
        if not line.startswith("|"):
            uneven += [widths] if len(set(widths)) > 1 else []
            widths = []
        else:
            widths.append(len(re.findall(r"(?<!\\)\|", line)))

    assert uneven == []
