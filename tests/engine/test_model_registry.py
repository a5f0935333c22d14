"""An Azure ML registry under Pulumi's own engine: its endpoints wait for IDs that Azure decides, and keep them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from amlz.core.specs import DiagnosticsSpec, Place, PrivateEndpointSpec, ResourceGroupSpec
from amlz.core.specs.model_registry import ModelRegistrySpec, NewModelRegistrySpec
from amlz.rehearsal.life import plain_config, stack_under_test
from amlz.simulator.state_store import StateStore
from amlz.stackfile.load import load
from amlz.stackfile.stack_file import KEY
from tests.conftest import ROOT
from tests.engine.engine import EngineFailed, EngineStack, engine
from tests.engine.test_drift_and_policy import changes
from tests.rehearsal.common import stage
from tests.simulator.programs import NARROW, SUBSCRIPTION, group_id

PLACE = Place(SUBSCRIPTION, "rg-models", "westeurope")
HUB = Place(SUBSCRIPTION, "rg", "westeurope")
REGISTRY = PLACE.id("Microsoft.MachineLearningServices/registries", "contoso-models")
NETWORK = HUB.id("Microsoft.Network/virtualNetworks", "vnet")
SUBNET = f"{NETWORK}/subnets/endpoints"
LOG = HUB.id("Microsoft.OperationalInsights/workspaces", "log")


def endpoint(group: str, name: str) -> PrivateEndpointSpec:
    """An endpoint, with zones that others write."""
    return PrivateEndpointSpec(f"pep-{name}", f"nic-{name}", group, REGISTRY, SUBNET, (), HUB, {})


REGIONS = ("westeurope", "northeurope")
SPEC = ModelRegistrySpec(
    REGISTRY,
    (),
    NewModelRegistrySpec(
        name="contoso-models",
        group=ResourceGroupSpec(PLACE, {}),
        group_roles=(),
        regions=REGIONS,
        storage_sku="Standard_LRS",
        endpoint=endpoint("amlregistry", "models"),
        images=endpoint("registry", "images"),
        stores=tuple((region, endpoint("blob", region)) for region in REGIONS),
        diagnostics=DiagnosticsSpec(REGISTRY, LOG, True, False),
        lock=None,
        protect=True,
        tags={},
    ),
)
PROGRAM = f"""{NARROW}import pulumi, pulumi_azure_native as azure
from dataclasses import replace
from amlz.core.specs.common import *
from amlz.core.specs.model_registry import *
from components.resource_registry import ResourceRegistry
from components.model_registry import ModelRegistry
hub = azure.Provider('hub', subscription_id='{SUBSCRIPTION}')
opts = pulumi.ResourceOptions(provider=hub)
rg = azure.resources.ResourceGroup('rg', resource_group_name='rg', location='westeurope', opts=opts)
network = azure.network.VirtualNetwork('vnet', resource_group_name=rg.name, virtual_network_name='vnet',
    location='westeurope', address_space=azure.network.AddressSpaceArgs(address_prefixes=['10.0.0.0/24']), opts=opts)
subnet = azure.network.Subnet('endpoints', resource_group_name=rg.name, virtual_network_name=network.name,
    subnet_name='endpoints', address_prefix='10.0.0.0/27', opts=opts)
resources = ResourceRegistry({{'{SUBSCRIPTION}': hub}}, ('{LOG}',))
for resource_id, resource in (('{group_id("rg")}', rg), ('{NETWORK}', network), ('{SUBNET}', subnet)):
    resources.register(resource_id, resource)
spec = {SPEC!r}
regions = tuple(pulumi.Config().require('regions').split())
created = replace(spec.created, regions=regions, stores=spec.created.stores[:len(regions)])
ModelRegistry('models', replace(spec, created=created), resources)
"""


@pytest.fixture(name="stack")
def _stack(tmp_path: Path) -> Iterator[tuple[EngineStack, StateStore]]:
    """The deployed program with one region, and its Azure."""
    main, config, azure = tmp_path / "__main__.py", tmp_path / "Pulumi.dev.yaml", tmp_path / "azure.sqlite"
    main.write_text(PROGRAM)
    config.write_text("config: {small:regions: westeurope}\n")
    with closing(StateStore(azure)) as store:
        stack = engine().stack(tmp_path / "engine", main, "small", config, store=azure)
        stack.do("up")
        yield stack, store


def target(store: StateStore, name: str) -> str:
    """The target of an endpoint in Azure."""
    stored = store.get(HUB.id("Microsoft.Network/privateEndpoints", f"pep-{name}"))
    assert stored is not None
    (connection,) = stored.inputs["privateLinkServiceConnections"]
    return str(connection["privateLinkServiceId"])


def in_managed_group(store: StateStore) -> dict[str, Any]:
    """IDs of what Azure created for the registry: the container registry, and the storage account of each region."""
    registry = store.get(REGISTRY)
    assert registry is not None
    regions = registry.outputs["regionDetails"]
    images = regions[0]["acrDetails"][0]["systemCreatedAcrAccount"]["armResourceId"]["resourceId"]
    stores = {
        region["location"]: region["storageAccountDetails"][0]["systemCreatedStorageAccount"]["armResourceId"][
            "resourceId"
        ]
        for region in regions
    }
    return {"images": images, **stores}


def test_endpoints_get_the_ids_of_what_azure_creates_and_keep_them(stack: tuple[EngineStack, StateStore]) -> None:
    """No later command changes the registry, a refresh included; a further region adds one endpoint."""
    engine_stack, store = stack
    made = in_managed_group(store)

    assert {name: target(store, name) for name in made} == made
    assert "/resourceGroups/azureml-rg-contoso-models_" in made["images"]
    assert target(store, "models") == REGISTRY
    assert changes(engine_stack, "up") == {}
    engine_stack.do("refresh")
    assert changes(engine_stack, "up") == {}

    engine_stack.configure({"small:regions": "westeurope northeurope"})
    assert changes(engine_stack, "up") == {"create": 1, "update": 1}
    after = in_managed_group(store)
    assert {name: after[name] for name in made} == made
    assert {name: target(store, name) for name in after} == after
    assert changes(engine_stack, "up") == {}


def test_a_registry_of_production_is_not_deleted(stack: tuple[EngineStack, StateStore]) -> None:
    """It holds the models of every environment."""
    engine_stack, store = stack

    with pytest.raises(EngineFailed) as refused:
        engine_stack.do("destroy")

    assert "models-registry" in str(refused.value)
    assert store.get(REGISTRY) is not None


def test_a_managed_network_reaches_what_azure_creates_and_stays_as_it_is(tmp_path: Path) -> None:
    """The rules have IDs that are known after the creation of the registry; the next `up` changes nothing."""
    file = load(str(ROOT / "Pulumi.dev.yaml"), ROOT)
    config = plain_config(file)
    landing_zone = config[KEY]
    (name, project), *_ = landing_zone["projects"].items()
    project["environments"] = {"dev": {"network": project["environments"]["dev"]["network"], "isolation": "managed"}}
    landing_zone["projects"] = {name: project}
    landing_zone["modelRegistry"] = {"create": {}}

    with stack_under_test(stage(tmp_path), file.stack, config) as here:
        first, again = here.step("up", "up"), here.step("up again", "up")
        rules = [one for one in here.store.all() if "/outboundrules/pe-models" in one.id.lower()]

    assert (first.refused, again.refused, again.changed) == ((), (), False)
    targets = {str(rule.inputs["properties"]["destination"]["serviceResourceId"]).split("/")[-2] for rule in rules}
    assert targets == {"registries", "storageAccounts"}
    assert len(rules) == 3
