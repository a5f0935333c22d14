"""A hub of Azure Virtual WAN: spokes are connected to it, and take its routes."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.plan import make_plan
from amlz.core.problems import StackFileError
from amlz.core.specs import HubConnectionSpec, Place
from amlz.reach.answers import Evaluator
from amlz.reach.packet import Reachability
from amlz.reach.read import landscape
from amlz.reach.summary import everything
from amlz.stackfile.load import from_object
from tests.conftest import previewed
from tests.core.stacks import LANDING_ZONE, Stack, built, planned, stack

OWNER = "d1d1d1d1-1111-4222-8333-444455556666"
GROUP = f"/subscriptions/{OWNER}/resourceGroups/rg-connectivity"
VIRTUAL_HUB = f"{GROUP}/providers/Microsoft.Network/virtualHubs/vhub-westeurope"
LOG = f"/subscriptions/{OWNER}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/log-central"


def connected(wan: Stack | None = None, **settings: Any) -> Stack:
    """A stack whose hub is a virtual hub."""
    hub = {"virtualHub": VIRTUAL_HUB, "addressSpace": ["10.0.0.0/23"], "logAnalytics": LOG}
    return stack(**({"hub": {"virtualWan": hub | (wan or {})}} | settings))


def test_a_spoke_is_connected_and_has_no_peering_and_no_route() -> None:
    """A route table of the spoke would replace the default route of the virtual hub."""
    plan = planned(connected())
    (spoke,) = plan.spokes

    place = Place(OWNER, "rg-connectivity", "westeurope")
    name = "conn-retail-spoke-main-westeurope"
    assert spoke.connection == HubConnectionSpec(name, VIRTUAL_HUB, place, spoke.network.id)
    assert (spoke.to_hub, spoke.from_hub, spoke.routes, spoke.dns_servers) == (None, None, None, ())
    assert {subnet.route_table for subnet in spoke.network.subnets} == {None}
    assert plan.subscriptions == (OWNER, LANDING_ZONE)


def test_its_firewall_and_its_routing_are_requests_to_its_owner() -> None:
    """The rules as of every hub that exists; no address of the firewall is needed."""
    existing = built(planned(connected()).organisation.existing_hub)

    assert (existing.network, existing.firewall_address, existing.log_analytics) == (VIRTUAL_HUB, None, LOG)
    assert existing.demands == (
        "its internet routing policy (routing intent) leads 0.0.0.0/0 to its firewall: spokes have no own route",
        "its private routing policy leads traffic between networks to its firewall, if that must pass one",
    )
    assert "rcg-azure-ml" in [group.name for group in existing.must_allow]


def test_names_resolve_by_zones_that_are_linked_to_spokes() -> None:
    """A zone cannot be linked to a virtual hub. Compute targets need no rule for the DNS servers of Azure."""
    plan = planned(connected())
    (spoke,) = plan.spokes

    dns = built(plan.organisation.dns)
    assert dns.links == ()
    assert {link.zone for link in spoke.links} == set(dns.zones)
    rules = {rule.name for group in spoke.security_groups for rule in group.rules}
    assert "dns" not in rules


def test_dns_servers_are_those_of_the_stack_file() -> None:
    """Such as the firewall of the virtual hub, whose proxy asks servers of the organisation."""
    plan = planned(connected({"dnsServers": ["10.0.0.132"]}))

    assert plan.spokes[0].dns_servers == ("10.0.0.132",)
    rules = [rule for group in plan.spokes[0].security_groups for rule in group.rules if rule.name == "dns"]
    assert {rule.destinations for rule in rules} == {("10.0.0.132",)}
    assert (
        "spokes get answers for names from 10.0.0.132, those of private zones included"
        in built(plan.organisation.existing_hub).demands
    )


def test_a_network_that_exists_is_connected_by_its_owner() -> None:
    """No connection is built, and the hub's subscription is not written to."""
    network = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-v/providers/Microsoft.Network/virtualNetworks/vnet-v"
    spokes = {"main": {"addressSpace": ["10.1.0.0/16"], "existing": {"virtualNetwork": network}}}
    plan = planned(connected(spokes=spokes))

    assert plan.spokes[0].connection is None
    assert plan.subscriptions == (LANDING_ZONE,)
    assert (
        "it is connected to virtual hub vhub-westeurope, with internet security enabled; none is built here"
        in built(plan.spokes[0].existing).demands
    )


@pytest.mark.parametrize(
    ("settings", "path", "text"),
    [
        (
            {"dns": {"mode": "existing", "resourceGroup": GROUP}},
            "hub.virtualWan",
            "Spokes have Azure's DNS servers, which resolve only zones that are linked to their networks, and none is.",
        ),
        ({"dataLake": {}}, "dataLake", "Its private endpoints would be in the hub, and `hub.virtualWan` names one in"),
    ],
)
def test_contradictions_are_refused(settings: Stack, path: str, text: str) -> None:
    """At the key that is to be changed."""
    with pytest.raises(StackFileError) as refused:
        make_plan(from_object(connected(**settings)))

    (problem,) = refused.value.problems
    assert ".".join(str(part) for part in problem.path) == path
    assert problem.what.startswith(text)


def test_the_preview_connects_with_internet_security() -> None:
    """The one request in the subscription of the virtual hub. No finding is an error."""
    preview = previewed("virtual-wan")

    (connection,) = (one for one in preview.graph if one.subscription == OWNER)
    assert connection.arm_type == "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections"
    assert connection.properties["enableInternetSecurity"] is True
    assert [finding.message for finding in preview.findings if finding.severity.value == "error"] == []
    assert preview.verdicts.denied == ()


def test_reach_answers_that_routes_of_a_virtual_hub_are_not_known() -> None:
    """Egress is undecided unless a security group blocks it; within the spoke nothing changes."""
    answers = list(everything(Evaluator(landscape(previewed("virtual-wan").graph, ["10.128.0.0/16"]))))

    tags = {answer.verdict for answer in answers if answer.destination.kind == "tag" and answer.source.kind == "subnet"}
    assert Reachability.REACHABLE not in tags
    assert Reachability.UNKNOWN in tags
    premises = {answer.verdict for answer in answers if answer.source.kind == "on-premises"}
    assert premises == {Reachability.UNKNOWN}


def test_the_deployer_gets_the_role_of_connections() -> None:
    """Not that of peerings, whose networks it never writes to."""
    plan = planned(connected())

    assert [(role.role, role.why) for role in plan.deployer if role.subscription == OWNER][:1] == [
        ("Network Contributor", "on the virtual hub: spokes are connected to it")
    ]
