"""Sections of reports by the business unit: `custom/reports/<name>.py` with TITLE, COLUMNS and `rows(graph, plan)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from amlz.azure.graph import ResourceGraph
from amlz.core.custom_files import CustomFile
from amlz.core.plan import LandingZonePlan
from amlz.folders import custom_report_files
from amlz.reports.lines import wrapped


@dataclass(frozen=True, slots=True)
class CustomSection:
    """A table. Each row has a text for each column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def custom_sections(graph: ResourceGraph, plan: LandingZonePlan) -> Iterator[CustomSection]:
    """Yields the sections that have rows, by the names of their files. Raises LandingZoneError for a wrong one.

    `graph`: without secrets.
    """
    for name, path in custom_report_files():
        file = CustomFile("section", name, path)
        module = file.loaded()
        title, columns, rows = (getattr(module, part, None) for part in ("TITLE", "COLUMNS", "rows"))
        if not _text(title) or not _texts(columns) or not columns or not callable(rows):
            raise file.broken(
                "It needs `TITLE`, a text of one line, `COLUMNS`, a tuple of such texts, and `rows(graph, plan)`.",
                "Declare all three.",
            )
        table_rows = file.called(lambda rows=rows: tuple(rows(graph, plan)))  # type: ignore[misc]
        for row in table_rows:
            if not _texts(row) or len(row) != len(columns):
                raise file.broken(f"The row {row!r} is no tuple of {len(columns)} texts of one line.", "Correct it.")
        if table_rows:
            yield CustomSection(title, columns, table_rows)


def text(section: CustomSection) -> str:
    """Returns a section for a terminal: a paragraph for each row."""
    lines = [section.title]
    for first, *others in section.rows:
        rest = "; ".join(f"{column}: {cell}" for column, cell in zip(section.columns[1:], others, strict=True) if cell)
        lines.append(wrapped("  ", f"{first}: {rest}" if rest else first))
    return "\n".join(lines)


def _text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(value.splitlines()) <= 1


def _texts(value: object) -> TypeGuard[tuple[str, ...]]:
    return isinstance(value, tuple) and all(_text(item) for item in value)
