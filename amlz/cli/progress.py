"""Progress of a command that takes more than a second, on one line of a terminal; nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from amlz.core.terminal import terminal


@contextmanager
def steps(stream: TextIO | None) -> Iterator[Callable[[str], None]]:
    """Yields a function that shows the present step; the line is empty again at the end."""
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
