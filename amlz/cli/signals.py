"""Signals: Ctrl-C, SIGTERM and SIGHUP end `amlz` after its cleanup, with one sentence."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stopped(SystemExit):
    """Raised at the current position of the program when a signal arrives. A SystemExit, which nobody takes for an
    error to be handled.
    """

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number


@contextmanager
def heeded() -> Iterator[None]:
    """Within this a signal raises Stopped, once. A signal that the caller ignores (`nohup`) stays ignored."""
    before = {item: signal.getsignal(item) for item in SIGNALS}
    ours = [item for item, handler in before.items() if handler not in (None, signal.SIG_IGN)]
    for item in ours:
        signal.signal(item, _stop)
    try:
        yield
    except Stopped as stopped:
        _end(stopped)
    finally:
        for item in ours:
            signal.signal(item, before[item])


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    for item in SIGNALS:
        signal.signal(item, signal.SIG_IGN)  # putting away is not to be stopped in turn
    raise Stopped(number)


def _end(stopped: Stopped) -> NoReturn:
    """Reports the signal and ends this process by it, as its sender expects: a shell reads 128 and its number.

    At once: what still runs in other threads is not waited for.
    """
    name = signal.Signals(stopped.number).name
    sys.stderr.write(f"Stopped by {name} before it was done.\n")
    sys.stderr.flush()
    signal.signal(stopped.number, signal.SIG_DFL)
    os.kill(os.getpid(), stopped.number)
    os._exit(128 + stopped.number)  # where the signal cannot end it: the first process of a container
