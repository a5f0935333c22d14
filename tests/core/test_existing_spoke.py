"""Networks of spokes that exist, and subnets in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.core.plan import make_plan
from amlz.core.problems import StackFileError
from amlz.core.specs import ExistingNetworkSpec, PrivateEndpointSpec, SpokeSpec, records
from amlz.stackfile.load import from_object, load
from tests.conftest import preview_of, previewed
from tests.core.stacks import LANDING_ZONE, Stack, at, planned, stack

VENDED = "e1e1e1e1-1111-4222-8333-444455556666"
NETWORK = f"/subscriptions/{VENDED}/resourceGroups/rg-vending/providers/Microsoft.Network/virtualNetworks/vnet-vended"
NAMES = {"training": "snet-nodes", "endpoints": "snet-private"}


def vended(environment: Stack | None = None, spoke: Stack | None = None, **settings: Any) -> Stack:
    """A stack of one spoke whose network exists."""
    spokes = {"main": {"addressSpace": ["10.1.0.0/16"], "existing": {"virtualNetwork": NETWORK}} | (spoke or {})}
    return stack({"churn/dev": environment or at("10.1.0.0/24")}, **({"spokes": spokes} | settings))


def spoke_of(settings: Stack) -> tuple[SpokeSpec, ExistingNetworkSpec]:
    """The spoke of a plan, and the requirements for its network."""
    (spoke,) = planned(settings).spokes
    assert spoke.existing is not None
    return spoke, spoke.existing


def test_subnets_are_created_in_the_network_and_nothing_of_it_is() -> None:
    """Security groups and routes are in the spoke's own resource group; no side of a peering is built."""
    spoke, existing = spoke_of(vended())

    assert spoke.network.exists
    assert (spoke.network.id, spoke.to_hub, spoke.from_hub) == (NETWORK, None, None)
    assert [subnet.name for subnet in spoke.network.subnets] == ["snet-churn-dev-training", "snet-churn-dev-endpoints"]
    assert {group.place.group_id for group in spoke.security_groups} == {spoke.group.id}
    assert spoke.routes is not None
    assert spoke.routes.place.group_id == spoke.group.id
    assert spoke.group.id == f"/subscriptions/{VENDED}/resourceGroups/rg-retail-spoke-main-westeurope"
    assert existing.subnets == ()


def test_the_owner_of_the_network_is_told_what_to_provide() -> None:
    """Region, ranges, peering, DNS servers, and that subnets of this stack stay."""
    _, existing = spoke_of(vended())

    assert existing.demands == (
        "it is in westeurope and contains 10.1.0.0/16, which no other connected network has",
        "it is peered with vnet-retail-hub in both directions, forwarded traffic allowed; none is built here",
        "its DNS server is the private address of afw-retail-hub, which Azure gives at the first deployment",
        "its deployments keep the subnets that this stack creates: one that lists the subnets of a network deletes "
        "those that it does not list",
        "it sets the diagnostic setting, the lock and the DDoS protection plan of the network",
    )


def test_subnets_that_exist_get_no_group_and_no_route_and_their_owner_a_list() -> None:
    """The same rules as of subnets that are created, by the owner's names."""
    built, _ = spoke_of(vended())
    spoke, existing = spoke_of(vended(at("10.1.0.0/24", existing={"subnets": NAMES})))

    assert (spoke.network.subnets, spoke.security_groups, spoke.routes) == ((), (), None)
    rules = {group.role.rpartition("-")[2]: group.rules for group in built.security_groups}
    ranges = {subnet.role.rpartition("-")[2]: subnet.cidr for subnet in built.network.subnets}
    assert {subnet.name: (subnet.cidr, subnet.rules) for subnet in existing.subnets} == {
        name: (ranges[role], rules[role]) for role, name in NAMES.items()
    }
    assert {subnet.routes for subnet in existing.subnets} == {(("0.0.0.0/0", "the private address of afw-retail-hub"),)}
    assert spoke.subnet_ids == {ranges[role]: f"{NETWORK}/subnets/{name}" for role, name in NAMES.items()}


def test_everything_in_an_existing_subnet_refers_to_it() -> None:
    """Compute targets, private endpoints, rights to create compute targets, and the output for pipelines."""
    environment = at("10.1.0.0/24", existing={"subnets": NAMES}, peopleCreateComputes=True)
    plan = planned(vended(environment, access={"computeOperators": ["11111111-aaaa-4bbb-8ccc-000000000004"]}))
    (spec,) = plan.environments

    assert spec.computes.subnet == f"{NETWORK}/subnets/snet-nodes"
    assert {endpoint.subnet for endpoint in records(spec, PrivateEndpointSpec)} == {f"{NETWORK}/subnets/snet-private"}
    scopes = {role.scope for role in plan.roles()}
    assert {NETWORK, f"{NETWORK}/subnets/snet-nodes"} <= scopes


