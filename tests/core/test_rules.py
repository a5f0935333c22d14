"""Destinations of compute targets: rules of subnets and of the firewall, in full."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.facts.egress import REQUIRED, SCENARIOS
from amlz.core.relaxations import relaxations
from amlz.core.specs import NsgRuleSpec, RuleGroupSpec
from amlz.stackfile.load import from_object
from tests.core.stacks import Stack, at, built, facts, planned, stack

WRITTEN = facts("egress")
#: As the pages list them, without port 445 of storage: the file share is behind a private endpoint.
TAGS: list[list[Any]] = [
    [tag, protocols, [port for port in ports if (tag, port) != ("Storage.{region}", "445")], when]
    for tag, protocols, ports, when in WRITTEN["serviceTags"]
]
CAREFUL = "highBusinessImpact"
CARELESS = {"security": {"highBusinessImpact": False}}

TRAINING, ENDPOINTS, SCORING = "10.1.0.0/25", "10.1.0.128/26", "10.1.0.192/26"
FIREWALL, HUB, SHARED = "10.0.0.0/26", "10.0.0.0/24", "10.0.0.160/27"

Flat = tuple[int, str, str, str, str, tuple[str, ...], str]


def flat(rules: tuple[NsgRuleSpec, ...]) -> list[Flat]:
    """Rules as Azure takes them: priority, access, protocol, source, destination, ports, name; by direction."""
    return [
        (r.priority, r.access, r.protocol, " ".join(r.sources), " ".join(r.destinations), r.ports, r.name)
        for r in rules
    ]


def of_subnet(settings: Stack, role: str, direction: str) -> list[Flat]:
    """The rules of a subnet of environment dev of project churn, in one direction."""
    group = next(g for s in planned(settings).spokes for g in s.security_groups if g.role == f"churn-dev-{role}")
    return flat(tuple(rule for rule in group.rules if rule.direction == direction))


def tags_out(own: str, careful: bool = True) -> list[Flat]:
    """The published service tags as rules of a subnet, at the priorities that they must keep."""
    names = "entra-id azure-ml azure-ml-udp batch resource-manager storage images images-front-door monitor key-vault"
    rows = [row for row in TAGS if row[3] in ("always", CAREFUL)]
    protocols = {"TCP": "Tcp", "UDP": "Udp", "Any": "*"}
    return [
        (200 + 10 * i, "Allow", protocols[p[0]], own, tag.format(region="westeurope"), tuple(ports), name)
        for i, (name, (tag, p, ports, when)) in enumerate(zip(names.split(), rows, strict=True))
        if when == "always" or careful
    ]


DENY_IN: Flat = (4096, "Deny", "*", "*", "*", ("*",), "deny-inbound")
DENY_OUT: Flat = (4096, "Deny", "*", "*", "*", ("*",), "deny-outbound")


def computes_out(own: str) -> list[Flat]:
    """Rules before the service tags."""
    return [
        (100, "Allow", "*", own, own, ("*",), "own-subnet-out"),
        (110, "Allow", "Tcp", own, ENDPOINTS, ("443", "445"), "own-endpoints"),
        (120, "Allow", "*", own, FIREWALL, ("53",), "dns"),
    ]


def test_the_table_is_that_of_the_published_pages() -> None:
    """Destinations that are always needed, and those of high business impact; no others are open."""
    assert [[r.tag, list(r.protocols), list(r.ports), r.only or "always"] for r in REQUIRED] == [
        row for row in TAGS if row[3] in ("always", CAREFUL)
    ]


def test_hosts_of_a_scenario_are_those_of_the_published_page() -> None:
    """In its order, and no other."""
    assert {name: [h for rule in rules for h in rule.hosts] for name, rules in SCENARIOS.items()} == WRITTEN[
        "scenarios"
    ]


@pytest.mark.parametrize(("role", "own"), [("training", TRAINING), ("scoring", SCORING)])
def test_a_subnet_of_computes_lets_in_its_own_and_out_what_is_documented(role: str, own: str) -> None:
    """In full, and everything else is denied both ways."""
    settings = stack({"churn/dev": at("10.1.0.0/24", scoringSubnet=True)})

    assert of_subnet(settings, role, "Inbound") == [(100, "Allow", "*", own, own, ("*",), "own-subnet-in"), DENY_IN]
    assert of_subnet(settings, role, "Outbound") == [*computes_out(own), *tags_out(own), DENY_OUT]


def test_key_vault_of_the_region_is_opened_only_with_high_business_impact() -> None:
    """Nothing else moves up when it is not."""
    settings = stack({"churn/dev": at("10.1.0.0/24", **CARELESS)})

    assert of_subnet(settings, "training", "Outbound") == [
        *computes_out(TRAINING),
        *tags_out(TRAINING, careful=False),
        DENY_OUT,
    ]


def test_a_scenario_opens_https_to_the_firewall_which_knows_the_hosts() -> None:
    """After everything else, at a separate priority."""
    settings = stack(egress=["pythonPackages"])

    assert of_subnet(settings, "training", "Outbound") == [
        *computes_out(TRAINING),
        *tags_out(TRAINING),
        (400, "Allow", "Tcp", TRAINING, "Internet", ("443",), "by-firewall"),
        DENY_OUT,
    ]


def test_the_shared_registry_is_reached_in_the_hub() -> None:
    """By those who use it."""
    environments = {"churn/dev": at("10.1.0.0/24", registry="shared"), "fraud/dev": at("10.1.1.0/24")}
    settings = stack(environments, sharedRegistry={})
    first, second, third = computes_out(TRAINING)

    assert of_subnet(settings, "training", "Outbound") == [
        first,
        second,
        (115, "Allow", "Tcp", TRAINING, SHARED, ("443",), "shared-endpoints"),
        third,
        *tags_out(TRAINING),
        DENY_OUT,
    ]
    others = next(g for g in planned(settings).spokes[0].security_groups if g.role == "fraud-dev-training")
    assert [rule.name for rule in others.rules if "shared" in rule.name] == []


def test_a_subnet_of_endpoints_is_reached_by_its_computes_and_by_people_behind_the_hub() -> None:
    """And reaches nothing."""
    settings = stack(onPremises=["192.168.0.0/16"])

    assert of_subnet(settings, "endpoints", "Inbound") == [
        (100, "Allow", "Tcp", TRAINING, ENDPOINTS, ("443",), "computes"),
        (101, "Allow", "Tcp", TRAINING, ENDPOINTS, ("445",), "computes-files"),
        (110, "Allow", "Tcp", f"{HUB} 192.168.0.0/16", ENDPOINTS, ("443",), "people"),
        DENY_IN,
    ]
    assert of_subnet(settings, "endpoints", "Outbound") == [DENY_OUT]


@pytest.mark.parametrize(
    ("settings", "applied"),
    [
        ({}, "NetworkSecurityGroupEnabled"),
        ({"endpointNetworkPolicies": "off"}, "Disabled"),
        ({"endpointNetworkPolicies": "all"}, "Enabled"),
        ({"cloud": "usGovernment", "location": "usgovvirginia"}, "Disabled"),
        ({"location": "brazilsoutheast", "availabilityZones": []}, "Disabled"),
        ({"location": "brazilsoutheast", "availabilityZones": [], "endpointNetworkPolicies": "securityGroups"},
         "NetworkSecurityGroupEnabled"),
    ],
)  # fmt: skip
def test_security_groups_apply_to_private_endpoints_where_azure_supports_it(settings: Stack, applied: str) -> None:
    """In the subnets of endpoints of hub and spokes, and in no other."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", registry="shared")}, sharedRegistry={}, **settings))
    networks = [built(built(plan.hub).network), *(spoke.network for spoke in plan.spokes)]
    subnets = [subnet for network in networks for subnet in network.subnets]

    result = {subnet.role: subnet.endpoint_network_policies for subnet in subnets}

    assert {role: value for role, value in result.items() if role.endswith("endpoints")} == {
        "endpoints": applied,
        "churn-dev-endpoints": applied,
    }
    assert {value for role, value in result.items() if not role.endswith("endpoints")} == {"Disabled"}


