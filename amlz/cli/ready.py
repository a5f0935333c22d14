"""`amlz ready`."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from amlz.cli.options import AnswerForm, FormOption, Output, Stack, planned, write


def ready(
    stack: Stack,
    environment: Annotated[str, typer.Argument(help="An environment, as churn/prod.")],
    form: FormOption = AnswerForm.text,
    output: Output = None,
) -> None:
    """Answers the checklist of an environment from its plan, and marks what cannot be seen offline."""
    from amlz.core.readiness import ReadyAnswer, readiness
    from amlz.reports.ready import as_json, as_text, environment_of

    file, plan = planned(stack)
    spec = environment_of(file.stack, plan, environment)
    items = readiness(shlex.quote(file.argument), plan, spec)
    kind = "production" if spec.production else "pre-production"
    title = f"{file.stack} {environment} ({kind})"
    write((as_json if form is AnswerForm.json else as_text)(title, items), output)
    raise typer.Exit(int(any(item.answer is ReadyAnswer.NO for item in items)))
