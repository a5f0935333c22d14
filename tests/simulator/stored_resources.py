"""A shipped stack as it would exist in the simulated Azure, without an engine."""

from __future__ import annotations

from pathlib import Path

from amlz.app.preview import PROGRAM, PROJECT
from amlz.azure.shapes import arm_type, id_of
from amlz.simulator import validation
from amlz.simulator.azure import SimulatedAzure
from amlz.simulator.monitor import Program
from amlz.simulator.state_store import StateStore, StoredResource
from amlz.stackfile.load import load
from tests.conftest import PREVIEWED, ROOT, registered_once


def requests(stack: str) -> tuple[StoredResource, ...]:
    """Requests of a shipped stack, in the order of registration."""
    file = load(PREVIEWED[stack], ROOT)
    registered = registered_once(Program(PROGRAM, PROJECT, file.stack, file.pulumi_config)).resources
    azure, values = SimulatedAzure(), []
    for one in registered:
        if not one.token.startswith("azure-native:"):
            continue
        resource_id = id_of(one.token, one.inputs, one.subscription)
        if resource_id:
            kind, name = arm_type(one.token, one.inputs).arm_type, resource_id.rpartition("/")[2]
            outputs = azure.deployed(one.token, one.inputs, one.subscription).outputs
            values.append(StoredResource(resource_id, one.urn, one.token, kind, name, one.inputs, outputs))
    return tuple(values)


def standing(folder: Path, *wanted: StoredResource) -> StateStore:
    """An Azure in which these exist, one command later."""
    store = StateStore(folder / "azure.sqlite")
    with store.change():
        for resource in wanted:
            store.put(resource, validation.refers(resource))
    store.settle("first")
    return store
