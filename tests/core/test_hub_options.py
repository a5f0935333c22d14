"""Options of a hub: their resources, their effect elsewhere, and settings that exclude each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from amlz.core.owners import HUB_OWNER
from amlz.core.plan import LandingZonePlan
from tests.core.stacks import HUB, addresses, at, built, facts, hub_part, log_of, messages_of, planned, stack
from tests.core.test_hub_stack import beside, outputs

ALL = {
    "vpnGateway": {},
    "natGateway": {"addresses": 2},
    "dnsResolver": {"forward": {"corp.contoso.com": ["10.128.0.10"]}},
    "privateLinkScope": {},
}
GROUP = f"/subscriptions/{HUB}/resourceGroups/rg-retail-hub-westeurope/providers"


def with_hub(**options: Any) -> dict[str, Any]:
    """A stack whose hub has these options."""
    return stack(hub={"addressSpace": "10.0.0.0/24", **options}, subscriptions={"landingZone": HUB})


def places(**options: Any) -> dict[str, str]:
    """The hub's subnets by role."""
    return {subnet.role: subnet.cidr for subnet in addresses(with_hub(**options)).block(HUB_OWNER).subnets}


@pytest.mark.parametrize("without", list(ALL))
def test_turning_an_option_off_moves_no_subnet(without: str) -> None:
    """Each has its fixed position, independent of all others."""
    everything = places(**ALL)

    some = places(**{key: value for key, value in ALL.items() if key != without})

    assert some == {role: everything[role] for role in some}
    assert everything == {
        "firewall": "10.0.0.0/26",
        "gateway": "10.0.0.128/27",
        "endpoints": "10.0.0.160/27",
        "resolverInbound": "10.0.0.192/28",
        "resolverOutbound": "10.0.0.208/28",
    }


def test_the_resolver_answers_at_an_address_that_is_known_beforehand() -> None:
    """And asks others only where something is forwarded."""
    resolver = hub_part(planned(with_hub(**ALL)), "dns_resolver")
    alone = hub_part(planned(with_hub(dnsResolver={})), "dns_resolver")

    network = f"{GROUP}/Microsoft.Network/virtualNetworks/vnet-retail-hub"
    assert (resolver.address, resolver.inbound, resolver.forwarding.subnet) == (
        "10.0.0.196",
        f"{network}/subnets/snet-resolver-inbound",
        f"{network}/subnets/snet-resolver-outbound",
    )
    assert [(rule.name, rule.domain, rule.servers) for rule in resolver.forwarding.rules] == [
        ("corp-contoso-com", "corp.contoso.com.", ("10.128.0.10",))
    ]
    assert alone.forwarding is None


def test_spokes_may_have_the_resolver_as_their_second_dns_server() -> None:
    """After the firewall, whose address Azure decides; also with the hub of another stack. Rules allow both."""
    (spoke,) = planned(with_hub(dnsResolver={"secondServer": True})).spokes
    (alone,) = planned(with_hub(dnsResolver={})).spokes
    (other,) = planned(beside(outputs(secondDnsServer="10.0.0.196"))).spokes

    asked = [
        {rule.destinations for group in one.security_groups for rule in group.rules if rule.name == "dns"}
        for one in (spoke, alone, other)
    ]
    firewall, resolver = "10.0.0.0/26", "10.0.0.196"
    assert asked == [{(firewall, resolver)}, {(firewall,)}, {("10.0.0.4", resolver)}]
    assert (spoke.dns_servers, spoke.second_dns_server) == ((), resolver)
    assert (alone.dns_servers, alone.second_dns_server) == ((), None)
    assert (other.dns_servers, other.second_dns_server) == (("10.0.0.4", resolver), None)
    hub = built(planned(with_hub(dnsResolver={"secondServer": True}, serves=["10.9.0.0/16"])).hub)
    assert hub.outputs["secondDnsServer"] == resolver


