"""The script that approves managed private endpoints on their targets, which scripts of data platforms call."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "pipelines" / "approve-endpoint.sh"

#: A client that answers a list as the Azure CLI does: its query runs over the connections, and columns have tabs.
CLIENT = """#!{python}
import json, sys
import jmespath
words = sys.argv[1:]
with open({calls!r}, "a") as file:
    print(" ".join(words[:3]), words[words.index("--id") + 1], file=file)
if words[2] == "list":
    rows = jmespath.search(words[words.index("--query") + 1], json.load(open({connections!r})))
    print(*("\\t".join(row) for row in rows), sep="\\n", end="\\n" if rows else "")
"""


def connection(name: str, endpoint: str | None, status: str) -> dict[str, Any]:
    """A connection as Azure lists it; some have no endpoint, as after its deletion."""
    return {
        "id": f"/lake/privateEndpointConnections/{name}",
        "properties": {
            "privateEndpoint": {"id": f"/subscriptions/s/privateEndpoints/{endpoint}"} if endpoint else None,
            "privateLinkServiceConnectionState": {"status": status},
        },
    }


def run(folder: Path, *connections: dict[str, Any]) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Runs the script for adf-x.pe-lake-dfs; its result, and the calls of the client."""
    client, calls, answers = folder / "az", folder / "calls", folder / "connections"
    client.write_text(CLIENT.format(python=sys.executable, calls=str(calls), connections=str(answers)))
    client.chmod(0o755)
    answers.write_text(json.dumps(connections))
    environment = {"PATH": "/usr/bin:/bin", "AZ": str(client)}
    command = ["bash", str(SCRIPT), "/lake", "adf-x.pe-lake-dfs"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done, calls.read_text().splitlines()


def test_a_pending_connection_of_the_endpoint_is_approved_and_no_other(tmp_path: Path) -> None:
    """Not one of another owner's endpoint with the same end, and none without an endpoint."""
    done, calls = run(
        tmp_path,
        connection("gone", None, "Disconnected"),
        connection("other", "other-adf-x.pe-lake-dfs", "Pending"),
        connection("own", "adf-x.pe-lake-dfs", "Pending"),
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "adf-x.pe-lake-dfs: approved\n", "")
    assert calls == [
        "network private-endpoint-connection list /lake",
        "network private-endpoint-connection approve /lake/privateEndpointConnections/own",
    ]


def test_an_approved_connection_is_left_alone(tmp_path: Path) -> None:
    """So the script can be repeated."""
    done, calls = run(tmp_path, connection("own", "adf-x.pe-lake-dfs", "Approved"))

    assert (done.returncode, done.stdout, len(calls)) == (0, "", 1)


@pytest.mark.parametrize("others", [(), (connection("other", "adf-y.pe-lake-dfs", "Pending"),)])
def test_without_a_connection_it_fails_and_states_what_to_do(
    tmp_path: Path, others: tuple[dict[str, Any], ...]
) -> None:
    """Azure makes connections some time after endpoints."""
    done, _ = run(tmp_path, *others)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "adf-x.pe-lake-dfs: no connection on /lake yet. Run this again in a minute.\n"


def test_a_connection_that_its_owner_rejected_fails_unless_another_is_ready(tmp_path: Path) -> None:
    """Azure keeps connections of deleted endpoints as disconnected."""
    (tmp_path / "one").mkdir()
    rejected, _ = run(tmp_path, connection("own", "adf-x.pe-lake-dfs", "Rejected"))
    made_again, _ = run(
        tmp_path / "one",
        connection("old", "adf-x.pe-lake-dfs", "Disconnected"),
        connection("new", "adf-x.pe-lake-dfs", "Approved"),
    )

    assert (rejected.returncode, rejected.stderr) == (
        1,
        "adf-x.pe-lake-dfs: its connection on /lake is Rejected. Ask the owner of the target, or delete the endpoint "
        "and run this again.\n",
    )
    assert (made_again.returncode, made_again.stderr) == (0, "")
