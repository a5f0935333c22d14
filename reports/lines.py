"""Lines of a report for a terminal of 80 columns."""

from __future__ import annotations

import textwrap

WIDTH = 80


def wrapped(indent: str, text: str, whole: bool = True) -> str:
    """A text in lines below an indent. What is longer than a line stays whole, or is broken where it does not fit."""
    above, _, first = indent.rpartition("\n")
    wrapper = textwrap.TextWrapper(WIDTH, first, " " * len(first), break_long_words=not whole, break_on_hyphens=False)
    lines = wrapper.fill(text)
    return f"{above}\n{lines}" if above else lines
