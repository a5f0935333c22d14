"""A killed `amlz simulate`: its state file holds every answered request, and each request whole or not at all."""

from __future__ import annotations

import http.client
import json
import random
import signal
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from amlz.simulator.arm import state
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Request

GROUP = "/subscriptions/s/resourceGroups/rg"
VERSION = "2024-05-01"
SUBNETS = 40


def _started(folder: Path) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-m", "amlz", "simulate", "--listen", "127.0.0.1:0", "--state", "state"]
    # A test run in the background ignores Ctrl-C, and its children would too.
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, preexec_fn=_heed_ctrl_c)
    assert process.stderr is not None
    port = 0
    for line in process.stderr:
        if line.startswith("Listening on"):
            port = int(line.split("localhost:")[1].split(".")[0])
            break
    threading.Thread(target=_drained, args=(process.stderr,), daemon=True).start()
    return process, port


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _drained(lines: IO[str]) -> None:
    for _ in lines:
        pass


def _network(number: int) -> bytes:
    listed = [{"name": f"s{item}", "properties": {"addressPrefix": f"10.0.{item}.0/24"}} for item in range(SUBNETS)]
    properties = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": listed}
    return json.dumps({"location": "westeurope", "tags": {"n": str(number)}, "properties": properties}).encode()


def _put(connection: http.client.HTTPSConnection, path: str, body: bytes) -> bool:
    try:
        connection.request("PUT", f"{path}?api-version={VERSION}", body, {"Authorization": "Bearer x"})
        answer = connection.getresponse()
        answer.read()
        return answer.status == 201
    except (OSError, http.client.HTTPException):
        return False


def test_ctrl_c_ends_a_server(tmp_path: Path) -> None:
    """With exit code 0: nothing was left undone."""
    process, _ = _started(tmp_path)
    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=20) == 0


def test_a_killed_server_loses_no_answered_request(tmp_path: Path) -> None:
    """Killed five times at random times while a client writes; the next one takes the file at once."""
    drawn = random.Random(17)
    answered: set[int] = set()
    for start in range(5):
        process, port = _started(tmp_path)
        trusted = ssl.create_default_context(cafile=str(tmp_path / "amlz-simulate.pem"))
        connection = http.client.HTTPSConnection("localhost", port, context=trusted, timeout=20)
        _put(connection, GROUP, b'{"location": "westeurope"}')
        timer = threading.Timer(drawn.uniform(0.05, 0.6), process.send_signal, [signal.SIGKILL])
        timer.start()
        for number in range(start * 100, start * 100 + 100):
            path = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v{number}"
            if not _put(connection, path, _network(number)):
                break
            answered.add(number)
        connection.close()
        process.wait()
        timer.join()

    state.prepare(tmp_path / "state")
    arm = SimulatedArm(tmp_path / "state")
    listed = arm.answer(Request("GET", f"{GROUP}/providers/Microsoft.Network/virtualNetworks", VERSION)).body["value"]
    arm.close()

    assert len(answered) > 5
    assert answered <= {int(one["tags"]["n"]) for one in listed}
    assert {len(one["properties"]["subnets"]) for one in listed} == {SUBNETS}
