"""Copies of container registries in other regions: their resources, order, zones, and addresses."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.checks.reading import connections
from amlz.core.addresses import needs
from amlz.core.hub_layout import check_hub_subnets
from amlz.core.specs import ContainerRegistrySpec, SharedRegistrySpec
from amlz.stackfile.load import from_object
from tests.conftest import previewed
from tests.core.stacks import Stack, at, planned, stack

REPLICAS = "Microsoft.ContainerRegistry/registries/replications"


def own(**settings: Any) -> Stack:
    """A production environment with its own registry."""
    return stack({"churn/prod": at("10.1.0.0/24", **settings)})


def sharing(**settings: Any) -> Stack:
    """A production environment with the shared registry."""
    return stack({"churn/prod": at("10.1.0.0/24", registry="shared")}, sharedRegistry=settings)


@pytest.mark.parametrize(
    ("region", "production", "zones"),
    [("northeurope", True, True), ("westus", True, False), ("northeurope", False, False), ("atlantis", True, False)],
)
def test_a_copy_of_production_is_in_zones_where_its_region_is_known_to_have_some(
    region: str, production: bool, zones: bool
) -> None:
    """`availabilityZones` is about the region of the landing zone."""
    settings = own(registryReplicas=[region], production=production) | {"availabilityZones": []}
    registry = planned(settings).environments[0].registry

    assert isinstance(registry, ContainerRegistrySpec)
    (replica,) = registry.replicas
    assert (replica.id, replica.region, replica.zone_redundant) == (
        f"{registry.id}/replications/{region}",
        region,
        zones,
    )


def test_the_shared_registry_has_copies_too() -> None:
    """In the order of the stack file."""
    shared = planned(sharing(replicas=["northeurope", "francecentral"])).part(SharedRegistrySpec)

    assert shared is not None
    assert [replica.region for replica in shared.registry.replicas] == ["northeurope", "francecentral"]


def test_the_private_endpoint_takes_an_address_for_each_copy() -> None:
    """In the subnet of the environment, with its growth, and in that of the hub."""

    def of_environment(**settings: Any) -> int:
        return needs(from_object(own(growth=0, **settings)).projects["churn"].environments["prod"])["endpoints"]

    assert of_environment(registryReplicas=["northeurope", "francecentral"]) == of_environment() + 2

    def in_hub(count: int) -> list[str]:
        subnets = {"firewall": "10.0.0.0/26", "endpoints": "10.0.0.64/28"}
        settings = sharing(replicas=[f"region{number}" for number in range(count)])
        config = from_object(settings | {"hub": {"addressSpace": "10.0.0.0/24", "subnets": subnets}})
        return [problem.what for problem in check_hub_subnets(config)]

    assert in_hub(9) == []
    assert in_hub(10) == ["10.0.0.64/28 holds 16 addresses, that of endpoints takes 32 at least."]


def test_copies_are_built_before_the_endpoint_and_the_lock() -> None:
    """An endpoint that is built later has the names of all regions; a lock that is built earlier refuses a deletion."""
    graph = previewed("everything").graph
    replicas = graph.of_type(REPLICAS)

    assert len(replicas) == 2
    for replica in replicas:
        registry = graph.by_id(replica.id.rsplit("/replications/")[0])
        assert registry is not None
        assert (replica.name, replica.location, replica.body["properties"]["regionEndpointEnabled"]) == (
            "northeurope",
            "northeurope",
            True,
        )
        endpoints = [
            endpoint
            for endpoint in graph.of_type("Microsoft.Network/privateEndpoints")
            if registry.id in [target for target, _ in connections(endpoint)]
        ]
        locks = [lock for lock in graph.of_type("Microsoft.Authorization/locks") if registry.id in lock.id]
        assert len(endpoints) == 1
        assert all(graph.waits_for(later, replica) for later in (*endpoints, *locks))
