"""Subnets of self-hosted runners: their rules, their egress, and what reaches them."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import NsgRuleSpec, RuleGroupSpec
from amlz.stackfile.load import from_object
from tests.core.stacks import PEOPLE, Stack, at, built, messages_of, planned, stack

RANGE = "10.1.8.0/28"


def with_runners(more: Stack | None = None, **settings: Any) -> Stack:
    """A stack of one environment with runners."""
    runners = {"network": RANGE, "service": "github", **settings}
    return stack({"churn/dev": at("10.1.0.0/24", runners=runners)}, **(more or {}))


def group_of(plan: LandingZonePlan) -> tuple[NsgRuleSpec, ...]:
    """The rules of the subnet of runners."""
    (group,) = (group for group in plan.spokes[0].security_groups if group.role == "churn-dev-runners")
    return group.rules


def firewall_group(plan: LandingZonePlan) -> RuleGroupSpec:
    """The firewall's rules for runners."""
    (group,) = (group for group in built(built(plan.hub).firewall).groups if group.name == "rcg-runners")
    return group


def test_words_of_two_owners_that_are_alike_do_not_mix_their_subnets() -> None:
    """Runners of `aks-churn` and a cluster of `churn` have the same words: each subnet has its own rules."""
    pool = {"size": "Standard_D8s_v5", "maxNodes": 3}
    ranges = {"network": "10.1.8.0/26", "podNetwork": "100.64.0.0/18", "serviceNetwork": "100.65.0.0/24"}
    plan = planned(
        stack(
            {
                "aks-churn/dev": at("10.1.0.0/24", runners={"network": "10.1.9.0/28", "service": "github"}),
                "churn/dev": at("10.1.1.0/24", aks={**ranges, "pools": {"cpu": pool}}),
            },
            access=PEOPLE,
        )
    )

    groups = {group.role: {rule.name for rule in group.rules} for group in plan.spokes[0].security_groups}
    assert "cluster-in" in groups["aks-churn-dev-nodes"]
    assert "cluster-in" not in groups["aks-churn-dev-runners"]


def test_without_the_key_there_is_no_subnet_and_no_rule() -> None:
    """Of the spoke and of the firewall."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24")}))

    assert [subnet.role for subnet in plan.spokes[0].network.subnets if "runners" in subnet.role] == []
    assert [group.name for group in built(built(plan.hub).firewall).groups if "runners" in group.name] == []


def test_the_subnet_reaches_private_endpoints_names_and_the_firewall_and_nothing_reaches_it() -> None:
    """Its route table sends everything else to the firewall, too."""
    plan = planned(with_runners())

    (subnet,) = (subnet for subnet in plan.spokes[0].network.subnets if "runners" in subnet.role)
    rules = [(r.direction, r.name, r.destinations, r.ports, r.access) for r in group_of(plan)]
    assert (subnet.name, subnet.cidr, subnet.delegation) == ("snet-churn-dev-runners", RANGE, None)
    assert subnet.route_table is not None
    assert rules == [
        ("Outbound", "endpoints", ("10.1.0.128/26",), ("443",), "Allow"),
        ("Outbound", "dns", ("10.0.0.0/26",), ("53",), "Allow"),
        ("Outbound", "by-firewall", ("Internet",), ("443",), "Allow"),
        ("Inbound", "deny-inbound", ("*",), ("*",), "Deny"),
        ("Outbound", "deny-outbound", ("*",), ("*",), "Deny"),
    ]


def test_only_the_endpoints_of_its_environment_admit_it() -> None:
    """Those of another environment do not."""
    own = at("10.1.0.0/24", runners={"network": RANGE, "service": "github"})
    plan = planned(stack({"churn/dev": own, "churn/prod": at("10.1.1.0/24")}))

    admitted = {
        group.role: [rule.sources for rule in group.rules if rule.name == "runners"]
        for group in plan.spokes[0].security_groups
        if group.role.endswith("-endpoints")
    }
    assert admitted == {"churn-dev-endpoints": [(RANGE,)], "churn-prod-endpoints": []}


@pytest.mark.parametrize(
    ("service", "names"),
    [
        ("github", ["sign-in", "github", "github-updates"]),
        ("azureDevOps", ["sign-in", "azure-devops", "azure-devops-updates"]),
    ],
)
def test_the_firewall_opens_the_hosts_of_one_service(service: str, names: list[str]) -> None:
    """To the range of the runners alone; storage of every tenant only where it is chosen."""
    rules = firewall_group(planned(with_runners(service=service))).application_rules

    assert [(rule.name, rule.sources) for rule in rules] == [(f"{name}-churn-dev", (RANGE,)) for name in names]
    assert rules[0].hosts == ("login.microsoftonline.com", "management.azure.com")
    assert [
        host
        for rule in rules
        for host in rule.hosts
        if host.endswith("core.windows.net") and host != "management.core.windows.net"
    ] == []


def test_artifacts_and_further_hosts_are_chosen_and_artifacts_are_a_relaxation() -> None:
    """The storage of the services has accounts of every tenant."""
    values = with_runners(artifacts=True, hosts=["pypi.org"])
    rules = firewall_group(planned(values)).application_rules

    assert [(rule.name, rule.hosts) for rule in rules[-2:]] == [
        ("github-artifacts-churn-dev", ("*.blob.core.windows.net",)),
        ("hosts-churn-dev", ("pypi.org",)),
    ]
    paths = [r.path for r in relaxations(from_object(values)) if "artifacts" in r.path]
    assert paths == [("projects", "churn", "environments", "dev", "runners", "artifacts")]


def test_a_range_that_is_too_small_or_taken_is_refused() -> None:
    """With the numbers, at its own key."""
    (small,) = messages_of(with_runners(machines=12))
    (taken, *_) = messages_of(with_runners(network="10.1.0.0/28"))

    assert ("12 addresses" in small, "has 11" in small, "overlaps" in taken) == (True, True, True)


def test_a_hub_without_a_firewall_takes_no_runners() -> None:
    """The firewall is their only egress."""
    hub = {"addressSpace": "10.0.0.0/24", "firewall": {"tier": "None"}}
    own = at("10.1.0.0/24", isolation="managed", runners={"network": RANGE, "service": "github"})

    (message,) = messages_of(stack({"churn/dev": own}, hub=hub))

    assert "Runners reach the service of their pipelines through the hub's firewall." in message


def test_the_owner_of_an_existing_hub_gets_the_rules() -> None:
    """As for compute targets."""
    existing = {
        "virtualNetwork": "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-net/providers/"
        "Microsoft.Network/virtualNetworks/vnet-hub",
        "firewallAddress": "10.0.0.4",
        "logAnalytics": "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-log/providers/"
        "Microsoft.OperationalInsights/workspaces/log-all",
        "addressSpace": ["10.0.0.0/22"],
    }
    plan = planned(with_runners({"hub": {"existing": existing}}))

    groups = built(plan.organisation.existing_hub).must_allow
    assert "rcg-runners" in [group.name for group in groups]
    assert ("10.0.0.4",) in [rule.destinations for rule in group_of(plan) if rule.name == "dns"]
