"""Work for tests of processes: each item is done in another way."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path


def done(items: Iterator[str]) -> Iterator[tuple[str, int]]:
    """Yields each item with the process that did it. `wait`, `kill`, `exit` and `fail` do so."""
    for item in items:
        if item == "wait":
            time.sleep(0.5)
        elif item == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif item == "exit":
            os._exit(3)
        elif item == "fail":
            raise ValueError("a defect")
        yield item, os.getpid()


def noted(items: Iterator[str]) -> Iterator[str]:
    """Writes its process to each file that it is given, and goes on until there is another one that ends in `.stop`."""
    for item in items:
        path = Path(item)
        try:
            path.write_text(str(os.getpid()), encoding="utf-8")
            while not path.with_suffix(".stop").exists():
                time.sleep(0.05)
        finally:
            path.with_suffix(".end").touch()
        yield item
