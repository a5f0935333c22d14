"""An Azure ML registry that is created: private, replicated, with endpoints to what Azure creates for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.azure.graph import UNKNOWN_KEY, Resource
from amlz.capabilities.model_registry.facts import REGISTRY
from amlz.capabilities.model_registry.plan import PLANNER
from amlz.core.specs import NsgRuleSpec, records
from amlz.core.specs.model_registry import ModelRegistrySpec, NewModelRegistrySpec
from amlz.core.workload import contract_of
from amlz.reports.formats import as_text
from amlz.stackfile.load import from_object, load
from amlz.stackfile.stack_file import KEY
from tests.conftest import preview_of, previewed
from tests.core.stacks import LANDING_ZONE, PEOPLE, Stack, at, built, messages_of, planned, stack

GITHUB = {"github": {"subjects": ["repo:contoso/churn:environment:{environment}"]}}
ENDPOINTS = "Microsoft.Network/privateEndpoints"
OF_HUB = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-hub/providers"


def creating(production: bool = True, **settings: Any) -> Stack:
    """A landing zone that creates a registry, with a pipeline for each environment."""
    environments = {"churn/dev": at("10.1.0.0/24")} | ({"churn/prod": at("10.1.1.0/24")} if production else {})
    landing_zone = stack(environments, access=PEOPLE)
    landing_zone["projects"]["churn"]["pipelineIdentities"] = GITHUB
    return landing_zone | {"modelRegistry": {"create": settings}}


def created(landing_zone: Stack) -> NewModelRegistrySpec:
    """The registry of a landing zone."""
    return built(built(planned(landing_zone).part(ModelRegistrySpec)).created)


def of_registry(kind: str) -> dict[str, Resource]:
    """Resources of the registry that examples/hub-stack creates, by their logical names."""
    graph = previewed("hub").graph
    return {r.urn.rpartition("::")[2]: r for r in graph.of_type(kind) if "ModelRegistry" in r.urn}


def test_it_is_private_and_in_each_of_its_regions() -> None:
    """The primary region is in the list, too: without that, Azure refuses the registry."""
    (registry,) = of_registry(REGISTRY).values()

    account = {"storageAccountType": "Standard_LRS", "storageAccountHnsEnabled": False, "allowBlobPublicAccess": False}
    regions = [
        {
            "location": region,
            "acrDetails": [{"systemCreatedAcrAccount": {"acrAccountSku": "Premium"}}],
            "storageAccountDetails": [{"systemCreatedStorageAccount": account}],
        }
        for region in ("westeurope", "northeurope")
    ]
    assert (registry.name, registry.location, registry.body["identity"]) == (
        "contoso-models",
        "westeurope",
        {"type": "SystemAssigned"},
    )
    assert registry.properties == {"publicNetworkAccess": "Disabled", "regionDetails": regions}


def test_targets_of_its_endpoints_are_known_after_its_creation_but_for_itself() -> None:
    """Azure names what it creates. Each endpoint is in the hub, and has the zones of its group ID."""
    endpoints = of_registry(ENDPOINTS)
    (registry,) = of_registry(REGISTRY).values()
    connections = {
        name: endpoint.properties["privateLinkServiceConnections"][0]["properties"]
        for name, endpoint in endpoints.items()
    }

    after = {UNKNOWN_KEY: "privateLinkServiceConnections, from models-registry"}
    assert {name: (one["groupIds"], one["privateLinkServiceId"]) for name, one in connections.items()} == {
        "models-amlregistry-endpoint": (["amlregistry"], registry.id),
        "models-registry-endpoint": (["registry"], after),
        "models-westeurope-blob-endpoint": (["blob"], after),
        "models-northeurope-blob-endpoint": (["blob"], after),
    }
    assert {endpoint.properties["subnet"]["id"].rpartition("/")[2] for endpoint in endpoints.values()} == {
        "snet-endpoints"
    }
    zones = {
        group.body["properties"]["privateDnsZoneConfigs"][0]["name"]
        for group in of_registry(f"{ENDPOINTS}/privateDnsZoneGroups").values()
    }
    assert zones == {
        "privatelink-api-azureml-ms",
        "privatelink-azurecr-io",
        "privatelink-blob-core-windows-net",
    }


def test_nothing_is_put_into_the_resource_group_that_azure_makes() -> None:
    """It denies writes. The endpoints are in the hub's."""
    groups = {resource.resource_group for resource in previewed("hub").graph if "ModelRegistry" in resource.urn}

    assert groups == {"rg-models", "rg-platform-hub-westeurope"}


def test_a_registry_for_production_is_protected_and_locked() -> None:
    """With every model it holds. Without production it can be deleted."""
    assert built(created(creating()).lock).scope == built(planned(creating()).part(ModelRegistrySpec)).id
    assert created(creating()).protect
    without = created(creating(production=False))
    assert (without.lock, without.protect) == (None, False)


def test_roles_by_stage_are_those_on_an_existing_registry() -> None:
    """Dev publishes and production reads, each pipeline with its own identity; nobody gets Contributor."""
    plan = planned(creating())
    target = built(plan.part(ModelRegistrySpec)).id

    given = {(role.principal.id.rpartition("/")[2], role.role) for role in plan.roles() if role.scope == target}
    assert ("id-retail-churn-dev-github", "AzureML Registry User") in given
    assert ("id-retail-churn-prod-github", "Reader") in given
    assert {role for who, role in given if who.startswith("id-retail-churn-prod")} == {"Reader"}
    assert {role for _, role in given} == {"AzureML Registry User", "Reader"}


