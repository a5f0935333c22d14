"""A report of a fleet as a page of tables, and its formats: text, Markdown and HTML. JSON has separate records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amlz.core.terminal import in_one_line, terminal
from amlz.reports.formats import as_html
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped
from amlz.reports.markdown_text import escaped
from amlz.reports.styled import heading, joined_text

#: Marks of a verdict in Markdown.
_MARKS = {"bad": "❌", "look": "⚠️", "good": "✅"}
#: Characters of a cell of a column in text, at most.
_LONG = 90


@dataclass(frozen=True, slots=True)
class FleetTable:
    """A table. `rows` have a cell for each column; `empty`: the sentence for a table without rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str


@dataclass(frozen=True, slots=True)
class FleetPage:
    """A report. `level`: good, look or bad; `verdict`: a sentence; `notes`: sentences below the tables.

    `record`: the same for programs. `fails`: whether the exit code is 1.
    """

    title: str
    level: str
    verdict: str
    tables: tuple[FleetTable, ...]
    notes: tuple[str, ...]
    record: dict[str, object]
    fails: bool


def rendered(page: FleetPage, form: str) -> str:
    """Returns a page in a format: text, json, markdown or html."""
    if form == "json":
        return dump({"schemaVersion": 1, **page.record})
    if form == "html":
        return as_html.templates().get_template("fleet.html.jinja").render(page=page, title=page.title)
    return joined_text("\n", [*(_markdown(page) if form == "markdown" else _text(page)), ""])


def _text(page: FleetPage) -> Iterator[str]:
    yield heading(page.title)
    yield wrapped("", page.verdict)
    for table in page.tables:
        yield ""
        yield heading(table.title)
        if not table.rows:
            yield wrapped("  ", table.empty)
            continue
        rows = [[terminal(in_one_line(cell)) for cell in row] for row in (table.columns, *table.rows)]
        if any(len(cell) > _LONG for row in rows[1:] for cell in row[:-1]):
            yield from (line for row in rows[1:] for line in _folded(row))
            continue
        widths = [max(len(row[at]) for row in rows) for at in range(len(table.columns))]
        for row in rows:
            yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    for note in page.notes:
        yield ""
        yield wrapped("", terminal(in_one_line(note)))


def _folded(row: list[str]) -> Iterator[str]:
    """A row whose cells are too long for columns: the short ones in a line, each long one in lines below."""
    yield "  " + "  ".join(cell for cell in row if len(cell) <= _LONG)
    yield from (wrapped("    ", cell) for cell in row if len(cell) > _LONG)


def _markdown(page: FleetPage) -> Iterator[str]:
    yield f"## {_MARKS[page.level]} {escaped(page.title)}: {escaped(page.verdict)}"
    for table in page.tables:
        yield ""
        yield f"### {escaped(table.title)}"
        yield ""
        if not table.rows:
            yield str(escaped(table.empty))
            continue
        yield f"| {' | '.join(escaped(column) for column in table.columns)} |"
        yield f"|{' --- |' * len(table.columns)}"
        for row in table.rows:
            yield f"| {' | '.join(escaped(cell) for cell in row)} |"
    for note in page.notes:
        yield ""
        yield str(escaped(note))
