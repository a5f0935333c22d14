"""Help of the command line: verbs by task, an example of each, and the options that every verb has."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from amlz.cli.colour import forbid
from amlz.cli.verbs import EXAMPLES, SECTIONS, name_of

#: Characters of a verb's sentence in the list of verbs, which breaks it into lines.
_LONGEST = 200


class SectionedGroup(TyperGroup):
    """The root command. Its help lists the verbs by the sections of SECTIONS, each in the order of the table."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        """Returns the names of all verbs in the order of SECTIONS."""
        return [name_of(verb) for verbs in SECTIONS.values() for verb in verbs]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Writes a heading for each section, with its verbs below it."""
        names = self.list_commands(ctx)
        widest = max(map(len, names))
        for title, verbs in SECTIONS.items():
            with formatter.section(title):
                commands = [(name, self.commands[name]) for name in map(name_of, verbs)]
                rows = [(name.ljust(widest), command.get_short_help_str(_LONGEST)) for name, command in commands]
                formatter.write_dl(rows)


def complete(command: Any, name: str = "") -> Any:
    """Adds its example and the common options to a command, and to every command below it. Returns the command."""
    for below, child in getattr(command, "commands", {}).items():
        complete(child, f"{name} {below}".strip())
    if isinstance(command, TyperCommand):
        for item in command.params:
            if isinstance(item, TyperArgument) and not item.metavar and item.nargs == 1:
                item.metavar = None if item.type_descriptor.is_choice else str(item.name).upper()
        command.params += _common_options()
    if name in EXAMPLES:
        command.epilog = f"Example: {EXAMPLES[name]}"
    return command


def _common(
    no_color: Annotated[
        bool,
        typer.Option(
            "--no-color", callback=forbid, is_eager=True, help="Write no colours. The variable NO_COLOR does the same."
        ),
    ] = False,
) -> None:
    """Options of every verb, as typer reads them."""


@cache
def _common_options() -> list[Any]:
    """Returns the options of every verb, which share them. Their callbacks act: verbs do not receive their values."""
    source = typer.Typer(add_completion=False)
    source.command()(_common)
    options = [option for option in typer.main.get_command(source).params if option.name != "help"]
    for option in options:
        option.expose_value = False
    return options
