"""`amlz diff`."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from typing import Annotated

import typer

from amlz.cli.formats import formats_named
from amlz.cli.options import FailOn, FailOnOption, Output, Stack, Today, planned, write
from amlz.cli.progress import steps
from amlz.reports.formats.registry import Command, Format, Report
from amlz.reports.formats.registry import write as written


def diff(
    old: Stack,
    new: Stack,
    form: Annotated[Format, typer.Option("--format", "-f", help="Format of the output.")] = Format.text,
    output: Output = None,
    fail_on: FailOnOption = FailOn.error,
    today: Today = None,
) -> None:
    """Shows what changes in Azure if the second stack file replaces the first one."""
    gc.disable()  # as in `amlz preview`
    formats_named([form], Command.against)
    old_file, old_plan = planned(old)
    new_file, new_plan = planned(new)
    from amlz.app.compare import difference_between
    from amlz.app.preview import preview_stack

    with steps(sys.stderr) as show:
        show(f"Previewing {old_file.display_path}")
        before = preview_stack(replace(old_file, stack=new_file.stack), old_plan, today)
        show(f"Previewing {new_file.display_path}")
        after = preview_stack(new_file, new_plan, today)
        difference = difference_between(old_file.display_path, before, after, today)
        text = written(form, Report(lambda: after, difference, fail_on.value))
    write(text, output)
    raise typer.Exit(int(difference.fails(fail_on.value)))
