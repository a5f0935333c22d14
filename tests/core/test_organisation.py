"""A landing zone in an organisation whose hub and zones exist: what is built, what is left to others."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.addresses import ExistingAddressSpace
from amlz.core.plan import LandingZonePlan
from amlz.reports import existing_hub
from tests.core.stacks import HUB, LANDING_ZONE, PEOPLE, Stack, at, built, planned, stack

LOGS = "f1f1f1f1-1111-4222-8333-444455556666"
DNS = "d2d2d2d2-1111-4222-8333-444455556666"
NETWORK = f"/subscriptions/{HUB}/resourceGroups/rg-connectivity/providers/Microsoft.Network/virtualNetworks/vnet-hub"
LOG = f"/subscriptions/{LOGS}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/log-central"
ZONES = f"/subscriptions/{DNS}/resourceGroups/rg-private-dns"
EXISTING = {
    "virtualNetwork": NETWORK,
    "firewallAddress": "10.0.0.4",
    "logAnalytics": LOG,
    "addressSpace": ["10.0.0.0/22"],
}
SPOKE_GROUP = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-retail-spoke-main-westeurope"
SPOKE = f"{SPOKE_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-retail-spoke-main"
PEERING = "virtualNetworkPeerings"
CHURN = {"churn/dev": at("10.1.0.0/24", batch=False, security={"highBusinessImpact": False})}


def existing(environments: Stack | None = None, dns: Stack | None = None, **more: Any) -> LandingZonePlan:
    """A plan with an existing hub; `more` are keys of `hub.existing` or of the whole."""
    hub = EXISTING | {key: more.pop(key) for key in ("dnsServers", "peerFromHub") if key in more}
    return planned(stack(environments or CHURN, hub={"existing": hub}, dns=dns or {}, **more))


def test_nothing_of_an_existing_hub_is_built_and_everything_refers_to_it() -> None:
    """Peering, routes, name servers and diagnostics are those of the hub that is there."""
    plan = existing()

    (spoke,) = plan.spokes
    assert plan.hub is None
    assert plan.organisation.existing_hub is not None
    assert {
        "next hop": plan.organisation.existing_hub.firewall_address,
        "name servers": spoke.dns_servers,
        "peer": built(spoke.to_hub).remote,
        "hub's side": spoke.from_hub.id if spoke.from_hub else "",
        "logs": {spoke.network.diagnostics.log_analytics, plan.environments[0].insights.log_analytics},
        "subscriptions": plan.subscriptions,
    } == {
        "next hop": "10.0.0.4",
        "name servers": ("10.0.0.4",),
        "peer": NETWORK,
        "hub's side": f"{NETWORK}/{PEERING}/peer-retail-spoke-main-westeurope",
        "logs": {LOG},
        "subscriptions": (HUB, LANDING_ZONE),
    }


def test_the_hubs_side_of_a_peering_can_be_left_to_its_owner() -> None:
    """Then nothing is built in the hub's subscription, and the preview asks its owner for it."""
    plan = existing(peerFromHub=False, dnsServers=["10.0.0.68", "10.9.0.4"])

    assert (plan.spokes[0].from_hub, plan.spokes[0].dns_servers, plan.subscriptions, existing_hub.demands(plan)) == (
        None,
        ("10.0.0.68", "10.9.0.4"),
        (LANDING_ZONE,),
        (
            "spokes get answers for names from 10.0.0.68 and 10.9.0.4 on port 53, those of the private zones included",
            "the firewall sends return traffic of the spokes back to them: by the peering, or by a route",
            "its owner peers it with spoke main, forwarded traffic allowed: until then nothing passes",
        ),
    )


def test_computes_ask_the_name_servers_that_are_said() -> None:
    """The rule of their subnets names them, and people come from the ranges of the hub."""
    plan = existing(dnsServers=["10.0.0.68", "10.9.0.4"], onPremises=["10.64.0.0/16"])

    rules = {(g.role, r.name): r for g in plan.spokes[0].security_groups for r in g.rules}
    dns = rules["churn-dev-training", "dns"]
    assert (dns.destinations, dns.why) == (("10.0.0.68", "10.9.0.4"), "names, by the hub's DNS servers")
    assert rules["churn-dev-endpoints", "people"].sources == ("10.0.0.0/22", "10.64.0.0/16")


