"""Ctrl-C and SIGTERM while `amlz` starts: one sentence, no traceback."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT

#: Sends a signal to itself when a module is looked for, and then runs amlz.
PROGRAM = """
import os, sys
number, at = int(sys.argv.pop(1)), sys.argv.pop(1)
class Finder:
    @staticmethod
    def find_spec(name, *_):
        if name == at:
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Finder)
from amlz.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["amlz.cli.main", "typer", "amlz.cli.verbs", "amlz.core.problems"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_during_imports_is_one_sentence(number: signal.Signals, module: str) -> None:
    """And the process ends by the signal, as a shell expects."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(int(number)), module, "check", "dev"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
        # A test run in the background ignores Ctrl-C, and its children would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip

    assert (ran.returncode, ran.stdout) == (-number, "")
    assert ran.stderr == f"Stopped by {number.name} before it was done.\n"
