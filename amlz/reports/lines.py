"""Lines of a report for a terminal of 80 columns."""

from __future__ import annotations

import re
import textwrap

WIDTH = 80
#: A key of a stack file with those above it, as texts name it: it may be broken after a dot.
_DOTTED = re.compile(r"`?[A-Za-z][\w\[\]{}-]*(\.[\w\[\]{}-]+)+`?[.,;:)]?")


def wrapped(indent: str, text: str, whole: bool = True) -> str:
    """A text in lines below an indent.

    A dotted key that is longer than a line is broken after a dot. Any other word that is longer than a line stays
    whole, or with `whole=False` is broken where it does not fit.
    """
    above, _, first = indent.rpartition("\n")
    wrapper = textwrap.TextWrapper(WIDTH, first, " " * len(first), break_long_words=not whole, break_on_hyphens=False)
    lines = wrapper.fill(" ".join(_fitting(word, WIDTH - len(first)) for word in text.split(" ")))
    if not above:
        return lines
    heading = above.lstrip(" ")
    return f"{wrapped(above.removesuffix(heading), heading, whole)}\n{lines}"


def _fitting(word: str, room: int) -> str:
    """A dotted key with spaces at the dots after which it has to be broken; any other word as it is."""
    if len(word) <= room or not _DOTTED.fullmatch(word):
        return word
    end = word.rfind(".", 0, room) + 1
    return f"{word[:end]} {_fitting(word[end:], room)}" if end else word
