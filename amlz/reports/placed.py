"""Forms that tell a preview, with a difference or without: SARIF and JUnit XML beside its lines, and HTML."""

from __future__ import annotations

from amlz.diff.difference import Difference
from amlz.reports.formats import as_junit, as_sarif
from amlz.reports.preview import Preview
from amlz.reports.rows import rows

#: By the name that --format has.
PLACED = ("sarif", "junit", "html")


def placed_form(form: str, preview: Preview, fail_on: str, against: Difference | None = None) -> str:
    """A preview in one of these forms. With a difference, what was there before is told and fails nothing."""
    if form == "html":
        from amlz.reports.formats import as_html

        return as_html.render(preview, against)
    found = rows(preview, against)
    return as_sarif.render(preview, found) if form == "sarif" else as_junit.render(preview, found, fail_on)
