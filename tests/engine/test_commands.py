"""The unmodified program under Pulumi's own commands, and under the same through the Automation API.

Over the simulated Azure; no file of the user is touched, no network is used, no secret is shown.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pulumi import automation

from amlz.app.preview import PROGRAM, PROJECT
from amlz.simulator.monitor import Program, register
from amlz.simulator.state_store import StateStore
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS
from tests.engine.engine import EngineStack, engine
from tests.rehearsal.common import LONG

SECRET = "nobody-may-see-this-7f3a"
#: Resources that Azure changes by itself: seven endpoints whose names a zone group replaces, and the first peering.
OWN_CHANGES = 8
#: Variables that a user's processes may have, and that the engine must not get.
USERS = {
    "ARM_CLIENT_SECRET": SECRET,
    "AZURE_CONFIG_DIR": "/nowhere",
    "PULUMI_ACCESS_TOKEN": SECRET,
    "PULUMI_BACKEND_URL": "https://api.pulumi.com",
}


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user who is logged in."""
    home = tmp_path / "user"
    home.mkdir()
    for key, value in {**USERS, "HOME": str(home)}.items():
        monkeypatch.setenv(key, value)
    return home


def begun(folder: Path) -> EngineStack:
    """The smallest shipped stack, over an Azure that remembers."""
    file = load(STACKS["minimal"], ROOT)
    return engine().stack(folder / "engine", PROGRAM, PROJECT, file.path, store=folder / "azure.sqlite")


def planned() -> tuple[list[str], int]:
    """Ids of its Azure resources, in order, and the number of resources that the engine counts."""
    file = load(STACKS["minimal"], ROOT)
    made = register(Program(PROGRAM, PROJECT, file.stack, file.pulumi_config)).resources
    return sorted(registered.id.lower() for registered in made if registered.id), len(
        made
    ) + 1  # the stack itself is the one more


def standing(folder: Path) -> list[str]:
    """Ids of the resources in Azure, in order."""
    with closing(StateStore(folder / "azure.sqlite")) as store:
        return sorted(resource.id.lower() for resource in store.all())


@contextmanager
def watched(stack: EngineStack) -> Iterator[socket.socket]:
    """A proxy that everything outside would be asked through: nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        stack.environment.update({"HTTP_PROXY": address, "HTTPS_PROXY": address, "NO_PROXY": "127.0.0.1,localhost"})
        proxy.setblocking(False)
        yield proxy


def test_the_commands_build_and_destroy(tmp_path: Path, users: Path) -> None:
    """preview, up, preview, refresh, up, destroy: Azure has what the plan has, and at the end nothing.

    A refresh notes what Azure changed by itself; the next `up` sends it once more, the one after it nothing.
    """
    stack = begun(tmp_path)
    ids, count = planned()
    at = ("--stack", stack.name)
    stack.run("config", "set", "--secret", "amlz:token", SECRET, *at)
    values = []

    with watched(stack) as proxy:
        values.append(stack.run("preview", *at))
        assert standing(tmp_path) == []
        values.append(stack.run("up", "--yes", "--skip-preview", *at))
        assert standing(tmp_path) == ids
        values.append(stack.run("preview", "--expect-no-changes", *at))
        look = stack.run("refresh", "--preview-only", *at)
        stack.run("refresh", "--yes", "--skip-preview", *at)
        after = [stack.run("up", "--yes", "--skip-preview", *at) for _ in range(2)]
        values.append(stack.run("stack", "output", "--json", *at))
        values.append(stack.run("destroy", "--yes", "--skip-preview", *at))
        with pytest.raises(BlockingIOError):
            proxy.accept()

    assert [f"+ {count} to create" in values[0], f"+ {count} created" in values[1]] == [True, True]
    own = f"{OWN_CHANGES} updated"
    assert [f"~ {OWN_CHANGES} to update" in look, *(own in item for item in after)] == [True, True, False]
    assert (standing(tmp_path), stack.urns(), list(users.iterdir())) == ([], [], [])
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert [text for text in (*map(str.encode, values), *written) if SECRET.encode() in text] == []


@LONG
def test_the_automation_api_does_the_same(tmp_path: Path, users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an organisation's own tools would start it."""
    begin = begun(tmp_path)
    ids, count = planned()
    monkeypatch.setenv("PATH", os.pathsep.join([str(begin.pulumi.parent), os.environ["PATH"]]))
    opts = automation.LocalWorkspaceOptions(env_vars=begin.environment)
    stack = automation.select_stack(begin.name, work_dir=str(begin.folder), opts=opts)

    preview = stack.preview()
    built = stack.up()
    stands = standing(tmp_path)
    again, refreshed = stack.up(), stack.refresh()
    stack.destroy()

    assert preview.change_summary == {automation.OpType.CREATE: count}
    values = [result.summary.resource_changes for result in (built, again, refreshed)]
    own = {"same": count - OWN_CHANGES, "update": OWN_CHANGES}
    assert values == [{"create": count}, {"same": count}, own]
    assert sorted(built.outputs) == ["hub", "pipelineClientIds", "workspaces"]
    assert (stands, standing(tmp_path), list(users.iterdir())) == (ids, [], [])


def test_the_engine_is_given_nothing_of_the_users(tmp_path: Path, users: Path) -> None:
    """No login, no token, not the home; the state is in a separate folder."""
    environment = begun(tmp_path).environment

    assert {*USERS} & environment.keys() == {"PULUMI_BACKEND_URL"}
    assert [value for value in environment.values() if SECRET in value or str(users) in value] == []
