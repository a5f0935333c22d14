"""Progress of a command that takes more than a second, on one line of a terminal; nothing elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from amlz.core.terminal import terminal


@contextmanager
def steps(stream: TextIO | None, verbose: bool = False) -> Iterator[Callable[[str], None]]:
    """Yields a function that shows the present step; the line is empty again at the end.

    `verbose`: each step stays, on a line with its seconds, and not only on a terminal.
    """
    if verbose and stream is not None:
        yield from _timed(stream)
        return
    if stream is None or not stream.isatty():
        yield lambda _: None
        return

    def show(text: str) -> None:
        stream.write(f"\r\x1b[K{terminal(text)[:79]}")
        stream.flush()

    try:
        yield show
    finally:
        stream.write("\r\x1b[K")
        stream.flush()


@contextmanager
def step(text: str) -> Iterator[None]:
    """Shows one step on a terminal while it runs."""
    with steps(sys.stderr) as show:
        show(text)
        yield


def _timed(stream: TextIO) -> Iterator[Callable[[str], None]]:
    """Yields a function that ends the step before: a line for each, with its seconds."""
    begun: list[tuple[str, float]] = []

    def end() -> None:
        for text, start in begun:
            stream.write(f"{time.monotonic() - start:6.2f} s  {terminal(text)}\n")
        begun.clear()

    def show(text: str) -> None:
        end()
        begun.append((text, time.monotonic()))

    try:
        yield show
    finally:
        end()