def test_what_the_existing_firewall_must_allow_is_what_ours_would() -> None:
    """The same rules in the same order, service tags and hosts, each with its reason."""
    hosts: dict[str, Any] = {"egress": ["pythonPackages"]}
    ours = planned(stack(CHURN, **hosts))
    assert ours.hub is not None

    requirements = list(existing_hub.must_allow(existing(**hosts)))

    groups = built(ours.hub.firewall).groups
    assert [(rule.name, rule.to, rule.sources, rule.why) for rule in requirements] == [
        *((r.name, r.destinations, r.sources, r.why) for group in groups for r in group.network_rules),
        *((r.name, r.hosts, r.sources, r.why) for group in groups for r in group.application_rules),
    ]
    assert (requirements[0].how, requirements[0].sources, requirements[-1].how) == (
        "TCP 80, 443",
        ("10.1.0.0/25",),
        "HTTPS 443",
    )
    assert list(existing_hub.must_allow(ours)) == []
    assert existing_hub.record(ours) is None


#: dns, existing hub or not → where zones are built, where existing ones are, networks that links lead to.
DNS_MODES: list[tuple[str, Stack, bool, tuple[int, str, list[str]]]] = [
    ("created with our hub", {}, False, (6, "rg-retail-hub-westeurope", ["hub", "spoke-main"])),
    ("created beside an existing hub", {}, True, (6, "rg-retail-dns-westeurope", ["hub", "spoke-main"])),
    ("existing with our hub", {"mode": "existing", "resourceGroup": ZONES}, False, (0, "rg-private-dns", [])),
    (
        "existing and linked with our hub",
        {"mode": "existing", "resourceGroup": ZONES, "linkZones": True},
        False,
        (0, "rg-private-dns", ["hub", "spoke-main"]),
    ),
    (
        "existing and linked beside an existing hub",
        {"mode": "existing", "resourceGroup": ZONES, "linkZones": True},
        True,
        (0, "rg-private-dns", ["spoke-main"]),
    ),
    ("by policy", {"mode": "policy"}, False, (0, "", [])),
    ("by policy beside an existing hub", {"mode": "policy"}, True, (0, "", [])),
]


@pytest.mark.parametrize(("dns", "beside", "expected"), [row[1:] for row in DNS_MODES], ids=[r[0] for r in DNS_MODES])
def test_zones_and_links_by_mode(dns: Stack, beside: bool, expected: tuple[int, str, list[str]]) -> None:
    """How many zones are built, the resource group to which endpoints write, and the networks that are linked here."""
    plan = existing(dns=dns) if beside else planned(stack(CHURN, dns=dns))

    built = plan.hub.dns if plan.hub else plan.organisation.dns
    groups = {zone.id.split("/")[4] for spec in endpoints(plan) for zone in spec.zones}
    links = [*(built.links if built else ()), *(link for spoke in plan.spokes for link in spoke.links)]
    zones = len(built.zones) if built else 0
    assert (zones, "".join(groups), sorted({link.role for link in links})) == expected
    assert len(links) == 6 * len(expected[2])


def endpoints(plan: LandingZonePlan) -> list[Any]:
    """Every private endpoint of the only environment."""
    (environment,) = plan.environments
    assert environment.registry is not None
    owners = (environment.key_vault, environment.registry, environment.workspace)
    return [*(owner.endpoint for owner in owners), *environment.storage.endpoints]


def test_links_of_existing_zones_say_whose_they_are() -> None:
    """Others have links in the same zones."""
    plan = existing(dns={"mode": "existing", "resourceGroup": ZONES, "linkZones": True})

    names = {link.id.removeprefix(ZONES).rsplit("/", 1)[-1] for link in plan.spokes[0].links}
    assert (names, plan.subscriptions) == ({"link-retail-spoke-main-westeurope"}, (HUB, LANDING_ZONE, DNS))


