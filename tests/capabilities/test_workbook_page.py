"""The static page of the workbooks with samples."""

from __future__ import annotations

import re

from amlz.capabilities.operations.workbooks import WORKBOOKS
from tests.capabilities.workbook_page import STATEMENT, page


def test_the_page_has_every_panel_with_rows_and_states_what_it_is() -> None:
    """Its values are escaped, and it loads nothing."""
    drawn = page()
    titles = re.findall(r"<h3>(.*?)</h3>", drawn)
    panels = re.split(r"<h3>.*?</h3>", drawn)[1:]

    assert STATEMENT in drawn
    assert sorted(titles) == sorted(panel.title for _, shown, _ in WORKBOOKS.values() for panel in shown)
    assert [
        title for title, panel in zip(titles, panels, strict=True) if not re.search(r"<td>|<rect|<poly", panel)
    ] == []
    assert "abc: &lt;model&gt; not loaded" in drawn
    assert re.findall(r"<script|https?://|<link|<img", drawn) == []
