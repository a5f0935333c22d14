"""Generated pages are what the code says today."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tools.generate import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_up_to_date(name: str) -> None:
    """`make docs` writes them."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name]()
