"""Arguments and options that the verbs share, reading a stack, writing a result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from string import hexdigits
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from amlz.core.plan import LandingZonePlan
    from amlz.stackfile.load import StackFile


class AnswerForm(StrEnum):
    """Forms of a short answer."""

    text = "text"
    json = "json"


class FailOn(StrEnum):
    """Lowest severity that makes the exit code 1."""

    error = "error"
    warning = "warning"
    none = "none"


def _stack_names(incomplete: str) -> list[str]:
    """Names of the stacks of this folder, for a shell's completion."""
    names = (path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in Path.cwd().glob("Pulumi.?*.yaml"))
    return sorted(name for name in names if name.startswith(incomplete))


Stack = Annotated[
    str,
    typer.Argument(
        help="A stack's name (dev reads Pulumi.dev.yaml here), or a stack file's path.", autocompletion=_stack_names
    ),
]
StackOrAll = Annotated[
    str,
    typer.Argument(help="A stack's name or path. Omit with --all.", show_default=False, autocompletion=_stack_names),
]


def writable(path: Path | None) -> Path | None:
    """The path of a report, refused before the work where it surely cannot be written."""
    from amlz.reports.files import STANDARD_OUTPUT, check_writable

    if path is not None and str(path) not in STANDARD_OUTPUT:
        check_writable(path)
    return path


Output = Annotated[
    Path | None, typer.Option("--output", "-o", callback=writable, help="Write to this file, whole or not at all.")
]
FormOption = Annotated[AnswerForm, typer.Option("--format", "-f", help="Format of the output.")]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="Lowest severity that makes the exit code 1.")]


def _day(text: str | None) -> str | None:
    from datetime import date

    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2027-03-31") from None


Today = Annotated[
    str | None,
    typer.Option(
        "--today",
        callback=_day,
        help="The current day, as 2027-03-31. It decides which exemptions, accepted findings and allowances have "
        "expired.",
    ),
]


def revision(name: str | None) -> str | None:
    """Returns the name of a revision, None where the option is not given. Refuses an empty name."""
    if name == "":
        raise typer.BadParameter("it is empty: name a revision, such as origin/main")
    return name


Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        callback=revision,
        help="Show only the differences from this git revision to the present files, committed or not.",
        show_default=False,
    ),
]


