"""The formats of reports, in one list: each has a line here, and a module `as_<name>.py` in this folder.

The module's `write` makes the text of a report. It is imported when it is used, so that the command line knows the
names without loading a format.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING

from amlz.reports.links import NO_LINKS, NO_ORIGIN, Links, Origin

if TYPE_CHECKING:
    from amlz.diff.difference import Difference
    from amlz.reports.preview import Preview


class Command(StrEnum):
    """Commands that write a report, and how an error names what they write."""

    preview = "a preview"
    against = "a difference"
    engine = "a difference by the engine"
    all_stacks = "a preview of all stacks"


_EVERY = tuple(Command)
_PLACED = (Command.preview, Command.against)


class Format(StrEnum):
    """A format: its name in `--format`, the ending of its files, its media type, and the commands that have it.

    `positions`: whether it names a line of the stack file for each finding.
    """

    ending: str
    media_type: str
    commands: tuple[Command, ...]
    positions: bool

    def __new__(
        cls, name: str, ending: str, media_type: str, commands: tuple[Command, ...], positions: bool = False
    ) -> Format:
        """Returns the member: its name, with the rest as attributes."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.ending, member.media_type, member.commands, member.positions = ending, media_type, commands, positions
        return member

    text = "text", "txt", "text/plain", _EVERY
    tree = "tree", "tree.txt", "text/plain", (Command.preview, Command.against)
    json = "json", "json", "application/json", _EVERY
    arm = "arm", "arm.json", "application/json", (Command.preview,)
    arm_template = "arm-template", "template.json", "application/json", (Command.preview,)
    what_if = "what-if", "what-if.json", "application/json", (Command.preview,)
    markdown = "markdown", "md", "text/markdown", _EVERY
    sarif = "sarif", "sarif", "application/sarif+json", _PLACED, True
    junit = "junit", "junit.xml", "application/xml", _PLACED, True
    mermaid = "mermaid", "mmd", "text/vnd.mermaid", _PLACED
    html = "html", "html", "text/html", _EVERY, True


@dataclass(frozen=True, slots=True)
class Report:
    """Input of a format: a preview, or a difference from another one.

    `preview` is called only by a format that shows the preview: a difference by the engine may need none. `fail_on`:
    the severity at which the exit code is 1. `links`: to the files of the revision that is shown; `origin`: its names.
    `detail`: with the properties of each resource, in a tree. `quiet`: only what needs a decision, in text.
    """

    preview: Callable[[], Preview]
    against: Difference | None = None
    fail_on: str = "error"
    links: Links = NO_LINKS
    origin: Origin = NO_ORIGIN
    detail: bool = False
    quiet: bool = False


def formats_of(command: Command) -> tuple[Format, ...]:
    """Returns the formats that a command has, in the order of the list."""
    return tuple(output_format for output_format in Format if command in output_format.commands)


def write(form: Format, report: Report) -> str:
    """Returns a report in a format."""
    text: str = import_module(f"{__package__}.as_{form.name}").write(report)
    return text
