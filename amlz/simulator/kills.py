"""Killing the engine while operations are under way: each once before Azure acts, and once after
it acted and before the engine has its answer.

Running operations are held, as many as the engine starts at once. When no more come, the engine is killed with all of
them in the air, so that an `up` is killed at every one of its operations without one run each.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from amlz.simulator.state_store import StateStore

#: Points of an operation at which the engine is killed: before Azure acts, and before the engine has the answer.
POINTS = ("before", "after")
#: Seconds without a further operation before the engine is killed. A slow machine only has fewer in the air at once.
QUIET = 0.4


class Kills:
    """Holds operations at the points where the engine is to be killed, and then kills it."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._last = 0.0

    def reached(self, point: str, verb: str, resource_id: str) -> None:
        """An operation has come to a point: does not return where the engine is to be killed there."""
        if self._store.deadly(point, verb, resource_id):
            self._hold()

    def _hold(self) -> NoReturn:
        with self._lock:
            first = not self._last
            self._last = time.monotonic()
        if first:
            threading.Thread(target=self._kill_when_quiet, daemon=True).start()
        while True:
            time.sleep(60)

    def _kill_when_quiet(self) -> None:
        while time.monotonic() - self._last < QUIET:
            time.sleep(QUIET / 8)
        kill_engine()


def kill_engine() -> None:
    """Kills the engine and what it started, this process last: nobody else would ever end them."""
    engine = os.getppid()
    for pid in (engine, *(item for item in _started_by(engine) if item != os.getpid()), os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _started_by(process: int) -> Iterator[int]:
    """The processes below one; none where there is no /proc, and then they are left."""
    for task in sorted(Path(f"/proc/{process}/task").glob("*/children")):
        for pid in map(int, task.read_text().split()):
            yield pid
            yield from _started_by(pid)
