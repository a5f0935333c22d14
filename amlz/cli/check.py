"""`amlz check`."""

from __future__ import annotations

from amlz.cli.options import Form, FormOption, Output, Stack, planned, write


def check(stack: Stack, form: FormOption = Form.text, output: Output = None) -> None:
    """Reads and checks a stack file."""
    from amlz.reports.check import as_json, as_text

    file, plan = planned(stack)
    write((as_json if form is Form.json else as_text)(file, plan), output, colours=form is Form.text)