def sides(plan: LandingZonePlan) -> list[tuple[bool, bool, tuple[str, ...]]]:
    """Of the spoke's side and the hub's: whether it lets a gateway be used, whether it uses one, what it waits for."""
    (spoke,) = plan.spokes
    both = (spoke.to_hub, spoke.from_hub)
    return [
        (side.allow_gateway_transit, side.use_remote_gateways, tuple(one.rsplit("/", 1)[-1] for one in side.after))
        for side in both
        if side is not None
    ]


def test_spokes_use_a_gateway_once_it_stands_and_the_hub_lets_them() -> None:
    """Without one, and with the subnet alone, nothing is used."""
    assert sides(planned(with_hub(vpnGateway={}))) == [
        (False, True, ("peer-spoke-main", "vpng-retail-hub")),
        (True, False, ()),
    ]
    assert sides(planned(with_hub(gatewaySubnet=True))) == [(False, False, ()), (True, False, ("peer-hub",))]
    assert sides(planned(with_hub())) == [(False, False, ()), (False, False, ("peer-hub",))]


def test_beside_another_stacks_gateway_spokes_use_that() -> None:
    """Of which only the hub's side of the peering is waited for."""
    assert sides(planned(beside(outputs(gateway=True)))) == [
        (False, True, ("peer-retail-spoke-main-westeurope",)),
        (True, False, ()),
    ]


def test_the_firewall_leaves_by_the_nat_gateway() -> None:
    """On its subnet and no other, with as many addresses as are configured."""
    plan = planned(with_hub(**ALL))
    hub, gateway = plan.hub, hub_part(plan, "nat_gateway")

    assert hub is not None
    assert {subnet.name: subnet.nat_gateway for subnet in built(hub.network).subnets if subnet.nat_gateway} == {
        "AzureFirewallSubnet": gateway.id
    }
    assert [address.name for address in gateway.addresses] == ["pip-retail-hub-nat-1", "pip-retail-hub-nat-2"]


def test_what_monitors_is_in_the_scope_and_closed_to_the_internet() -> None:
    """The central log and each Application Insights; compute targets reach its endpoint, and the zones are built."""
    plan = planned(with_hub(privateLinkScope={"publicQueries": True}))

    (environment,), (spoke,), hub = plan.environments, plan.spokes, plan.hub
    assert hub is not None
    assert hub.private_link_scope is not None
    assert environment.insights.scoped is not None
    scope = f"{GROUP}/Microsoft.Insights/privateLinkScopes/pls-retail-hub"
    monitors = (log_of(plan), environment.insights)
    rules = {r.name: (r.destinations, r.ports) for g in spoke.security_groups for r in g.rules}
    assert {
        "scope": hub.private_link_scope.id,
        "members": [hub.private_link_scope.log.target, environment.insights.scoped.target],
        "closed": [(one.telemetry.public_ingestion, one.telemetry.public_queries) for one in monitors],
        "endpoint": (hub.private_link_scope.endpoint.target, len(hub.private_link_scope.endpoint.zones)),
        "rule": rules["telemetry"],
        "zones": sorted(zone.name for zone in hub.dns.zones if "azure.com" in zone.name or "automation" in zone.name),
    } == {
        "scope": scope,
        "members": [hub.log_analytics.id, environment.insights.id],
        "closed": [(False, True), (False, True)],
        "endpoint": (scope, 5),
        "rule": (("10.0.0.160/27",), ("443",)),
        "zones": [
            "privatelink.agentsvc.azure-automation.net",
            "privatelink.monitor.azure.com",
            "privatelink.ods.opinsights.azure.com",
            "privatelink.oms.opinsights.azure.com",
        ],
    }  # fmt: skip


def test_beside_another_stacks_scope_application_insights_are_put_into_that() -> None:
    """In the other stack's resource group, for which the deployer needs rights."""
    group = f"/subscriptions/{HUB}/resourceGroups/rg-platform-hub-westeurope"
    scope = f"{group}/providers/Microsoft.Insights/privateLinkScopes/pls-x"

    plan = planned(beside(outputs(privateLinkScope=scope, publicIngestion=False, publicQueries=False)))

    scoped = plan.environments[0].insights.scoped
    assert scoped is not None
    assert (scoped.scope_id, plan.environments[0].insights.telemetry.public_ingestion) == (scope, False)
    assert scope in plan.outside
    assert (HUB, "Monitoring Contributor") in [(row.subscription, row.role) for row in plan.deployer]


