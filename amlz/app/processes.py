"""Work on many items in parallel processes, each of which begins the next item when it is done with one."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Generic, NoReturn, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Signals that a terminal sends to all processes: the first one ends the others.
_OF_THE_TERMINAL = {signal.SIGINT, signal.SIGHUP}
#: Seconds in which a process that is stopped removes what it has not written whole.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Ended(Generic[Item]):
    """An item whose process ended before its result. `how`: as a sentence has it."""

    item: Item
    how: str


@dataclass(frozen=True, slots=True)
class _Defect:
    """An exception that the work raised, with its traceback."""

    text: str


class _Worker(Generic[Item, Result]):
    """A process, and the item that it works on."""

    def __init__(self, do: Callable[[Iterator[Item]], Iterator[Result]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_work, args=(do, theirs), daemon=True)
        self.item: Item | None = None
        with _signals_blocked():
            self.process.start()
        theirs.close()

    def begin(self, item: Item) -> None:
        self.item = item
        try:
            self.connection.send(item)
        except OSError:
            return  # it has ended: `result` returns that

    def result(self) -> Result | Ended[Item]:
        """Returns what the process has answered. Raises RuntimeError for a defect."""
        item, self.item = self.item, None
        assert item is not None
        try:
            answer = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            code = self.process.exitcode or 0
            how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            return Ended(item, how)
        if isinstance(answer, _Defect):
            raise RuntimeError(answer.text)
        result: Result = answer
        return result


def in_processes(
    items: Sequence[Item],
    do: Callable[[Iterator[Item]], Iterator[Result]],
    number: int,
    begun: Callable[[Item], None],
) -> Generator[Result | Ended[Item], None, None]:
    """Yields the results in the order of the items, each as soon as those before it are there.

    `do` gives one result for each item. It is sent to each process, as items and results are. No process outlives this
    one, also where it is killed: then each ends with its item.
    """
    waiting = deque(range(len(items)))
    workers: dict[Connection, _Worker[Item, Result]] = {}
    places: dict[Connection, int] = {}
    done: dict[int, Result | Ended[Item]] = {}

    def begin_next(worker: _Worker[Item, Result]) -> None:
        if waiting:
            place = places[worker.connection] = waiting.popleft()
            begun(items[place])
            worker.begin(items[place])

    def start() -> None:
        worker = _Worker(do)
        workers[worker.connection] = worker
        begin_next(worker)

    try:
        for _ in range(min(number, len(items))):
            start()
        for place in range(len(items)):
            while place not in done:
                for connection in wait(list(places)):
                    assert isinstance(connection, Connection)
                    worker = workers[connection]
                    result = done[places.pop(connection)] = worker.result()
                    if isinstance(result, Ended):
                        del workers[connection]
                        start()
                    else:
                        begin_next(worker)
            yield done.pop(place)
    finally:
        _end([worker.process for worker in workers.values()])


def _work(do: Callable[[Iterator[Item]], Iterator[Result]], connection: Connection) -> None:
    """The life of a process: items come until the first process has no more, or has ended."""
    signal.signal(signal.SIGTERM, _stop)
    gc.disable()
    try:
        for result in do(_received(connection)):
            connection.send(result)
    except OSError:
        return  # the first process has ended
    except Exception:
        connection.send(_Defect(traceback.format_exc()))


def _received(connection: Connection) -> Iterator[Item]:
    while True:
        try:
            yield connection.recv()
        except EOFError:
            return


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """A process that is started within this never receives the signals of the terminal."""
    resource_tracker.ensure_running()  # which starts a process too, and unblocks signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_THE_TERMINAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()
