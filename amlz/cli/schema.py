"""`amlz schema`."""

from __future__ import annotations

from amlz.cli.options import Output, write


def schema(output: Output = None) -> None:
    """Prints the JSON Schema of stack files."""
    from amlz.reports.json_text import dump
    from amlz.stackfile.schema import json_schema

    write(dump(json_schema()), output)
