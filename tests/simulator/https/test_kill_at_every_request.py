"""A state file after a kill at every statement of every request of a conversation: whole requests, and no others."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from amlz.simulator.arm import state
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Request

GROUP = "/subscriptions/s/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stone"
VERSION = "2024-05-01"


def _network(*subnets: str) -> dict[str, Any]:
    listed = [{"name": name, "properties": {"addressPrefix": f"10.0.{at}.0/24"}} for at, name in enumerate(subnets)]
    return {
        "location": "westeurope",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": listed},
    }


#: A conversation that writes, changes, reads and deletes resources, with children and in groups.
REQUESTS = (
    Request("PUT", GROUP, "2021-04-01", {"location": "westeurope"}),
    Request("PUT", NETWORK, VERSION, _network("a", "b")),
    Request("PUT", ACCOUNT, "2024-01-01", {"location": "westeurope", "kind": "StorageV2"}),
    Request("PUT", NETWORK, VERSION, _network("a", "c")),
    Request("PATCH", ACCOUNT, "2024-01-01", {"tags": {"a": "b"}}),
    Request("GET", NETWORK, VERSION),
    Request("DELETE", ACCOUNT, "2024-01-01"),
    Request("DELETE", GROUP, "2021-04-01"),
)


def _content(path: Path) -> list[str]:
    """Every row of a state file."""
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def _uninterrupted(path: Path) -> tuple[list[list[str]], list[int]]:
    """Returns the content before and after each request, and the number of statements of each."""
    state.prepare(path)
    contents, counts = [_content(path)], []
    arm = SimulatedArm(path)
    for request in REQUESTS:
        statements: list[str] = []
        arm._azure.store.database.set_trace_callback(statements.append)
        arm.answer(request)
        arm._azure.store.database.set_trace_callback(None)
        contents.append(_content(path))
        counts.append(len(statements))
    arm.close()
    return contents, counts


def _killed(path: Path, at: int, statement: int) -> None:
    """Runs the conversation in a process that is killed before a statement of a request, or after its last one."""
    state.prepare(path)
    child = os.fork()
    if child == 0:
        try:
            arm = SimulatedArm(path)
            for request in REQUESTS[:at]:
                arm.answer(request)
            left = iter(range(statement))
            arm._azure.store.database.set_trace_callback(
                lambda _: None if next(left, None) is not None else os.kill(os.getpid(), signal.SIGKILL)
            )
            arm.answer(REQUESTS[at])
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_a_kill_at_any_statement_of_any_request_leaves_whole_requests(tmp_path: Path) -> None:
    """The file is usable, and holds the conversation up to that request, with it or without it."""
    contents, counts = _uninterrupted(tmp_path / "whole")
    wrong = []
    for at, count in enumerate(counts):
        for statement in range(count + 1):
            path = tmp_path / f"{at}-{statement}"
            _killed(path, at, statement)
            state.prepare(path)  # raises where the file cannot be used
            content = _content(path)
            allowed = contents[at : at + 2] if statement < count else contents[at + 1 : at + 2]
            if content not in allowed:
                wrong.append((at, statement))
            path.unlink()

    assert sum(counts) > 3 * len(REQUESTS)
    assert wrong == []
