"""`amlz runbook`."""

from __future__ import annotations

from typing import Annotated

import typer

from amlz.cli.options import AnswerForm, FormOption, Output, Stack, planned, write


def runbook(
    stack: Stack,
    alert: Annotated[
        str | None, typer.Argument(help="An alert or a failure, such as failed-runs or drift. Default: all alerts.")
    ] = None,
    form: FormOption = AnswerForm.text,
    output: Output = None,
) -> None:
    """Shows the first steps after an alert or a failure, with the names of a stack.

    docs/runbooks lists the names.
    """
    from amlz.core.facts.failures import FAILURES
    from amlz.reports import runbook as report

    file, plan = planned(stack)
    if alert is not None and alert in FAILURES:
        steps = report.failure_steps(file.argument, plan, alert)
        write((report.failures_as_json if form is AnswerForm.json else report.failures_as_text)(steps), output)
        return
    alerts = report.alerts_of_plan(file.argument, plan, alert)
    write((report.as_json if form is AnswerForm.json else report.as_text)(alerts), output)