def test_a_rule_on_private_endpoints_has_one_port() -> None:
    """Of several, Azure applied only the first to endpoints."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", registry="shared")}, sharedRegistry={}))
    groups = (*built(plan.hub).security_groups, *plan.spokes[0].security_groups)

    pairs = [rule.ports for group in groups if group.role.endswith("endpoints") for rule in group.rules]

    assert [ports for ports in pairs if len(ports) != 1] == []


def test_the_subnet_of_bastion_has_the_published_rules() -> None:
    """Direction, source, destination, protocol and ports of each."""
    plan = planned(stack(hub={"addressSpace": "10.0.0.0/24", "bastion": True}))
    (group,) = built(plan.hub).security_groups

    allowed = [
        [r.direction, *r.sources, *r.destinations, r.protocol, sorted(r.ports), r.access]
        for r in group.rules
        if r.access == "Allow"
    ]

    assert allowed == [[*row[:4], sorted(row[4]), row[5]] for row in facts("bastion-rules")["rules"]]
    assert [r.name for r in group.rules if r.access == "Deny"] == ["deny-inbound", "deny-outbound"]


@pytest.mark.parametrize("settings", [{}, {"egress": ["pythonPackages"]}, {"onPremises": ["192.168.0.0/16"]}])
def test_no_two_rules_of_a_group_share_a_priority_or_a_name(settings: Stack) -> None:
    """Azure refuses two of one priority and direction."""
    environment = at("10.1.0.0/24", registry="shared")
    hub = {"addressSpace": "10.0.0.0/24", "bastion": True}
    plan = planned(stack({"churn/dev": environment}, hub=hub, sharedRegistry={}, **settings))

    for group in (*built(plan.hub).security_groups, *(g for s in plan.spokes for g in s.security_groups)):
        assert len({(r.direction, r.priority) for r in group.rules}) == len(group.rules)
        assert len({r.name for r in group.rules}) == len(group.rules)
        assert all(100 <= r.priority <= 4096 for r in group.rules)


def network_rules(group: RuleGroupSpec) -> list[tuple[list[str], list[str], str, list[str]]]:
    """Protocols, sources, destination and ports of the rules of a rule group."""
    return [(list(r.protocols), list(r.sources), " ".join(r.destinations), list(r.ports)) for r in group.network_rules]


TWO = {"churn/dev": at("10.1.0.0/24", scoringSubnet=True), "fraud/dev": at("10.1.1.0/24", **CARELESS)}
FRAUD = ["10.1.1.0/25"]


def test_the_firewall_opens_what_is_documented_for_the_subnets_of_computes() -> None:
    """In full; Key Vault only for those whose credentials pass through it."""
    (group,) = built(built(planned(stack(TWO)).hub).firewall).groups

    assert (group.name, group.priority, group.application_rules) == ("rcg-azure-ml", 200, ())
    assert network_rules(group) == [
        (protocols, [TRAINING, SCORING, *(FRAUD if when == "always" else [])], tag.format(region="westeurope"), ports)
        for tag, protocols, ports, when in TAGS
        if when in ("always", CAREFUL)
    ]


def test_without_high_business_impact_anywhere_the_firewall_knows_no_key_vault() -> None:
    """The tag is not there at all."""
    (group,) = built(built(planned(stack({"churn/dev": at("10.1.0.0/24", **CARELESS)})).hub).firewall).groups

    assert network_rules(group) == [
        (protocols, [TRAINING], tag.format(region="westeurope"), ports)
        for tag, protocols, ports, when in TAGS
        if when == "always"
    ]


def test_no_host_name_is_opened_unless_a_scenario_asks_for_it() -> None:
    """And then those of the scenario, for compute subnets."""
    wanted = (stack(TWO), stack(TWO, egress=["pythonPackages"]))
    off, on = (built(built(planned(item).hub).firewall) for item in wanted)

    assert [rule for group in off.groups for rule in group.application_rules] == []
    assert [
        (g.name, g.priority, [(list(r.sources), list(r.hosts)) for r in g.application_rules]) for g in on.groups
    ] == [
        ("rcg-azure-ml", 200, []),
        (
            "rcg-python-packages",
            300,
            [([TRAINING, SCORING, *FRAUD], WRITTEN["scenarios"]["pythonPackages"])],
        ),
    ]
    assert on.groups[0] == off.groups[0]


def test_hosts_of_the_teams_own_have_a_group_of_their_own() -> None:
    """With the reason on each rule; subnets let them out to the firewall, and the choice is shown."""
    own = {
        "models": {"hosts": ["models.contoso.com"], "why": "models of the vendor"},
        "feeds": {"hosts": ["*.feeds.contoso.com", "feeds.contoso.com"], "why": "prices"},
    }
    settings = stack(egressHosts=own)

    groups = built(built(planned(settings).hub).firewall).groups

    assert [(g.name, g.priority, [(r.name, r.hosts, r.why) for r in g.application_rules]) for g in groups[1:]] == [
        (
            "rcg-own-hosts",
            400,
            [
                ("feeds", ("*.feeds.contoso.com", "feeds.contoso.com"), "prices"),
                ("models", ("models.contoso.com",), "models of the vendor"),
            ],
        )
    ]
    assert (400, "Allow", "Tcp", TRAINING, "Internet", ("443",), "by-firewall") in of_subnet(
        settings, "training", "Outbound"
    )
    assert [(r.path, r.gives_up) for r in relaxations(from_object(settings))] == [
        (("egressHosts", "models"), "every compute reaches models.contoso.com: models of the vendor"),
        (("egressHosts", "feeds"), "every compute reaches *.feeds.contoso.com and feeds.contoso.com: prices"),
    ]


def test_a_hub_without_environments_opens_nothing() -> None:
    """Not even the destinations of a scenario."""
    assert built(built(planned(stack({}, egress=["pythonPackages"])).hub).firewall).groups == ()


def test_sources_of_the_firewall_are_in_the_order_of_their_addresses() -> None:
    """Not of their texts, and not of the file."""
    environments = {"churn/dev": at("10.1.100.0/24"), "fraud/dev": at("10.1.20.0/24")}
    (group,) = built(built(planned(stack(environments)).hub).firewall).groups

    assert list(group.network_rules[0].sources) == [
        "10.1.20.0/25",
        "10.1.100.0/25",
    ]
