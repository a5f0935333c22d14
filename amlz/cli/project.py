"""The verbs of `amlz project`. No logic, as in cli.py."""

from __future__ import annotations

from typing import Annotated

import typer

from amlz.cli.options import AnswerForm, FormOption, Output, Stack, planned, write
from amlz.cli.progress import step

app = typer.Typer(
    name="project",
    help="Add and remove projects. Edits the stack file; comments and the ranges of all other projects are kept.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="The project's name.")]


def _named(text: str, option: str) -> dict[str, str]:
    """`research`, or `dev=research,prod=operations`: by environment, "" for any other."""
    result: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        key, sentence = (name.strip(), value.strip()) if equals else ("", part)
        if key in result or not sentence:
            raise typer.BadParameter(f"{text!r}: write one value, or one for each environment", param_hint=option)
        result[key] = sentence
    return result


@app.command()
def add(
    stack: Stack,
    name: Name,
    environments: Annotated[
        str, typer.Option(help="Such as dev,staging,prod. Without it, those of --like, or else dev.")
    ] = "",
    like: Annotated[str, typer.Option(help="Copy the settings of this project's environments.")] = "",
    size_of: Annotated[
        int,
        typer.Option(min=0, max=5000, help="Size each network for this many nodes, more than its clusters need now."),
    ] = 0,
    network: Annotated[
        str, typer.Option(help="auto: the first free range that fits. Or a range, or dev=RANGE,prod=RANGE.")
    ] = "auto",
    spoke: Annotated[str, typer.Option(help="A spoke, or dev=SPOKE,prod=SPOKE, where there are several.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show everything, write nothing.")] = False,
    form: FormOption = AnswerForm.text,
    output: Output = None,
) -> None:
    """Adds a project to a stack file, with free address ranges, and shows what it would build."""
    from amlz.app.projects import ProjectTarget
    from amlz.app.projects import add as added
    from amlz.reports import project as report
    from amlz.stackfile.selfservice import ProjectRequest

    networks = {} if network == "auto" else _named(network, "--network")
    if networks and size_of:
        raise typer.BadParameter(
            "a range that is given has its own size; leave one of the two out", param_hint="--size-of"
        )
    wanted = tuple(part.strip() for part in environments.split(",") if part.strip())
    request = ProjectRequest(name, wanted, like or None, _named(spoke, "--spoke"), networks, size_of)
    target = ProjectTarget(*planned(stack), write=not dry_run)
    with step(f"Previewing {target.file.stack} before and after"):
        change = added(target, request)
    write((report.added_json if form is AnswerForm.json else report.added_text)(change), output)


@app.command()
def remove(
    stack: Stack,
    name: Name,
    environment: Annotated[str, typer.Option(help="Only this environment of it.")] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Write. Without it, only report the data that would be lost.")
    ] = False,
    form: FormOption = AnswerForm.text,
    output: Output = None,
) -> None:
    """Reports the data that a project's removal would lose; with --yes, removes it from the stack file."""
    from amlz.app.projects import ProjectTarget
    from amlz.app.projects import remove as removed
    from amlz.reports import project as report

    target = ProjectTarget(*planned(stack), write=yes)
    with step(f"Previewing {target.file.stack} before and after"):
        change = removed(target, name, environment)
    write((report.removed_json if form is AnswerForm.json else report.removed_text)(change), output)
    raise typer.Exit(int(not change.written))
