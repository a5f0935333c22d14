"""`amlz addresses`."""

from __future__ import annotations

from amlz.cli.options import AnswerForm, FormOption, Output, Stack, planned, write


def addresses(stack: Stack, form: FormOption = AnswerForm.text, output: Output = None) -> None:
    """Shows every network and subnet of a stack, and what is free."""
    from amlz.reports.addresses import as_json, as_text

    _, plan = planned(stack)
    write((as_json if form is AnswerForm.json else as_text)(plan.addresses), output)
