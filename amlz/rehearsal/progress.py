"""The present step, shown on one line of a terminal; nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def shown(stream: TextIO) -> Iterator[Callable[[str], None]]:
    """Yields a function that shows a step; the line is empty again at the end."""
    if not stream.isatty():
        yield lambda _: None
        return

    def told(text: str) -> None:
        stream.write(f"\r\x1b[K{text[:79]}")
        stream.flush()

    try:
        yield told
    finally:
        stream.write("\r\x1b[K")
        stream.flush()
