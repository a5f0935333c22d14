"""A deployed stack in miniature: the simulated Azure, the engine's state, and the commands that remedies print.

Commands are carried out as their tools do it, as far as remedies rely on it. Azure's part is that of the simulator:
locks, resources in use, soft deletion, peerings.
"""

from __future__ import annotations

import functools
import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from amlz.app.preview import program_of
from amlz.azure.graph import Resource
from amlz.azure.ids import resource_id
from amlz.azure.inputs import from_body
from amlz.checks.finding import Finding
from amlz.checks.guard.change import LossAllowance, edit_of
from amlz.checks.guard.destructive import guard
from amlz.core.plan import make_plan
from amlz.rehearsal.subnet_import import import_file
from amlz.simulator import peerings, validation
from amlz.simulator.graph import resource_graph
from amlz.simulator.monitor import Registration
from amlz.simulator.state_store import StateStore, StoredResource
from amlz.simulator.stateful_provider import delete
from amlz.stackfile.load import load
from tests.conftest import PREVIEWED, ROOT, registered_once

_COMPUTES = "Microsoft.MachineLearningServices/workspaces/computes"
_KEY = "microsoft.keyvault/vaults/keys"
#: Commands that save data, which the simulator does not have.
_SAVING = re.compile(r"azcopy copy|az (keyvault \w+ backup|acr import|ml (model share|job download)|monitor .* create)")


@functools.cache
def _registered(stack: str) -> Registration:
    """Returns what the program of a shipped stack registers. Once for all tests of a process."""
    return registered_once(program_of(load(PREVIEWED[stack], ROOT)))


@functools.cache
def program(stack: str) -> tuple[Resource, ...]:
    """Everything that the program of a shipped stack registers, with its owners."""
    plan = make_plan(load(PREVIEWED[stack], ROOT).config)
    owners = {environment.key: (environment.project, environment.environment) for environment in plan.environments}
    resources = resource_graph(_registered(stack), owners=owners).resources
    return tuple(resource for resource in resources if resource.id)


@functools.cache
def _azure(stack: str) -> Path:
    """The simulated Azure after the stack was deployed."""
    path = Path(tempfile.mkdtemp()) / "azure.sqlite"
    store = StateStore(path)
    store.expect(resource.id for resource in program(stack))
    with store.change():
        for standing in _sent(stack).values():
            connected = peerings.connected(store, standing)
            store.put(connected, validation.refers(connected))
    store.close()
    return path


@functools.cache
def _sent(stack: str) -> dict[str, StoredResource]:
    """Requests of the program, by URN."""
    inputs = {one.urn: one.inputs for one in _registered(stack).resources}
    return {
        resource.urn: StoredResource(
            resource.id,
            resource.urn,
            resource.token,
            resource.arm_type,
            resource.name,
            inputs[resource.urn],
            inputs[resource.urn],
        )
        for resource in program(stack)
    }


def commands(remedy: str) -> list[str]:
    """The commands that a remedy prints, in their order."""
    return [text for text in re.findall(r"`([^`]+)`", remedy) if text.split(" ")[0] in ("az", "azcopy", "pulumi")]


def guarded(state: Iterable[Resource], then: Iterable[Resource], allowed: LossAllowance) -> tuple[Finding, ...]:
    """Findings of the guard on the change of the engine's state to a program."""
    return guard(replace(edit_of(state, then), of_state=True), allowed)


