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
from amlz.cli.formats import formats_named
from amlz.cli.options import (
    Against,
    Also,
    Branch,
    Commit,
    Detail,
    Engine,
    FailOn,
    FailOnOption,
    Output,
    Quiet,
    Quota,
    SourceUrl,
    StackOrAll,
    Today,
    Verbose,
    other_forms,
    planned,
    refuse_together,
    version,
    write,
)
from amlz.cli.progress import steps
from amlz.paths import PACKAGED
from amlz.reports.formats.registry import Command, Format, Report
from amlz.reports.formats.registry import write as written
from amlz.reports.links import Links, Origin


def preview(
    stack: StackOrAll = "",
    form: Annotated[Format, typer.Option("--format", "-f", help="Format of the output.")] = Format.text,
    output: Output = None,
    fail_on: FailOnOption = FailOn.error,
    today: Today = None,
    quota: Quota = False,
    against: Against = None,
    engine: Engine = "",
    detail: Detail = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    every: Annotated[bool, typer.Option("--all", help="Show every stack of this folder instead.")] = False,
    also: Also = None,
    source_url: SourceUrl = "",
    commit: Commit = "",
    branch: Branch = "",
) -> None:
    """Shows what a stack would build, without a cloud."""
    # The SDK makes millions of objects that live to the end: searching them for garbage would double the time.
    gc.disable()
    given = {"--format": form.value, "--also": also, "--engine": engine, "--against": against, "--quota": quota}
    given |= {"--detail": detail, "--quiet": quiet, "--verbose": verbose}
    given |= {"--source-url": source_url, "--commit": commit, "--branch": branch}
    refuse_together(stack, every, given)
    links = Links(source_url or None, has_docs=not PACKAGED)
    origin = Origin(commit or None, branch or None, version())
    if every:
        show_as = stacks.Shown(form, fail_on.value, quota, links, origin)
        raise typer.Exit(stacks.preview_all(against or "", today, show_as, output))
    from amlz.app.preview import preview_stack

    file, plan = planned(stack)
    paths = [(form.value, output), *other_forms(also, output)]
    command = Command.against if against else Command.engine if engine else Command.preview
    forms = formats_named(
        (name for name, _ in paths), command, "--also" if command is Command.preview else "--format, --also"
    )
    previewed = cache(lambda: replace(preview_stack(file, plan, today), quota=quota))
    with steps(sys.stderr, verbose) as show:
        show(f"Comparing {file.stack} with {against}" if against else f"Previewing {file.stack}")
        difference = None
        if against or engine:
            from amlz.app.compare import difference_by, difference_to

            compare = difference_to if against else difference_by
            difference = compare(against or engine, file, previewed, today)
        fails = (difference or previewed()).fails(fail_on.value)
        show(f"Writing {', '.join(forms)}")
        report = Report(previewed, difference, fail_on.value, links, origin, detail, quiet)
        texts = [written(output_format, report) for output_format in forms]
    _write_all(texts, paths)
    raise typer.Exit(int(fails))


def _write_all(texts: list[str], paths: list[tuple[str, Path | None]]) -> None:
    """Writes each report, files first: where one cannot be written, nothing is shown."""
    for text, (_, path) in sorted(zip(texts, paths, strict=True), key=lambda row: row[1][1] is None):
        write(text, path)
