"""`amlz simulate --listen`: addresses, state files, a landing zone that is deployed first, and errors of its start."""

from __future__ import annotations

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from amlz.app.listening import address_of
from amlz.simulator.arm import state
from amlz.simulator.arm.azure import Azure
from amlz.simulator.arm.deployment import DeployedStack, deploy
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Answer, Request
from tests.cli.in_process import amlz_here
from tests.conftest import previewed

PLACE = "/subscriptions/s/resourceGroups/rg"
LOG = f"{PLACE}/providers/Microsoft.OperationalInsights/workspaces/log"


def send(arm: SimulatedArm, method: str, path: str, body: object = None, seconds: float | None = None) -> Answer:
    """Sends one request."""
    return arm.answer(Request(method, path, "2024-05-01", body, seconds))


def opened(path: Path) -> SimulatedArm:
    """The Azure of a state file, as `amlz simulate` opens it."""
    state.prepare(path)
    arm = SimulatedArm(path)
    arm.lock()
    return arm


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8443", ("127.0.0.1", 8443)),
        ("localhost:0", ("127.0.0.1", 0)),
        ("127.0.0.1:65535", ("127.0.0.1", 65535)),
        ("[::1]:8443", ("::1", 8443)),
    ],
)
def test_a_loopback_address_is_taken(text: str, expected: tuple[str, int]) -> None:
    """Both families, and the name of this computer for itself."""
    assert address_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0:8443",
        "192.168.1.4:8443",
        "[::]:8443",
        "example.com:8443",
        "localhost.example.com:1",
        ":8443",
        "127.8.0.1:1",
    ],
)
def test_any_other_address_is_refused(text: str) -> None:
    """Others could reach a server without access control."""
    process = amlz_here("simulate", "--listen", text)

    assert process.returncode == 2
    assert "is not the loopback address" in process.stderr


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x", "8443"])
def test_an_address_without_a_port_is_refused(text: str) -> None:
    """With an example of one."""
    process = amlz_here("simulate", "--listen", text)

    assert process.returncode == 2
    assert "write 127.0.0.1:8443" in process.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("--jsonl", "--listen", "127.0.0.1:0"), ("dev", "--jsonl"), ("--jsonl", "--state", "x"), ("dev",)],
)
def test_options_that_do_not_go_together_are_refused(arguments: tuple[str, ...]) -> None:
    """Before anything is read."""
    assert amlz_here("simulate", *arguments).returncode == 2


def test_a_port_in_use_is_a_sentence_and_leaves_no_file(tmp_path: Path) -> None:
    """Neither a certificate nor a state."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        process = amlz_here("simulate", "--listen", f"127.0.0.1:{port}", "--state", "s", folder=tmp_path)

    assert process.returncode == 2
    assert process.stderr == (
        f"--listen 127.0.0.1:{port}\n  The port is in use. Name another one, or 0 for any free port.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_certificate_is_not_overwritten(tmp_path: Path) -> None:
    """It may be a user's."""
    (tmp_path / "own.txt").write_text("mine")
    process = amlz_here("simulate", "--listen", "127.0.0.1:0", "--certificate", "own.txt", folder=tmp_path)

    assert (process.returncode, (tmp_path / "own.txt").read_text()) == (2, "mine")
    assert "is no certificate" in process.stderr


def test_a_state_file_keeps_everything(tmp_path: Path) -> None:
    """Resources, the clock, operations under way, and what a deletion left."""
    path = tmp_path / "state"
    first = opened(path)
    send(first, "PUT", PLACE, {"location": "westeurope"})
    send(first, "PUT", LOG, {"location": "westeurope", "properties": {"retentionInDays": 77}})
    poll = send(first, "DELETE", LOG).headers
    first.close()
    second = opened(path)
    again = send(second, "PUT", LOG, {"location": "westeurope", "properties": {}})

    assert send(second, "GET", PLACE).body["location"] == "westeurope"
    assert again.body["properties"]["retentionInDays"] == 77
    assert poll == {}
    assert (path.stat().st_mode & 0o777) == 0o600


