"""`amlz preview`."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from amlz.cli import stacks
from amlz.cli.options import (
    Against,
    Also,
    FailOn,
    FailOnOption,
    Output,
    SourceUrl,
    StackOrAll,
    Today,
    other_forms,
    planned,
    refuse,
    refuse_together,
    write,
)
from amlz.cli.progress import steps
from amlz.reports.formats.registry import Command, Format, Report, formats_of
from amlz.reports.formats.registry import write as written
from amlz.reports.links import Links


def preview(
    stack: StackOrAll = "",
    form: Annotated[Format, typer.Option("--format", "-f", help="Format of the output.")] = Format.text,
    output: Output = None,
    fail_on: FailOnOption = FailOn.error,
    today: Today = "",
    quota: Annotated[bool, typer.Option("--quota", help="Show the vCPUs that it takes at full scale.")] = False,
    against: Against = None,
    engine: Annotated[
        str,
        typer.Option("--engine", help="Show and guard the output of `pulumi preview --json` in this file, or -."),
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Show every stack of this folder instead.")] = False,
    also: Also = None,
    source_url: SourceUrl = "",
) -> None:
    """Shows what a stack would build, without a cloud."""
    # The SDK makes millions of objects that live to the end. Looking for garbage among them takes more than half of the
    # time of registering, and finds next to nothing; this process ends with its answer.
    gc.disable()
    refuse_together(
        stack,
        every,
        {"--engine": engine, "--also": also, "--against": against, "--quota": quota, "--source-url": source_url},
    )
    if every:
        raise typer.Exit(stacks.preview_all(against or "", today, form, fail_on.value, output, quota))
    from amlz.app.preview import preview_stack

    file, plan = planned(stack)
    asked = [(form.value, output), *other_forms(also, output)]
    command = Command.against if against else Command.engine if engine else Command.preview
    forms = _forms(asked, command, "--also" if command is Command.preview else "--format, --also")
    seen = cache(lambda: replace(preview_stack(file, plan, today), quota=quota))
    with steps(sys.stderr) as show:
        show(f"Comparing {file.stack} with {against}" if against else f"Previewing {file.stack}")
        if against or engine:
            from amlz.app.compare import difference_by, difference_to

            difference = (
                difference_to(against, file, seen, today) if against else difference_by(engine, file, seen, today)
            )
            report, fails = Report(seen, difference, fail_on.value), difference.fails(fail_on.value)
        else:
            report, fails = Report(seen, fail_on=fail_on.value, links=Links(source_url)), seen().fails(fail_on.value)
        texts = [written(each, report) for each in forms]
    # Files first: where one cannot be written, nothing is shown.
    for each, text, (_, path) in sorted(zip(forms, texts, asked, strict=True), key=lambda row: row[2][1] is None):
        write(text, path, colours=each is Format.text)
    raise typer.Exit(int(fails))


def _forms(asked: list[tuple[str, Path | None]], command: Command, options: str) -> list[Format]:
    """Returns the formats of `--format` and `--also`. Ends with exit code 2 where the command has not all of them."""
    known = {each.value: each for each in formats_of(command)}
    wrong = [name for name, _ in asked if name not in known]
    refuse(bool(wrong), f"{command} has the forms {', '.join(known)}", options)
    return [known[name] for name, _ in asked]