def _address(text: str) -> str:
    """Returns the address of a folder of files, as `--source-url` takes it."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        valid = not text or (parts.scheme in ("https", "http") and bool(parts.hostname) and text.isprintable())
    except ValueError:
        valid = False
    if not valid or any(mark in text for mark in " <>#?"):
        raise typer.BadParameter(
            f"{text!r} is no address of files. Pass that of this folder at the revision that is shown, such as "
            "https://github.com/OWNER/REPOSITORY/blob/main"
        )
    return text


SourceUrl = Annotated[
    str,
    typer.Option(
        "--source-url",
        callback=_address,
        metavar="URL",
        help="Web address of this folder at this revision: Markdown and HTML reports link to lines and pages.",
        show_default=False,
    ),
]


def _commit(text: str) -> str:
    if text and not (4 <= len(text) <= 64 and all(letter in hexdigits for letter in text)):
        raise typer.BadParameter(f"{text!r} is no commit. Pass its hexadecimal id, such as 74f385f")
    return text


def _branch(text: str) -> str:
    if len(text) > 250 or not text.isprintable():
        raise typer.BadParameter("it is no name of a branch. Pass at most 250 printable characters, such as main")
    return text


Commit = Annotated[
    str,
    typer.Option("--commit", callback=_commit, help="Commit that an HTML report names.", show_default=False),
]
Branch = Annotated[
    str,
    typer.Option("--branch", callback=_branch, help="Branch that an HTML report names.", show_default=False),
]
Engine = Annotated[
    str, typer.Option("--engine", help="Show and guard the output of `pulumi preview --json` in this file, or -.")
]
Quota = Annotated[bool, typer.Option("--quota", help="Show the vCPUs that all clusters need at full scale.")]
Detail = Annotated[bool, typer.Option("--detail", help="Show the properties of each resource in a tree.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Write only the figures and what needs a decision, as text.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Write each step and its time to standard error.")]
Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="FORM=FILE", help="Also write this format, to a file.", show_default=False),
]


def other_forms(also: Sequence[str] | None, output: Path | None) -> list[tuple[str, Path | None]]:
    """Forms and files of `--also`. Refuses a file that is named twice, by `--output` or by `--also`."""
    pairs = [item.partition("=") for item in also or ()]
    refuse(not all(form and path for form, _, path in pairs), "it is FORM=FILE, such as sarif=dev.sarif", "--also")
    files = [(form, writable(Path(path))) for form, _, path in pairs]
    real = [file.resolve() for file in (output, *(file for _, file in files)) if file and not file.is_char_device()]
    twice = next((file.name for file in real if real.count(file) > 1), "")
    refuse(bool(twice), f"two formats would be written to {twice}. Name another file for each", "--output, --also")
    return files


def refuse(when: bool, why: str, hint: str) -> None:
    """Ends with exit code 2 where options do not go together. `hint`: which."""
    if when:
        raise typer.BadParameter(why, param_hint=hint)


def refuse_together(stack: str, every: bool, given: Mapping[str, object]) -> None:
    """Refuses what does not go together in `amlz preview`, before any work. `given`: values of options by name."""
    if every:
        refuse(bool(stack), f"--all previews every stack of this folder. Omit {stack}, or omit --all", "--all")
        for option in ("--engine", "--also", "--detail", "--quiet", "--verbose"):
            refuse(bool(given[option]), "it is for one stack. Name the stack, and omit --all", option)
    refuse(not stack and not every, "no stack is named. Name one (`amlz stacks` lists them), or use --all", "STACK")
    forms = {given["--format"], *(text.partition("=")[0] for text in _texts(given["--also"]))}
    linked_forms = {"html", "markdown"}
    for option, linking in (("--all", linked_forms), ("--against", linked_forms), ("--engine", {"html"})):
        linked = bool(given["--source-url"] and (every if option == "--all" else given[option]) and not linking & forms)
        why = f"these reports have no links. Omit --source-url, or omit {option}"
        refuse(linked, why, "--source-url")
    for option in ("--commit", "--branch"):
        unnamed = bool(given[option]) and "html" not in forms
        refuse(unnamed, f"only an HTML report names it. Add html to the formats, or omit {option}", option)
    no_text = bool(given["--quiet"]) and "text" not in forms
    refuse(no_text, "other forms have everything. Add --format text, or omit --quiet", "--quiet")
    no_tree = bool(given["--detail"]) and "tree" not in forms
    refuse(no_tree, "only a tree shows properties. Add --format tree, or omit --detail", "--detail")
    if given["--against"] or given["--engine"]:
        both = bool(given["--against"] and given["--engine"])
        refuse(both, "each selects another difference. Run the command once with each", "--against, --engine")
        compared = "--against" if given["--against"] else "--engine"
        refuse(bool(given["--quota"]), f"a difference shows no quota. Omit --quota, or omit {compared}", "--quota")


def _texts(given: object) -> list[str]:
    return [str(text) for text in given] if isinstance(given, list) else []


def version() -> str:
    """Returns the version of `amlz`."""
    from importlib.metadata import version as of_package

    return of_package("aml-landing-zone")


def planned(stack: str) -> tuple[StackFile, LandingZonePlan]:
    """A stack file and its plan, with the line of each problem."""
    from amlz.app.package import check_folder
    from amlz.stackfile.checked import checked

    result = checked(stack)
    check_folder(result[0].path)
    return result


def shown(text: str) -> str:
    """An error as a terminal shows it: without the secrets that git, the engine or the program may have put into it."""
    import os

    from amlz.azure.credentials import of_environment
    from amlz.azure.secrets import Hider
    from amlz.core.terminal import terminal

    return terminal(Hider(of_environment(os.environ, _plain_texts())).text(text))


def _plain_texts() -> Iterator[str]:
    """Texts that are no secret: the current folder, and the stack files that this run may be about."""
    import sys

    yield str(Path.cwd())
    named = (Path(argument) for argument in sys.argv[1:] if argument.endswith((".yaml", ".yml")))
    for path in (*named, *Path.cwd().glob("Pulumi.*.yaml")):
        with suppress(OSError, ValueError):
            if path.is_file() and path.stat().st_size <= _LARGEST:
                yield path.read_text(encoding="utf-8", errors="replace")


#: Bytes of a stack file that is looked through for plain text.
_LARGEST = 2**20


def write(text: str, output: Path | None) -> None:
    """To standard output, in colours where a terminal shows them; or to a file, whole or not at all."""
    import sys

    from amlz.cli.colour import coloured, painted
    from amlz.reports.files import STANDARD_OUTPUT, write_out, write_whole
    from amlz.reports.styled import StyledText

    if output is not None and str(output) not in STANDARD_OUTPUT:
        write_whole(output, text)
    elif isinstance(text, StyledText) and coloured(sys.stdout):
        write_out(painted(text), escape=str)
    else:
        write_out(text)
