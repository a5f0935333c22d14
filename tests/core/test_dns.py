"""Names on private networks: which zones there are, who registers in them, and who resolves them."""

from __future__ import annotations

import pytest

from amlz.core.facts.dns import ENDPOINT_ADDRESSES, ZONES, zones_needed
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import SharedRegistrySpec
from tests.conftest import previewed
from tests.core.stacks import HUB, LANDING_ZONE, at, built, facts, planned, stack

WRITTEN = facts("private-dns-zones")
GROUP = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-retail-hub-westeurope"
ALWAYS = [
    "privatelink.api.azureml.ms",
    "privatelink.azurecr.io",
    "privatelink.blob.core.windows.net",
    "privatelink.file.core.windows.net",
    "privatelink.notebooks.azure.net",
    "privatelink.vaultcore.azure.net",
]
BATCH = ["privatelink.queue.core.windows.net", "privatelink.table.core.windows.net"]


def test_zones_are_those_of_the_published_pages() -> None:
    """Every group ID of every cloud of the table, against a second transcription."""
    assert {cloud: {g: list(z) for g, z in groups.items()} for cloud, groups in ZONES.items()} == {
        cloud: WRITTEN[cloud] for cloud in ("public", "usGovernment", "china")
    }


def test_addresses_of_endpoints_are_those_of_the_published_pages() -> None:
    """They decide how large the subnet of endpoints must be. No page has those of an Azure ML registry's endpoint."""
    assert dict(ENDPOINT_ADDRESSES) == {**WRITTEN["addressesOfAnEndpoint"], "amlregistry": 3}


def test_a_group_that_the_table_does_not_have_is_not_guessed() -> None:
    """It raises."""
    with pytest.raises(KeyError, match="mariadbServer"):
        zones_needed("mariadbServer")


def zones(plan: LandingZonePlan) -> list[str]:
    """Names of all zones."""
    return [zone.name for zone in built(plan.hub).dns.zones]


def test_there_are_the_zones_of_the_endpoints_that_there_are_and_no_other() -> None:
    """Queues and tables only where one environment runs batches; the registry's with the shared one, too."""
    shared = stack({"churn/dev": at("10.1.0.0/24", batch=False, registry="shared")}, sharedRegistry={})

    assert {
        "as a rule": zones(planned(stack())),
        "without batch": zones(planned(stack({"churn/dev": at("10.1.0.0/24", batch=False)}))),
        "one of two with batch": zones(
            planned(stack({"churn/dev": at("10.1.0.0/24", batch=False), "fraud/dev": at("10.1.1.0/24")}))
        ),
        "with the shared registry": zones(planned(shared)),
        "without projects": zones(planned(stack({}))),
    } == {
        "as a rule": sorted([*ALWAYS, *BATCH]),
        "without batch": ALWAYS,
        "one of two with batch": sorted([*ALWAYS, *BATCH]),
        "with the shared registry": ALWAYS,
        "without projects": [],
    }


def test_every_zone_is_linked_once_to_the_hub_and_to_every_spoke() -> None:
    """In the hub's subscription, where the zones are."""
    spokes = {"one": {"addressSpace": ["10.1.0.0/16"]}, "two": {"addressSpace": ["10.2.0.0/16"]}}
    plan = planned(
        stack(
            {"churn/dev": at("10.1.0.0/24", spoke="one")},
            spokes=spokes,
            subscriptions={"landingZone": LANDING_ZONE, "hub": HUB},
        )
    )

    links = [*built(plan.hub).dns.links, *(link for spoke in plan.spokes for link in spoke.links)]

    zone = f"/subscriptions/{HUB}/resourceGroups/rg-retail-hub-westeurope/providers/Microsoft.Network/privateDnsZones"
    networks = {"link-hub": built(built(plan.hub).network).id} | {
        f"link-spoke-{s.name}": s.network.id for s in plan.spokes
    }
    assert sorted((link.id, link.network) for link in links) == sorted(
        (f"{zone}/{name}/virtualNetworkLinks/{link}", network)
        for name in [*ALWAYS, *BATCH]
        for link, network in networks.items()
    )


def test_every_endpoint_registers_in_the_zones_of_its_group() -> None:
    """One environment, all of its endpoints."""
    (environment,) = planned(stack()).environments
    assert environment.registry is not None
    endpoints = [
        built(environment.workspace.endpoint),
        built(environment.key_vault.endpoint),
        built(environment.registry.endpoint),
        *environment.storage.endpoints,
    ]

    assert {endpoint.group: [zone.id for zone in endpoint.zones] for endpoint in endpoints} == {
        group: [f"{GROUP}/providers/Microsoft.Network/privateDnsZones/{name}" for name in WRITTEN["public"][group]]
        for group in ("amlworkspace", "vault", "registry", "blob", "file", "queue", "table")
    }
    assert [endpoint.target for endpoint in endpoints] == [
        environment.workspace.id,
        environment.key_vault.id,
        environment.registry.id,
        *[environment.storage.id] * 4,
    ]


def test_the_shared_registry_has_its_one_endpoint_in_the_hub() -> None:
    """A second one would overwrite the names of the first."""
    plan = planned(
        stack(
            {"churn/dev": at("10.1.0.0/24", registry="shared"), "fraud/dev": at("10.1.1.0/24", registry="shared")},
            sharedRegistry={},
        )
    )
    endpoint = built(plan.part(SharedRegistrySpec)).registry.endpoint

    assert (endpoint.group, endpoint.subnet, [zone.name for zone in endpoint.zones]) == (
        "registry",
        f"{built(built(plan.hub).network).id}/subnets/snet-endpoints",
        ["privatelink.azurecr.io"],
    )
    assert [environment.registry for environment in plan.environments] == [None, None]


def test_spokes_ask_the_firewall_and_the_hub_asks_azure() -> None:
    """The proxy itself must not ask itself. The firewall's address is known when it is created."""
    networks = previewed("minimal").graph.of_type("Microsoft.Network/virtualNetworks")

    servers = {network.name: network.properties.get("dhcpOptions") for network in networks}

    firewall = {"$unknown": "dhcpOptions, from hub-firewall-firewall"}
    assert servers == {"vnet-retail-hub": None, "vnet-retail-spoke-main": {"dnsServers": [firewall]}}


def test_with_a_second_dns_server_spokes_ask_the_firewall_first() -> None:
    """The order is that of the body."""
    networks = previewed("everything").graph.of_type("Microsoft.Network/virtualNetworks")
    network = next(network for network in networks if network.name == "vnet-contoso-spoke")

    firewall = {"$unknown": "dhcpOptions, from hub-firewall-firewall"}
    assert network.properties["dhcpOptions"] == {"dnsServers": [firewall, "10.20.0.196"]}
