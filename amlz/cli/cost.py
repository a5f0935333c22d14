"""`amlz cost`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.options import Against, Output, Stack, planned, refuse, write
from amlz.cli.progress import steps


class CostForm(StrEnum):
    """Forms of an estimate."""

    text = "text"
    json = "json"
    markdown = "markdown"


def cost(
    stack: Stack,
    against: Against = None,
    prices: Annotated[
        Path | None,
        typer.Option("--prices", help="A price file, or a folder of them. Default: `cost.prices` of the stack file."),
    ] = None,
    commands: Annotated[
        bool, typer.Option("--commands", help="Show the commands that fetch the prices, and nothing else.")
    ] = False,
    form: Annotated[CostForm, typer.Option("--format", "-f", help="Format of the output.")] = CostForm.text,
    output: Output = None,
) -> None:
    """Shows what a stack consumes in a month, by environment and meter, and its cost at the prices of a file."""
    refuse(
        commands and against is not None,
        "the commands are for the present files. Omit one of them",
        "--commands, --against",
    )
    refuse(
        commands and form is not CostForm.text, "commands have no other format. Omit --format", "--commands, --format"
    )
    file, plan = planned(stack)
    from amlz.app.cost import costs_at, costs_of
    from amlz.reports import cost as report

    with steps(sys.stderr) as show:
        show(f"Previewing {file.display_path}")
        after = costs_of(file, plan, prices)
        if against is not None:
            show(f"Previewing {against}")
            before = costs_at(against, file, after.prices)
    if commands:
        text = report.commands(after)
    elif form is CostForm.json:
        text = report.as_json(file.stack, after, against, before if against is not None else None)
    elif against is None:
        text = (report.as_markdown if form is CostForm.markdown else report.as_text)(file.stack, after)
    else:
        written = report.difference_markdown if form is CostForm.markdown else report.difference_text
        text = written(file.stack, against, before, after)
    write(text, output)