def test_the_subscription_of_the_spoke_is_that_of_the_network() -> None:
    """Environments in it are there, too; the hub and the rest stay."""
    plan = planned(vended())

    assert plan.subscriptions == (LANDING_ZONE, VENDED)
    assert plan.environments[0].group.place.subscription == VENDED


def test_an_existing_hub_is_not_written_to() -> None:
    """No peering is built, so the deployer needs no role there, and no provider of its subscription."""
    hub = yaml.safe_load(Path("examples/vended-spoke/Pulumi.vended-spoke.yaml").read_text("utf-8"))
    plan = planned(hub["config"]["amlz:landingZone"])

    theirs = plan.organisation.hub_subscription
    assert theirs not in plan.subscriptions
    assert [role.role for role in plan.deployer if role.subscription == theirs] == ["Private DNS Zone Contributor"]


@pytest.mark.parametrize(
    ("settings", "path", "text"),
    [
        (
            vended(spoke={"subscription": LANDING_ZONE}),
            "spokes.main.subscription",
            f"It is {LANDING_ZONE}, and `existing.virtualNetwork` is in {VENDED}.",
        ),
        (
            vended(spoke={"names": {"virtualNetwork": "vnet-own"}}),
            "spokes.main.names.virtualNetwork",
            "It names a network that is created here, and `existing` one that is not.",
        ),
        (
            vended(at("10.1.0.0/24", existing={"subnets": {"training": "snet-nodes"}})),
            "projects.churn.environments.dev.existing.subnets",
            "The environment needs subnets for training and endpoints, and the name for endpoints is missing.",
        ),
        (
            vended(at("10.1.0.0/24", existing={"subnets": NAMES | {"build": "snet-build"}})),
            "projects.churn.environments.dev.existing.subnets.build",
            "The environment has no subnet for build: it needs training and endpoints.",
        ),
        (
            vended(at("10.1.0.0/24", existing={"subnets": {"training": "snet-a", "endpoints": "snet-a"}})),
            "projects.churn.environments.dev.existing.subnets.endpoints",
            "projects.churn.environments.dev.existing.subnets.training names the same subnet.",
        ),
        (
            stack({"churn/dev": at("10.1.0.0/24", existing={"subnets": NAMES})}),
            "projects.churn.environments.dev.existing.subnets",
            "It names subnets that exist, and the network of spoke main is created here.",
        ),
    ],
)
def test_contradictions_are_refused(settings: Stack, path: str, text: str) -> None:
    """At the key that is to be changed."""
    with pytest.raises(StackFileError) as refused:
        make_plan(from_object(settings))

    (problem,) = refused.value.problems
    assert (".".join(str(part) for part in problem.path), problem.what) == (path, text)


def test_a_preview_builds_no_network_and_no_peering() -> None:
    """Nor a security group or a route table for subnets that exist."""
    graph = previewed("vended-spoke").graph

    networks = graph.of_type("Microsoft.Network/virtualNetworks")
    peerings = graph.of_type("Microsoft.Network/virtualNetworks/virtualNetworkPeerings")
    subnets = graph.of_type("Microsoft.Network/virtualNetworks/subnets")
    assert (list(networks), list(peerings)) == ([], [])
    assert sorted(subnet.name for subnet in subnets) == ["snet-scoring-dev-endpoints", "snet-scoring-dev-training"]
    assert {subnet.resource_group for subnet in subnets} == {"rg-vending"}
    assert [table.name for table in graph.of_type("Microsoft.Network/routeTables")] == ["rt-credit-spoke-nonprod"]


def test_zones_that_are_created_here_are_linked_to_the_network(tmp_path: Path) -> None:
    """With a hub that is built here."""
    path = tmp_path / "Pulumi.vended.yaml"
    path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": vended()}}), encoding="utf-8")
    preview = preview_of(load(str(path)))

    links = preview.graph.of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    targets = {link.properties["virtualNetwork"]["id"].rsplit("/", 1)[-1] for link in links}
    assert targets == {"vnet-retail-hub", "vnet-vended"}
    assert [finding.message for finding in preview.findings if finding.severity.value == "error"] == []
