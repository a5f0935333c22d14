"""`amlz can`: who can do what, by which role assignment."""

from __future__ import annotations

import gc
import sys
from enum import StrEnum
from typing import Annotated

import typer

from amlz.cli.options import Output, Stack, planned, write
from amlz.cli.progress import steps


class CanForm(StrEnum):
    """Formats of the answer."""

    text = "text"
    json = "json"
    markdown = "markdown"


def can(
    stack: Stack,
    persona: Annotated[
        str,
        typer.Argument(help="A role of the stack file or an identity, such as data-scientists.", show_default=False),
    ] = "",
    action: Annotated[str, typer.Argument(help="An action, such as submit-job.", show_default=False)] = "",
    project: Annotated[str, typer.Option("--project", help="Only this project.", show_default=False)] = "",
    environment: Annotated[
        str, typer.Option("--environment", help="Only environments of this name.", show_default=False)
    ] = "",
    form: Annotated[CanForm, typer.Option("--format", "-f", help="Output format.")] = CanForm.text,
    output: Output = None,
) -> None:
    """Shows what people and identities can do, by which role assignment, and which permission is missing."""
    from amlz.app.preview import graph_of
    from amlz.core.permissions.asked import question
    from amlz.reports import permissions

    gc.disable()  # as in a preview: the SDK makes millions of objects that live to the end
    file, plan = planned(stack)
    permission_question = question(file.config, persona, action, project, environment)
    with steps(sys.stderr) as show:
        show(f"Evaluating permissions of {file.stack}")
        graph = graph_of(file, plan)
    if form is CanForm.json:
        text = permissions.as_json(file.stack, graph, permission_question)
    else:
        text = (permissions.as_markdown if form is CanForm.markdown else permissions.as_text)(
            graph, permission_question
        )
    write(text, output)