def test_the_workspace_waits_for_its_role_on_the_registry() -> None:
    """The registry is built before the environments."""
    plan = planned(creating())

    assert [part.capability for part in plan.shared] == ["model_registry"]
    assert "model_registry" not in [part.capability for part in plan.capabilities]


def test_compute_targets_reach_its_endpoints_in_the_hub_where_they_are_in_the_spoke() -> None:
    """Of an existing registry, where the stack file has their range."""
    known = {"id": f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg/providers/{REGISTRY}/models"}
    for registry, ranges in (
        ({"create": {}}, ("10.0.0.160/27",)),
        (known | {"endpointRange": "10.0.0.160/27"}, ("10.0.0.160/27",)),
        (known, None),
    ):
        plan = planned(creating() | {"modelRegistry": registry})
        rules = {rule.destinations for rule in records(plan.spokes, NsgRuleSpec) if rule.name == "models"}
        assert rules == ({ranges} if ranges else set())


def test_the_contract_and_the_preview_name_it() -> None:
    """The preview states what is known only afterwards, and what is to be approved."""
    landing_zone = creating()
    landing_zone["projects"]["churn"]["environments"]["prod"]["isolation"] = "managed"
    plan = planned(landing_zone)

    for environment in ("dev", "prod"):
        registry = built(contract_of(plan, "churn", environment).model_registry)
        assert registry.name == created(landing_zone).name
    assert dict(PLANNER.summary(from_object(landing_zone))) == {
        "ML registry": "created; the IDs of its storage accounts and container registry are known after that; approve "
        "the private endpoints of the managed networks of churn/prod to these"
    }
    assert "created; the IDs of its storage accounts and container registry" in as_text.render(previewed("hub"))


@pytest.mark.parametrize(
    ("settings", "zones", "sku"),
    [
        ({}, [1, 2, 3], "Standard_ZRS"),
        ({}, [], "Standard_LRS"),
        ({"regions": ["northeurope"]}, [1, 2, 3], "Standard_LRS"),
        ({"redundancy": "zone", "regions": ["northeurope"]}, [], "Standard_ZRS"),
        ({"redundancy": "local"}, [1, 2, 3], "Standard_LRS"),
    ],
)
def test_its_storage_is_in_zones_where_each_region_is_known_to_have_them(
    settings: Stack, zones: list[int], sku: str
) -> None:
    """The stack file has the zones of one region alone."""
    assert created(creating(**settings) | {"availabilityZones": zones}).storage_sku == sku


def test_it_needs_a_hub_of_this_stack_and_the_public_cloud() -> None:
    """Its endpoints are in that hub, and for other clouds no page names their zone."""
    government = creating() | {"cloud": "usGovernment", "location": "usgovvirginia"}
    existing = creating() | {
        "hub": {
            "existing": {
                "virtualNetwork": f"{OF_HUB}/Microsoft.Network/virtualNetworks/vnet-hub",
                "addressSpace": ["10.0.0.0/24"],
                "firewallAddress": "10.0.0.4",
                "logAnalytics": f"{OF_HUB}/Microsoft.OperationalInsights/workspaces/log-hub",
            }
        }
    }

    wan = creating() | {
        "hub": {
            "virtualWan": {
                "virtualHub": f"{OF_HUB}/Microsoft.Network/virtualHubs/vhub",
                "addressSpace": ["10.0.0.0/24"],
                "logAnalytics": f"{OF_HUB}/Microsoft.OperationalInsights/workspaces/log-hub",
            }
        }
    }

    assert [text for text in messages_of(government) if text.startswith("modelRegistry")] == [
        "modelRegistry.create\n"
        "  No page of Microsoft's names the private DNS zone of Azure ML registries in Azure Government.\n"
        "  Remove `modelRegistry`."
    ]
    assert messages_of(existing) == [
        "modelRegistry.create\n"
        "  Its private endpoints are in a subnet of a hub that is built here, and `hub.existing` names one that is "
        "not.\n"
        "  Create it in the stack that builds the hub, and set `modelRegistry.id` here."
    ]
    assert [text.replace("virtualWan", "existing") for text in messages_of(wan)] == messages_of(existing)


def test_a_managed_network_reaches_the_registry_and_what_azure_creates_for_it(tmp_path: Path) -> None:
    """By three private endpoints. The targets of two are known after the creation."""
    landing_zone = creating()
    landing_zone["projects"]["churn"]["environments"]["prod"]["isolation"] = "managed"
    path = tmp_path / "Pulumi.models.yaml"
    path.write_text(yaml.safe_dump({"config": {KEY: landing_zone}}), encoding="utf-8")

    preview = preview_of(load(str(path)))

    rules = {
        rule.name: rule.properties["destination"]
        for rule in preview.graph.of_type("Microsoft.MachineLearningServices/workspaces/outboundRules")
        if "models" in rule.name
    }
    registry = built(planned(landing_zone).part(ModelRegistrySpec)).id
    groups = {"pe-models": "amlregistry", "pe-models-images": "registry", "pe-models-storage": "blob"}
    assert {name: rule["subresourceTarget"] for name, rule in rules.items()} == groups
    assert rules["pe-models"]["serviceResourceId"] == registry
    assert UNKNOWN_KEY in str(rules["pe-models-images"])
    assert UNKNOWN_KEY in str(rules["pe-models-storage"])
    shown = " ".join(as_text.render(preview).split())
    assert f"container registry of {registry.rpartition('/')[2]} (registry): the Azure ML registry keeps" in shown
    assert f"storage account of {registry.rpartition('/')[2]} (blob)" in shown