def _other_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 1")


def _other_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE a (b)")


def _damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:12288] = os.urandom(8192)
    path.write_bytes(bytes(content))


def _text(path: Path) -> None:
    path.write_text("amlz:landingZone: {}\n" * 100)


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def _no_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE resource")


def _no_json(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO operations VALUES ('k', 'r', 'create', 'Updating', 1.0, 1, '{')")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_other_version, "It was written by another version of amlz"),
        (_other_program, "It is no state file of `amlz simulate`"),
        (_damaged, "It is damaged"),
        (_cut_off, "It is damaged"),
        (_no_table, "It is damaged"),
        (_no_json, "It is damaged"),
        (_text, "It is damaged, or no state file"),
        (_empty, "It is empty"),
        (_folder, "It is no file"),
    ],
)
def test_a_state_file_that_cannot_be_used_is_a_sentence(tmp_path: Path, change: object, says: str) -> None:
    """Exit code 2, and the file stays as it is."""
    path = tmp_path / "state"
    state.prepare(path)
    assert callable(change)
    change(path)
    before = path.read_bytes() if path.is_file() else b""
    process = amlz_here("simulate", "--listen", "127.0.0.1:0", "--state", str(path), folder=tmp_path)

    assert process.returncode == 2
    assert says in process.stderr
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_state_file_in_use_is_a_sentence(tmp_path: Path) -> None:
    """Two servers over one file would not know of each other."""
    arm = opened(tmp_path / "state")
    process = amlz_here("simulate", "--listen", "127.0.0.1:0", "--state", str(tmp_path / "state"), folder=tmp_path)
    arm.close()

    assert process.returncode == 2
    assert "Another `amlz simulate` uses it" in process.stderr


def test_the_version_of_a_state_file_is_that_of_its_tables() -> None:
    """A change of a table changes it: nobody has to remember."""
    azure = Azure()
    azure.store.database.execute("CREATE TABLE another (a)")

    assert state.version_of(azure.store.database) != state.version()


@pytest.mark.parametrize("stack", ["prod", "landing-zone", "everything"])
def test_a_landing_zone_is_deployed_into_it(stack: str) -> None:
    """Nothing is refused, and every value that only Azure knows is read from what exists by then."""
    graph = previewed(stack).graph
    arm = SimulatedArm()
    done = deploy(arm, graph)
    missing = [one.id for one in graph if send(arm, "GET", one.id).status != 200]

    assert done == DeployedStack(len(graph.resources), done.outside, (), ())
    assert missing == []
    assert {one.lower() for one in done.outside}.isdisjoint(one.id.lower() for one in graph)


def test_azure_policy_denies_a_compute_without_a_subnet_in_production() -> None:
    """In Azure's shape: 403, RequestDisallowedByPolicy, the assignment and the definition."""
    graph = previewed("landing-zone").graph
    workspaces = [one.id for one in graph.of_type("Microsoft.MachineLearningServices/workspaces")]
    production = next(workspace for workspace in workspaces if "-prod-" in workspace)
    development = next(workspace for workspace in workspaces if "-dev-" in workspace)
    arm = SimulatedArm()
    deploy(arm, graph)
    computes = graph.of_type("Microsoft.MachineLearningServices/workspaces/computes")
    planned = next(one for one in computes if "-prod-" in one.id)
    properties = {key: value for key, value in planned.properties["properties"].items() if key != "subnet"}
    body = {**planned.body, "properties": {**planned.properties, "properties": properties}}
    denied = send(arm, "PUT", f"{production}/computes/cpu-cluster-prod", body)
    elsewhere = send(arm, "PUT", f"{development}/computes/cpu-cluster-prod", body)

    assert (denied.status, denied.body["error"]["code"]) == (403, "RequestDisallowedByPolicy")
    assert "policyDefinitions/Deny-MachineLearningCompute-SubnetId" in denied.body["error"]["message"]
    assert elsewhere.status == 201
