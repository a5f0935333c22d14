"""Work in parallel processes: results in order, lost processes replaced, none left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from amlz.app.processes import Ended, in_processes
from tests.app.process_work import done
from tests.conftest import ROOT

#: Works on files in two processes.
FOREVER = """
import sys
from amlz.app.processes import in_processes
from amlz.cli import signals
from tests.app.process_work import noted
if __name__ == "__main__":
    with signals.heeded():
        list(in_processes(sys.argv[1:], noted, 2, lambda item: None))
"""


def test_results_come_in_the_order_of_the_items_from_several_processes() -> None:
    """An item that takes long is done in parallel with others; each item is begun once."""
    items = ["wait", "a", "b", "c", "d"]
    begun: list[str] = []

    results = list(in_processes(items, done, 2, begun.append))

    assert [result[0] for result in results if not isinstance(result, Ended)] == items == begun
    assert len({result[1] for result in results if not isinstance(result, Ended)}) == 2
    assert multiprocessing.active_children() == []


def test_a_process_that_is_killed_costs_its_item_alone() -> None:
    """Another process goes on with the rest."""
    results = list(in_processes(["kill", "a", "exit", "b"], done, 1, lambda _: None))

    assert results[0] == Ended("kill", "signal SIGKILL")
    assert results[2] == Ended("exit", "exit code 3")
    assert [result[0] for result in results if not isinstance(result, Ended)] == ["a", "b"]


def test_a_defect_is_raised_with_its_traceback() -> None:
    """It is none of the input, so nothing goes on."""
    with pytest.raises(RuntimeError, match=r"process_work\.py(?s:.)*ValueError: a defect"):
        list(in_processes(["a", "fail", "b"], done, 1, lambda _: None))

    assert multiprocessing.active_children() == []


def test_no_process_stays_when_the_rest_is_not_wanted() -> None:
    """Nor where there is nothing to do."""
    with closing(in_processes(["a"] * 9, done, 3, lambda _: None)) as results:
        next(results)

    assert multiprocessing.active_children() == []
    assert list(in_processes([], done, 3, lambda _: None)) == []


def _alive(number: int) -> bool:
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(") ")[2][0] != "Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_ends_all_processes_after_their_cleanup_with_one_sentence(number: int, tmp_path: Path) -> None:
    """Ctrl-C goes to every process of a terminal: only the first one answers."""
    process, workers, paths = _started(tmp_path)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, errors = process.communicate(timeout=30)

    assert errors == f"Stopped by {signal.Signals(number).name} before it was done.\n"
    assert process.returncode == -number
    assert not any(_alive(worker) for worker in workers)
    assert all(path.with_suffix(".end").exists() for path in paths)


def test_no_process_outlives_the_first_one_when_it_is_killed(tmp_path: Path) -> None:
    """Each ends with its item."""
    process, workers, paths = _started(tmp_path)
    process.kill()
    process.wait(timeout=30)
    for path in paths:
        path.with_suffix(".stop").touch()
    until = time.monotonic() + 20
    while any(_alive(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.05)

    assert not any(_alive(worker) for worker in workers)


def _started(folder: Path) -> tuple[subprocess.Popen[str], list[int], list[Path]]:
    """Returns a process that works on two files in two processes until it is stopped."""
    script = folder / "forever.py"
    script.write_text(FOREVER, encoding="utf-8")
    paths = [folder / name for name in ("one", "two")]
    process = subprocess.Popen(
        [sys.executable, str(script), *map(str, paths)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A test run in the background ignores Ctrl-C, and its children would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 60
    while not all(path.exists() and path.read_text(encoding="utf-8") for path in paths):
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.05)
    return process, [int(path.read_text(encoding="utf-8")) for path in paths], paths
