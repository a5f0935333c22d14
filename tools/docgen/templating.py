"""Pages: a template of `templates/` with the rows of tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from amlz.core.words import plural

Row = Sequence[str]


def rendered(template: str, **values: Any) -> str:
    """Returns a page. Templates have the values, `table(head, rows)`, `code(words)` and `plural(count, word)`."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(table=table, code=code, plural=plural)
    return environment.get_template(template).render(values)


def table(head: Row, rows: Iterable[Row]) -> str:
    """Returns a table in Markdown, its last line without an end."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))


def code(words: Iterable[str]) -> str:
    """Returns words as code, with commas."""
    return ", ".join(f"`{word}`" for word in words)