class Deployed:
    """A deployed stack. `state`: what the engine knows, by URN; `program`: what the next `up` makes."""

    def __init__(self, stack: str, folder: Path, old: Iterable[Resource] = ()) -> None:
        self._stack, self._folder = stack, folder
        shutil.copy(_azure(stack), folder / "azure.sqlite")
        self.store = StateStore(folder / "azure.sqlite")
        self.program = {resource.urn: resource for resource in program(stack)}
        self.state = self.program | {resource.urn: resource for resource in old}
        with self.store.change():
            for resource in old:
                sent = _sent(stack)[resource.urn]
                standing = replace(sent, inputs=from_body(resource.token, resource.body, sent.inputs))
                self.store.put(standing, validation.refers(standing))

    def guarded(self, allowed: LossAllowance | None = None) -> tuple[Finding, ...]:
        """Findings of the guard on the change from the state to the program."""
        return guarded(self.state.values(), self.program.values(), allowed or LossAllowance())

    def run(self, command: str) -> None:
        """Carries a command out. Raises AzureRefused, or AssertionError for what its tool refuses or nobody knows."""
        match shlex.split(command):
            case ["az", "resource", "delete", "--ids", *ids]:
                for item in ids:
                    self._delete(item)
            case ["az", "lock", "delete", "--ids", lock]:
                self._delete(lock)
            case ["az", "ml", "compute", "delete", *options]:
                self._delete(_compute(options))
            case ["pulumi", "refresh"]:
                self.state = {urn: one for urn, one in self.state.items() if self.store.get(one.id)}
            case ["pulumi", "up", "--refresh"]:
                self.run("pulumi refresh")
                self._up()
            case ["pulumi", "up"]:
                self._up()
            case ["pulumi", "state", "unprotect", urn, "--yes"]:
                self.state[urn] = replace(self.state[urn], protect=False)
            case ["pulumi", "stack", "export", "|", "amlz", "import-subnets", _, ">", name]:
                exported = {"deployment": {"resources": [_exported(resource) for resource in self.state.values()]}}
                (self._folder / name).write_text(json.dumps(import_file(self.program.values(), exported)))
            case ["pulumi", "import", "--file", name, "--yes", "--protect=false", "--generate-code=false"]:
                self._import(json.loads((self._folder / name).read_text()))
            case _:
                assert _SAVING.fullmatch(command), f"nobody knows how to carry out: {command}"

    def _delete(self, resource_id: str) -> None:
        resource = self.store.get(resource_id)
        assert resource is not None, f"there is no {resource_id}"
        assert resource.type.lower() != _KEY, "Azure Resource Manager deletes no keys"
        with self.store.change():
            delete(self.store, resource)

    def _up(self) -> None:
        """Creates, changes, deletes. A resource that is to be created must not exist in Azure."""
        sent = _sent(self._stack)
        with self.store.change():
            for urn, resource in self.program.items():
                if urn not in self.state:
                    assert self.store.get(resource.id) is None, f"cannot create already existing {resource.id}"
                if urn not in self.state or self.state[urn].body != resource.body:
                    validation.put(self.store, sent[urn])
                    connected = peerings.connected(self.store, sent[urn])
                    self.store.put(connected, validation.refers(connected))
            gone = [resource for urn, resource in self.state.items() if urn not in self.program]
            assert [resource.urn for resource in gone if resource.protect] == [], "is protected"
            for resource in reversed(gone):  # what was created last is deleted first: a lock before what it locks
                value = self.store.get(resource.id)
                if value is not None:
                    delete(self.store, value)
        self.state = dict(self.program)

    def _import(self, file: dict[str, Any]) -> None:
        """Reads resources into the state. Each has to exist in Azure."""
        by_id = {resource.id: resource for resource in self.program.values()}
        for item in file["resources"]:
            _known(self.store.get(item["id"]))
            self.state[by_id[item["id"]].urn] = by_id[item["id"]]


def _known(resource: StoredResource | None) -> StoredResource:
    assert resource is not None, "it is not there"
    return resource


def _compute(options: list[str]) -> str:
    """The id of a compute that options of `az ml compute delete` name."""
    given = dict(zip(options[::2], options[1::2], strict=False))
    where = given["--subscription"], given["--resource-group"]
    return resource_id(*where, _COMPUTES, given["--workspace-name"], given["--name"])


def _exported(resource: Resource) -> dict[str, Any]:
    """A resource as `pulumi stack export` writes it, as far as it is read."""
    inputs = resource.body.get("properties") or {}
    return {"urn": resource.urn, "type": resource.token, "id": resource.id, "inputs": inputs}
