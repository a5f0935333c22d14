"""`amlz` in the process of the tests: for answers, not for what belongs to a process, such as its streams."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from amlz.app import preview
from amlz.cli import main as cli
from tests.conftest import ROOT, SAMPLES, registered_once


class TerminalStream(io.TextIOWrapper):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Returns True."""
        return True


def amlz_here(
    *arguments: str, folder: Path | None = None, given: str = "", terminal: bool = False
) -> subprocess.CompletedProcess[str]:
    """Returns what a process of `amlz` would write, and its exit code. Options: as in test_command_line.amlz.

    `terminal`: standard error is one.
    """
    named = {"dev", "prod", "develop"}.intersection(arguments)
    where = folder or (SAMPLES if named else ROOT)
    once = mock.patch.object(preview, "register", registered_once)
    with once, _environment(), contextlib.chdir(where), mock.patch.object(sys, "argv", ["amlz", *arguments]):
        texts = {"stdin": given, "stdout": "", "stderr": ""}
        buffers = {name: io.BytesIO(text.encode()) for name, text in texts.items()}
        streams: dict[str, io.TextIOWrapper] = {
            name: (TerminalStream if terminal and name == "stderr" else io.TextIOWrapper)(buffer, encoding="utf-8")
            for name, buffer in buffers.items()
        }
        with contextlib.ExitStack() as replaced:
            for name, stream in streams.items():
                replaced.enter_context(mock.patch.object(sys, name, stream))
            code = _code()
    out, err = (_written(streams[name], buffers[name]) for name in ("stdout", "stderr"))
    return subprocess.CompletedProcess(["amlz", *arguments], code, out, err)


def _code() -> int:
    """Returns the exit code of the command line that is in sys.argv."""
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        gc.enable()  # a preview switches it off: its process ends with its answer
    return 0


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Leaves nothing of the caller's environment, as test_command_line.amlz does."""
    given = {"PATH": os.environ["PATH"], "LANG": "C", "COLUMNS": "80"}
    with mock.patch.dict(os.environ, given, clear=True):
        yield


def _written(stream: io.TextIOWrapper, buffer: io.BytesIO) -> str:
    stream.flush()
    return buffer.getvalue().decode()
