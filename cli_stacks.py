"""`amlz stacks`, and the preview of all of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli_options import Form, FormOption, Output, Today, planned, refuse, write

if TYPE_CHECKING:
    from landingzone.stacks import StackOfFolder
    from reports.all_stacks import AllStacks
    from reports.difference import Difference
    from reports.preview import Preview

Against = Annotated[str, typer.Option("--against", help="Only those that differ from this git revision.")]


Others = Annotated[
    Path | None, typer.Option("--others", help="With --against: what a comment says of the rest, to this file.")
]


def stacks(
    against: Against = "",
    form: FormOption = Form.text,
    output: Output = None,
    today: Today = "",
    others: Others = None,
) -> None:
    """Lists the stacks of this folder in the order in which they can be built."""
    from landingzone.stacks import stacks_of
    from reports import all_stacks
    from reports.all_stacks import listing, matrix

    every = told(against, today) if against else None
    found = tuple(stack for stack, _ in every.differs) if every else stacks_of(Path.cwd())
    if others:
        write("".join(f"{line}\n" for line in all_stacks.others(every)) if every else "", others)
    write(matrix(found) if form is Form.json else listing(found), output)


def told(against: str, today: str) -> AllStacks:
    """Every stack of this folder, previewed; with a revision, its difference. Raises LandingZoneError."""
    from against import difference_to, gone_since
    from landingzone.stacks import stacks_of
    from preview import preview_stack
    from reports.all_stacks import AllStacks

    every = stacks_of(Path.cwd())
    gone = gone_since(against, Path.cwd(), {stack.path for stack in every}) if against else ()
    planned_ones = [(stack, *planned(stack.path)) for stack in every]
    found: list[tuple[StackOfFolder, Preview | Difference]] = []
    for stack, file, plan in planned_ones:
        if against:
            found.append((stack, difference_to(against, file, partial(preview_stack, file, plan, today))))
        else:
            found.append((stack, preview_stack(file, plan, today)))
    return AllStacks(against, tuple(found), gone)


def preview_all(against: str, today: str, form: str) -> tuple[str, AllStacks]:
    """The report of all stacks of this folder."""
    from reports.all_stacks import FORMS, render

    refuse(form not in FORMS, f"a preview of all stacks has the forms {', '.join(FORMS)}", "--format")
    found = told(against, today)
    return render(found, form), found
