"""An endpoint that the landing zone creates, under Pulumi's own engine: no command resets what a pipeline did to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amlz.core.specs import DiagnosticsSpec, Place
from amlz.core.specs.serving import EmptyEndpointSpec, OnlineEndpointSpec
from amlz.simulator import validation
from amlz.simulator.state_store import StateStore
from tests.engine.engine import EngineFailed, EngineStack, engine
from tests.engine.test_drift_and_policy import changes
from tests.simulator.programs import NARROW, SUBSCRIPTION, group_id

RESOURCE_GROUP = group_id("rg")
ML = f"{RESOURCE_GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
ENDPOINT = f"{ML}/onlineEndpoints/scoring-dev-abcde"
IDENTITY = f"{RESOURCE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
LOG = f"{RESOURCE_GROUP}/providers/Microsoft.OperationalInsights/workspaces/log"
EMPTY = EmptyEndpointSpec(
    id=ENDPOINT,
    name="scoring-dev-abcde",
    workspace=ML,
    place=Place(SUBSCRIPTION, "rg", "westeurope"),
    diagnostics=DiagnosticsSpec(ENDPOINT, LOG, True, True),
    callers=(),
    after=(),
    tags={},
)
SPEC = OnlineEndpointSpec("scoring", EMPTY.name, IDENTITY, (), None, 0, EMPTY)
PROGRAM = f"""{NARROW}import pulumi, pulumi_azure_native as azure
from dataclasses import replace
from amlz.core.specs.common import *
from amlz.core.specs.serving import *
from components.resource_registry import ResourceRegistry
from components.serving import Serving
hub = azure.Provider('hub', subscription_id='{SUBSCRIPTION}')
opts = pulumi.ResourceOptions(provider=hub)
rg = azure.resources.ResourceGroup('rg', resource_group_name='rg', location='westeurope', opts=opts)
within = dict(resource_group_name=rg.name, location='westeurope', opts=opts)
identity = azure.managedidentity.UserAssignedIdentity('identity', resource_name_='id', **within)
workspace = azure.machinelearningservices.Workspace('workspace', workspace_name='mlw', friendly_name='ml',
    identity=azure.machinelearningservices.ManagedServiceIdentityArgs(type='SystemAssigned'), **within)
resources = ResourceRegistry({{'{SUBSCRIPTION}': hub}}, ('{LOG}',))
for resource_id, resource in (('{RESOURCE_GROUP}', rg), ('{ML}', workspace), ('{IDENTITY}', identity)):
    resources.register(resource_id, resource)
spec = {SPEC!r}
empty = replace(spec.created, tags={{'team': pulumi.Config().require('team')}})
Serving('serving', ServingSpec((), (replace(spec, created=empty),), None), resources)
"""


@pytest.fixture(name="stack")
def _stack(tmp_path: Path) -> Iterator[tuple[EngineStack, StateStore]]:
    """The deployed program, and its Azure, where a pipeline has shifted traffic."""
    main, config, azure = tmp_path / "__main__.py", tmp_path / "Pulumi.dev.yaml", tmp_path / "azure.sqlite"
    main.write_text(PROGRAM)
    config.write_text("config: {small:team: one}\n")
    with closing(StateStore(azure)) as store:
        stack = engine().stack(tmp_path / "engine", main, "small", config, store=azure)
        stack.do("up")
        pipeline(store, traffic={"blue": 90, "green": 10}, mirrorTraffic={"red": 5})
        yield stack, store


def pipeline(store: StateStore, **properties: Any) -> None:
    """Changes properties of the endpoint, and its tags, in Azure."""
    endpoint = store.get(ENDPOINT)
    assert endpoint is not None
    changed = {"properties": {**endpoint.inputs["properties"], **properties}, "tags": {"model": "churn:3"}}
    after = replace(endpoint, inputs={**endpoint.inputs, **changed}, outputs={**endpoint.outputs, **changed})
    with store.change():
        store.put(after, validation.refers(after))


def of_azure(store: StateStore) -> dict[str, Any]:
    """Traffic, mirrored traffic and tags of the endpoint."""
    endpoint = store.get(ENDPOINT)
    assert endpoint is not None
    properties = endpoint.inputs["properties"]
    return {key: properties.get(key) for key in ("traffic", "mirrorTraffic")} | {"tags": endpoint.inputs["tags"]}


def test_no_command_resets_the_traffic_of_a_pipeline(stack: tuple[EngineStack, StateStore]) -> None:
    """`up`, also with another tag, `refresh` and `up --refresh`, in a rollout and after it: no update is sent."""
    engine_stack, store = stack
    mirrored = of_azure(store)

    assert changes(engine_stack, "up") == {}
    engine_stack.configure({"small:team": "two"})
    assert changes(engine_stack, "up") == {}
    assert of_azure(store) == mirrored
    assert changes(engine_stack, "refresh") == {"update": 1}  # of the state
    pipeline(store, traffic={"green": 100}, mirrorTraffic={})
    finished = of_azure(store)
    assert changes(engine_stack, "up") == {}
    engine_stack.run("up", "--stack", engine_stack.name, "--yes", "--skip-preview", "--refresh")

    assert of_azure(store) == finished
    assert finished["traffic"] == {"green": 100}
    assert changes(engine_stack, "up") == {}


def test_an_endpoint_is_protected(stack: tuple[EngineStack, StateStore]) -> None:
    """It takes its deployments along, so that a `destroy` stops before it."""
    engine_stack, store = stack

    with pytest.raises(EngineFailed) as refused:
        engine_stack.do("destroy")

    assert "serving-scoring-endpoint" in str(refused.value)
    assert "protected" in str(refused.value)
    assert store.get(ENDPOINT) is not None
