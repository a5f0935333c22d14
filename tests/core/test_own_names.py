"""Own names, tags and ranges of what several environments share: the hub, spokes, the shared registry."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.azure.ids import parse
from amlz.core.addresses import AddressSpace
from amlz.core.specs import SharedRegistrySpec
from tests.core.stacks import Stack, addresses, at, built, hub_part, log_of, planned, stack

NAMES = {"resourceGroup": "rg-net", "virtualNetwork": "vnet-x", "firewall": "afw-x", "firewallPolicy": "afwp-x"}


def shared(hub: Stack | None = None, spoke: Stack | None = None, registry: Stack | None = None) -> Stack:
    """A stack with a shared registry, and the messages on the three names."""
    settings = stack({"churn/dev": at("10.1.0.0/24", registry="shared")}, sharedRegistry=registry or {})
    settings["hub"] |= {"bastion": True} | (hub or {})
    settings["spokes"]["main"] |= spoke or {}
    return settings


def names(settings: Stack) -> dict[str, str]:
    """The names of what is shared, by what it is."""
    plan = planned(settings)
    assert plan.hub is not None
    (spoke,) = plan.spokes
    return {
        "hub's group": plan.hub.group.place.resource_group,
        "hub": built(plan.hub.network).name,
        "firewall": built(plan.hub.firewall).name,
        "policy": built(plan.hub.firewall).policy,
        "Bastion": hub_part(plan, "bastion").name,
        "spoke's group": spoke.group.place.resource_group,
        "spoke": spoke.network.name,
        "routes": built(spoke.routes).name,
        "registry's group": built(plan.part(SharedRegistrySpec)).group.place.resource_group,
    }


GENERATED = {
    "hub's group": "rg-retail-hub-westeurope",
    "hub": "vnet-retail-hub",
    "firewall": "afw-retail-hub",
    "policy": "afwp-retail-hub",
    "Bastion": "bas-retail-hub",
    "spoke's group": "rg-retail-spoke-main-westeurope",
    "spoke": "vnet-retail-spoke-main",
    "routes": "rt-retail-spoke-main",
    "registry's group": "rg-retail-shared-westeurope",
}


@pytest.mark.parametrize(
    ("data", "changed"),
    [
        ({}, {}),
        ({"hub": {"names": {"resourceGroup": "rg-net"}}}, {"hub's group": "rg-net"}),
        ({"hub": {"names": {"virtualNetwork": "vnet-x"}}}, {"hub": "vnet-x"}),
        ({"hub": {"names": {"firewall": "afw-x", "bastion": "bas-x"}}}, {"firewall": "afw-x", "Bastion": "bas-x"}),
        ({"hub": {"names": {"firewallPolicy": "afwp-x"}}}, {"policy": "afwp-x"}),
        ({"spoke": {"names": {"resourceGroup": "rg-x"}}}, {"spoke's group": "rg-x"}),
        ({"spoke": {"names": {"routeTable": "rt-x"}}}, {"routes": "rt-x"}),
        ({"spoke": {"names": {"virtualNetwork": "vnet-y"}}}, {"spoke": "vnet-y"}),
        ({"registry": {"resourceGroup": "rg-images"}}, {"registry's group": "rg-images"}),
    ],
)  # fmt: skip
def test_a_name_that_is_said_replaces_that_one_and_no_other(data: dict[str, Any], changed: dict[str, str]) -> None:
    """Every other stays the generated one."""
    assert names(shared(**data)) == GENERATED | changed


def test_whatever_refers_to_a_named_thing_follows() -> None:
    """Peerings, compute subnets, the endpoint of the registry and the rules that compute targets wait for."""
    plan = planned(shared(hub={"names": NAMES}, spoke={"names": {"virtualNetwork": "vnet-y"}}))

    (spoke,), (environment,) = plan.spokes, plan.environments
    assert plan.hub is not None
    assert spoke.from_hub is not None
    assert (built(spoke.to_hub).remote, spoke.from_hub.remote) == (built(plan.hub.network).id, spoke.network.id)
    assert (built(spoke.to_hub).network, spoke.from_hub.network) == ("vnet-y", "vnet-x")
    assert environment.computes.subnet == spoke.network.subnet_id("snet-churn-dev-training")
    assert built(plan.hub.firewall).group_id("rcg-azure-ml") in environment.computes.after
    endpoint = parse(built(plan.part(SharedRegistrySpec)).registry.endpoint.subnet)
    assert (endpoint.resource_group, *endpoint.names) == ("rg-net", "vnet-x", "snet-endpoints")


def test_tags_are_of_their_scope_and_go_over_those_of_the_landing_zone() -> None:
    """Of the hub, of a spoke with its security groups, of the registry with its endpoint; of nothing else."""
    by = {
        "hub": {"tags": {"cost": "hub"}},
        "spoke": {"tags": {"Cost": "spoke"}},
        "registry": {"tags": {"cost": "images"}},
    }
    plan = planned(shared(**by) | {"tags": {"cost": "all"}})

    (spoke,), (environment,) = plan.spokes, plan.environments
    assert plan.hub is not None
    hub, registry = plan.hub, built(plan.part(SharedRegistrySpec))
    result: dict[str, tuple[Any, ...]] = {
        "hub": (hub.group, log_of(plan), hub.network, hub.firewall, built(hub.firewall).address, hub.dns),
        "spoke": (spoke.group, spoke.network, spoke.routes, *spoke.security_groups),
        "images": (registry.group, registry.registry, registry.registry.endpoint),
        "all": (environment.group, environment.workspace, environment.storage),
    }
    collected = {
        key: {{k.lower(): v for k, v in one.tags.items()}["cost"] for one in ones} for key, ones in result.items()
    }
    assert collected == {key: {key} for key in result}


def test_subnets_of_the_hub_are_where_the_file_says() -> None:
    """Its range may be smaller than the fixed layout takes."""
    result = {"firewall": "10.0.0.64/26", "bastion": "10.0.0.128/26", "endpoints": "10.0.0.0/29"}
    settings = shared(hub={"addressSpace": "10.0.0.0/24", "subnets": result})

    space = addresses(settings).hub

    assert isinstance(space, AddressSpace)
    assert {subnet.role: subnet.cidr for subnet in space.blocks[0].subnets} == result
    assert space.free == ("10.0.0.8/29", "10.0.0.16/28", "10.0.0.32/27", "10.0.0.192/26")


def test_the_fixed_layout_stays_where_nothing_is_said() -> None:
    """Roles in their order, at their positions."""
    assert {subnet.role: subnet.cidr for subnet in addresses(shared()).hub_blocks[0].subnets} == {
        "firewall": "10.0.0.0/26",
        "bastion": "10.0.0.64/26",
        "endpoints": "10.0.0.160/27",
    }
