"""`amlz check`."""

from __future__ import annotations

from amlz.cli.options import AnswerForm, FormOption, Output, Stack, planned, write


def check(stack: Stack, form: FormOption = AnswerForm.text, output: Output = None) -> None:
    """Reads and checks a stack file."""
    from amlz.reports.check import as_json, as_text

    file, plan = planned(stack)
    write((as_json if form is AnswerForm.json else as_text)(file, plan), output)
