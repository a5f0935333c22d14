"""Colours of a text report on a terminal. A pipe, a file and a log get the same text without them."""

from __future__ import annotations

import os
from typing import Final, TextIO

import typer

from amlz.core.terminal import terminal
from amlz.reports.styled import HEADING, StyledText

#: Colour of a style: severities, effects of policies, changes of a tree, results of `amlz doctor`.
_COLOURS: Final = {
    "error": "red",
    "deny": "red",
    "deny-action": "red",
    "invalid": "red",
    "missing": "red",
    "warning": "yellow",
    "audit": "yellow",
    "audit-if-not-exists": "yellow",
    "undecided": "yellow",
    "not evaluated": "yellow",
    "advised": "yellow",
    "note": "cyan",
    "modify": "cyan",
    "append": "cyan",
    "deploy-if-not-exists": "cyan",
    "+": "green",
    "~": "yellow",
    "-": "red",
    "±": "magenta",
}
_SIGNS: Final = frozenset("+~-±")


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


def painted(text: StyledText) -> str:
    """A text with colours, of which nothing else acts on the terminal."""
    return "".join(_piece(terminal(part), style) for part, style in text.pieces())


def _piece(text: str, style: str | None) -> str:
    if style == HEADING:
        return typer.style(text, bold=True)
    colour = _COLOURS.get(style or "")
    return typer.style(text, fg=colour, bold=style not in _SIGNS or None) if colour else text
