"""Colours of a text report on a terminal. A pipe, a file and a log get the same text without them."""

from __future__ import annotations

import os
import re
from typing import Final, TextIO

import typer

#: Colour of a line by its first word: severities, and effects of policies.
_BY_WORD: Final = {
    "error": "red",
    "deny": "red",
    "deny-action": "red",
    "invalid": "red",
    "warning": "yellow",
    "audit": "yellow",
    "audit-if-not-exists": "yellow",
    "undecided": "yellow",
    "not evaluated": "yellow",
    "note": "cyan",
    "modify": "cyan",
    "append": "cyan",
    "deploy-if-not-exists": "cyan",
}
#: Colour of a resource in a tree by its sign.
_BY_SIGN: Final = {"+": "green", "~": "yellow", "-": "red", "±": "magenta"}
_SIGN = re.compile(r"( *)([+~±-])( .*)")
_FIRST_WORD = re.compile(r"( *)([a-z][a-z-]*(?=  |$)|not evaluated(?= ))(.*)")


def forbid(asked: bool) -> None:
    """Writes no colours in this run, if `asked`: the callback of `--no-color`. Programs that it starts do the same."""
    if asked:
        os.environ["NO_COLOR"] = "1"


def coloured(stream: TextIO | None) -> bool:
    """Returns whether colours may be written to a stream: to a terminal that shows them, unless the user forbids it.

    NO_COLOR counts if it is not empty: https://no-color.org
    """
    if stream is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def painted(text: str) -> str:
    """A text report with colours: the first line and headings bold, findings and policy effects by severity."""
    return "".join(_line(line, first=index == 0) for index, line in enumerate(text.splitlines(keepends=True)))


def painted_tree(text: str) -> str:
    """A tree of resources with colours: the first line bold, resources by their sign."""
    first, *lines = text.splitlines(keepends=True)
    return "".join([_line(first, first=True), *map(_signed, lines)])


def _signed(line: str) -> str:
    text = line.rstrip("\n")
    sign = _SIGN.match(text)
    if sign is None:
        return line
    return f"{sign[1]}{typer.style(sign[2] + sign[3], fg=_BY_SIGN[sign[2]])}{line[len(text) :]}"


def _line(line: str, first: bool) -> str:
    text = line.rstrip("\n")
    end = line[len(text) :]
    word = _FIRST_WORD.match(text)
    if word and word[2] in _BY_WORD:
        return f"{word[1]}{typer.style(word[2], fg=_BY_WORD[word[2]], bold=True)}{word[3]}{end}"
    if first or (text and not text.startswith(" ") and not text.endswith(".")):
        return f"{typer.style(text, bold=True)}{end}"
    return line
