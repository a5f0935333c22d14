"""The pack as a separate process: how Pulumi starts it, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from google.protobuf import empty_pb2

from amlz.integrations.policy_pack.server import PACK
from tests.conftest import ROOT
from tests.integrations.policy_pack.common import talking_to, violations_of_pack
from tests.integrations.policy_pack.test_pack import REFUSED, small

FOLDER = ROOT / "amlz" / "integrations" / "policy_pack"
#: As the Python host starts a folder, and as the engine starts a file (pkg/resource/plugin/analyzer_plugin.go).
STARTS = {"folder": [sys.executable, str(FOLDER)], "program": [str(FOLDER / "pack")]}


@contextmanager
def process(command: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The pack, started from somewhere else; ended in the end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "AMLZ_PYTHON": sys.executable, "PYTHONDONTWRITEBYTECODE": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = subprocess.Popen([*command, "127.0.0.1:1"], cwd=folder, env=environment, **pipes)  # type: ignore[call-overload]
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize("start", STARTS)
def test_it_writes_its_port_answers_there_and_ends_in_silence(start: str, tmp_path: Path) -> None:
    """Started in another folder, as Pulumi does; the engine ends it with an interrupt."""
    run = small(tmp_path)
    with process(STARTS[start], tmp_path) as running:
        assert running.stdout is not None
        with talking_to(int(running.stdout.readline())) as pack:
            name = pack.GetAnalyzerInfo(empty_pb2.Empty()).name  # type: ignore[attr-defined]
            pairs = violations_of_pack(run, pack)
        running.send_signal(signal.SIGINT)
        rest = running.communicate(timeout=180)

    assert (name, pairs, rest, running.returncode) == (PACK, [REFUSED], ("", ""), 0)


def test_the_project_file_names_the_environment_that_make_sets_up() -> None:
    """From the folder of the pack, in which Pulumi looks."""
    data = yaml.safe_load((FOLDER / "PulumiPolicy.yaml").read_text())

    assert data["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": "../../../.venv"}}