def refused_domains(forward: Sequence[str], **settings: object) -> list[str]:
    """The forwarded domains that are refused."""
    options = with_hub(dnsResolver={"forward": {domain: ["10.128.0.10"] for domain in forward}}) | settings
    return [text.split("\n")[0].removeprefix("hub.dnsResolver.forward.") for text in messages_of(options)]


def test_domains_of_private_endpoints_are_not_forwarded() -> None:
    """Neither one of them, nor one that holds them, nor one inside those of Azure ML: with the reason."""
    ours = ["corp.contoso.com", "contoso.azure-api.net", "partner.vault.azure.net"]
    wanted = ["windows.net", "instances.azureml.ms", "westeurope.api.azureml.ms", *ours]

    values = [
        " ".join(text.split("\n")[1].split()).split(" Its queries")[0]
        for text in messages_of(with_hub(dnsResolver={"forward": {domain: ["10.128.0.10"] for domain in wanted}}))
    ]

    assert values == [
        "windows.net holds blob.core.windows.net, a domain of private endpoints.",
        "instances.azureml.ms is a domain of private endpoints.",
        "westeurope.api.azureml.ms is inside api.azureml.ms, a domain of private endpoints.",
    ]


#: Group IDs of third-party resources: their zones are built where an environment links to one.
LINKED = {"sqlServer", "postgresqlServer", "namespace", "account"}


@pytest.mark.parametrize(
    ("cloud", "region"), [("public", "westeurope"), ("usGovernment", "usgovvirginia"), ("china", "chinaeast2")]
)
def test_each_domain_that_the_page_forwards_is_refused_in_its_cloud(cloud: str, region: str) -> None:
    """Every domain of the column, private zones included, and those of other clouds are not."""
    written = facts("private-dns-zones")
    domains = {
        name: {domain.format(region=region) for item in written[f"{name}Forwarded"].values() for domain in item}
        for name in ("public", "usGovernment", "china")
    }
    zones = {zone for group, item in written[cloud].items() if group not in LINKED for zone in item}
    others = set().union(*domains.values()) - domains[cloud] - {"instances.ml.azure.ms"}
    rest = {"policies": {"guardrails": []}, "cloud": cloud, "location": region}

    assert set(refused_domains([*sorted(domains[cloud] | zones | others)], **rest)) == domains[cloud] | zones


@pytest.mark.parametrize("public", [True, False])
def test_managed_networks_send_telemetry_over_public_addresses_or_not_at_all(public: bool) -> None:
    """So that a scope that takes none from there is refused, with the remedy."""
    settings = with_hub(privateLinkScope={"publicIngestion": public})
    settings["projects"]["churn"]["environments"]["dev"] = at("10.1.0.0/24", isolation="managed")

    assert [text.split("\n")[0] for text in messages_of(settings)] == (
        [] if public else ["projects.churn.environments.dev.isolation"]
    )


def test_spokes_use_the_gateway_of_another_team_where_it_exists() -> None:
    """Both sides of the peering; the spoke's is created after the hub's, and waits for no gateway of the plan."""
    hub = {"addressSpace": "10.0.0.0/24", "gatewaySubnet": True, "gateway": True}
    (spoke,) = planned(stack(hub=hub)).spokes
    theirs = built(spoke.from_hub)

    assert (built(spoke.to_hub).use_remote_gateways, theirs.allow_gateway_transit) == (True, True)
    assert (built(spoke.to_hub).after, theirs.after) == ((theirs.id,), ())


def test_the_gateway_of_another_team_needs_its_subnet() -> None:
    """Reported at the key, with the key that builds the subnet."""
    (problem,) = messages_of(stack(hub={"addressSpace": "10.0.0.0/24", "gateway": True}))

    assert problem.startswith("hub.gateway\n  Spokes are to use the gateway that another team built in GatewaySubnet")
