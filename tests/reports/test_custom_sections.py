"""Sections of a business unit in reports: custom/reports/<name>.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from amlz.core.problems import LandingZoneError
from amlz.reports.preview import Preview
from tests.conftest import ROOT, in_format, previewed
from tests.custom_files import Write, own_folder

SECTION = """TITLE = "Vaults <and> | regions"
COLUMNS = ("vault", "where", "note")


def rows(graph, plan):
    for vault in graph.of_type("Microsoft.KeyVault/vaults"):
        yield vault.name, vault.body["location"], ""
"""
VAULT = "kv-retail-churn-dev-"
BROKEN = {
    "bad syntax": ("TITLE = (\n", "Line 1: SyntaxError: '(' was never closed"),
    "no title": (SECTION.replace("TITLE", "NAME"), "It needs `TITLE`, a text of one line, `COLUMNS`"),
    "a list": (SECTION.replace('("vault", "where", "note")', '["vault"]'), "It needs `TITLE`"),
    "no columns": (SECTION.replace('("vault", "where", "note")', "()"), "It needs `TITLE`"),
    "a title of two lines": (SECTION.replace("<and>", "\\n"), "It needs `TITLE`, a text of one line"),
    "a fault": (SECTION.replace('["location"]', '["place"]'), "Line 7: KeyError: 'place'"),
    "a cell too many": (SECTION.replace('""', '"", ""'), "is no tuple of 3 texts of one line."),
    "a number": (SECTION.replace('""', "1"), "is no tuple of 3 texts of one line."),
    "no rows": (SECTION.replace("        yield", "        list"), "Line 7: "),
}


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Writes files of a business unit whose folder is empty."""
    with own_folder(tmp_path) as function:
        yield function


def minimal() -> Preview:
    """Returns a preview without computed sections."""
    return replace(previewed("minimal"))


def test_a_section_is_in_every_format_for_people_and_in_json(write: Write) -> None:
    """Escaped as other texts are. An empty cell is left out of the text."""
    write("reports/vaults.py", SECTION)
    preview = minimal()
    (name,) = (vault.name for vault in preview.graph.of_type("Microsoft.KeyVault/vaults"))

    text, markdown, html = (in_format(form, preview) for form in ("text", "markdown", "html"))

    assert f"\nVaults <and> | regions\n  {name}: where: westeurope\n" in text
    assert "\nVaults \\<and\\> \\| regions\n\n| vault | where | note |\n" in markdown
    assert f"| {name} | westeurope |  |" in markdown
    assert "<caption>Vaults &lt;and&gt; | regions</caption>" in html
    assert f'<tr><th scope="row">{name}</th><td>westeurope</td><td></td></tr>' in html
    assert json.loads(in_format("json", preview))["customSections"] == [
        {
            "title": "Vaults <and> | regions",
            "columns": ["vault", "where", "note"],
            "rows": [[name, "westeurope", ""]],
        }
    ]


def test_a_section_without_rows_is_left_out(write: Write) -> None:
    """And with it the heading of the HTML report."""
    before = {form: in_format(form, minimal()) for form in ("text", "markdown", "html", "json")}
    write("reports/vaults.py", SECTION.replace("KeyVault/vaults", "Nothing/at-all"))

    assert {form: in_format(form, minimal()) for form in before} == before
    assert json.loads(before["json"])["customSections"] == []


def test_the_example_is_that_of_the_page() -> None:
    """Also those of checks and of names."""
    for page, file in (
        ("reports", "reports/owners.py"),
        ("naming", "naming/names.py"),
        ("checks", "checks/storage/no_archive.py"),
    ):
        text = (ROOT / "custom" / page / "README.md").read_text(encoding="utf-8")
        code = (ROOT / "examples/business-unit" / file).read_text(encoding="utf-8")
        assert text.split("```python\n")[1].split("```")[0] == code


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_section_is_reported_with_its_file_and_line(case: str, write: Write) -> None:
    """It is the business unit's to fix: no traceback, and no report without it."""
    text, expected = BROKEN[case]
    write("reports/vaults.py", text)

    with pytest.raises(LandingZoneError) as raised:
        in_format("text", minimal())

    assert str(raised.value).startswith("custom/reports/vaults.py\n  The section cannot be used: ")
    assert expected in str(raised.value)