def test_with_names_by_policy_what_waited_for_zone_groups_waits_for_endpoints() -> None:
    """Nothing refers to a zone group that is not built."""
    plan = existing(dns={"mode": "policy"})

    (environment,) = plan.environments
    waited = {*environment.workspace.after, *environment.computes.after}
    assert [one for one in waited if "privateDnsZoneGroups" in one or "privateDnsZones" in one] == []
    assert {spec.id for spec in endpoints(plan)} <= waited


def test_whoever_deploys_needs_roles_on_what_exists_and_not_on_a_hub_that_is_not_built() -> None:
    """By subscription; the locks of production are not set in an existing hub."""
    environments = {"churn/prod": at("10.1.0.0/24")}
    plan = existing(environments, dns={"mode": "existing", "resourceGroup": ZONES}, access=PEOPLE)

    assert [(row.subscription, row.role) for row in plan.deployer] == [
        (HUB, "Network Contributor"),
        (LOGS, "Log Analytics Contributor"),
        (DNS, "Private DNS Zone Contributor"),
        (LANDING_ZONE, "Contributor"),
        (LANDING_ZONE, "Landing Zone Lock Administrator"),
        (LANDING_ZONE, "Role Based Access Control Administrator"),
        (LANDING_ZONE, "Resource Policy Contributor"),
    ]
    assert [role.scope for role in plan.roles() if role.scope == LOG] == []
    assert existing_hub.demands(plan)[-1] == (
        "its owner gives the platform team Log Analytics Reader on the central log: no role is given there"
    )


def test_ids_are_taken_in_any_case_and_written_as_azure_does() -> None:
    """So that the same network written twice is one."""
    shouted = NETWORK.replace("resourceGroups", "RESOURCEGROUPS").replace("virtualNetworks", "virtualnetworks") + "/"
    hub = EXISTING | {"virtualNetwork": shouted.replace(HUB, HUB.upper())}

    plan = planned(stack(CHURN, hub={"existing": hub}))

    assert built(plan.spokes[0].to_hub).remote == NETWORK


def test_the_ranges_of_an_existing_hub_are_known_and_what_is_in_them_is_not() -> None:
    """It claims no free range."""
    hub = existing().addresses.hub

    assert hub == ExistingAddressSpace("hub", ("10.0.0.0/22",))


def test_programs_are_told_what_the_existing_hub_must_do() -> None:
    """The JSON of the preview has it under `landingZone.existingHub`: whole, with one rule of many spelt out."""
    result = existing_hub.record(existing())

    assert result is not None
    assert result | {"mustAllow": result["mustAllow"][:1]} == {
        "virtualNetwork": NETWORK,
        "firewallAddress": "10.0.0.4",
        "logAnalytics": LOG,
        "mustAllow": [
            {
                "name": "entra-id",
                "protocols": ["TCP"],
                "ports": ["80", "443"],
                "sources": ["10.1.0.0/25"],
                "destinations": ["AzureActiveDirectory"],
                "why": "signing in",
            }
        ],
        "demands": [
            "the firewall's DNS proxy is on: spokes ask 10.0.0.4 for names, those of the private zones included",
            "the firewall sends return traffic of the spokes back to them: by the peering, or by a route",
        ],
    }


@pytest.mark.parametrize("from_hub", [True, False])
def test_spokes_use_the_gateway_of_an_existing_hub_where_it_is_configured(from_hub: bool) -> None:
    """Their side uses it; the hub's side allows it, or is left to the hub's owner."""
    existing = {**EXISTING, "gateway": True, "peerFromHub": from_hub}
    (spoke,) = planned(stack(hub={"existing": existing})).spokes

    theirs = spoke.from_hub.allow_gateway_transit if spoke.from_hub else None
    assert (built(spoke.to_hub).use_remote_gateways, theirs) == (True, True if from_hub else None)
