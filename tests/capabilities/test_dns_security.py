"""The DNS security policy: its rules, the networks that it is for, and what it must not block."""

from __future__ import annotations

import re
from typing import Any

import pytest

from amlz.capabilities.dns_security.spec import DnsSecuritySpec
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError
from amlz.stackfile.load import from_object
from tests.conftest import ROOT
from tests.core.stacks import at, messages_of, planned, stack
from tests.reports.test_previews import case

CASE = ROOT / "tests" / "cases" / "previews" / "dns-security.yaml"
POLICIES = "Microsoft.Network/dnsResolverPolicies"


def with_policy(**settings: Any) -> dict[str, Any]:
    """A stack with a policy."""
    return stack(hub={"addressSpace": "10.0.0.0/24", "dnsSecurity": settings})


def policy(plan: LandingZonePlan) -> DnsSecuritySpec:
    """The policy of a plan."""
    (spec,) = [one.part.spec for one in plan.capabilities if isinstance(one.part.spec, DnsSecuritySpec)]
    return spec


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """It is off by default."""
    assert [one for one in planned(stack()).capabilities if isinstance(one.part.spec, DnsSecuritySpec)] == []


def test_an_empty_policy_logs_the_queries_of_all_networks() -> None:
    """Of the hub and of each spoke, since a compute target can ask Azure DNS without the firewall."""
    security = policy(planned(with_policy()))

    assert security.rules == ()
    assert [(link.name, link.network.rsplit("/", 1)[-1]) for link in security.networks] == [
        ("hub", "vnet-retail-hub"),
        ("spoke-main", "vnet-retail-spoke-main"),
    ]
    assert (security.diagnostics.target, security.diagnostics.logs, security.diagnostics.tables) == (
        security.id,
        True,
        "Dedicated",
    )


def test_exceptions_come_before_refusals_and_marks() -> None:
    """Azure evaluates rules by priority."""
    security = policy(
        planned(with_policy(block=["b.example", "a.example"], alert=["c.example"], allow=["d.a.example"]))
    )

    assert [(rule.action, rule.priority, rule.response, rule.domains) for rule in security.rules] == [
        ("Allow", 100, None, ("d.a.example",)),
        ("Block", 200, "SERVFAIL", ("a.example", "b.example")),
        ("Alert", 300, None, ("c.example",)),
    ]


def test_bodies_name_lists_and_networks() -> None:
    """As the published types have them."""
    graph = case(CASE).graph
    rules = {r.name: r.body["properties"] for r in graph.of_type(f"{POLICIES}/dnsSecurityRules")}
    links = {r.name: r.body["properties"] for r in graph.of_type(f"{POLICIES}/virtualNetworkLinks")}
    lists = {r.id: r.body["properties"]["domains"] for r in graph.of_type("Microsoft.Network/dnsResolverDomainLists")}

    assert {name: [domain for one in rule.pop("dnsResolverDomainLists") for domain in lists[one["id"]]]
            for name, rule in rules.items()} == {
        "allow": ["good.tunnel.example"],
        "block": ["paste.example.com", "tunnel.example"],
        "alert": ["example.net"],
    }  # fmt: skip
    assert rules == {
        "allow": {"action": {"actionType": "Allow"}, "dnsSecurityRuleState": "Enabled", "priority": 100},
        "block": {
            "action": {"actionType": "Block", "blockResponseCode": "SERVFAIL"},
            "dnsSecurityRuleState": "Enabled",
            "priority": 200,
        },
        "alert": {"action": {"actionType": "Alert"}, "dnsSecurityRuleState": "Enabled", "priority": 300},
    }
    assert {name: link["virtualNetwork"]["id"].rsplit("/", 1)[-1] for name, link in links.items()} == {
        "hub": "vnet-retail-hub",
        "spoke-main": "vnet-retail-spoke-main",
        "spoke-research": "vnet-retail-spoke-research",
    }


@pytest.mark.parametrize(
    ("domain", "contained"),
    [
        ("azure.net", "notebooks.azure.net"),
        ("azureml.ms", "api.azureml.ms"),
        ("core.windows.net", "blob.core.windows.net"),
        ("vaultcore.azure.net", "vaultcore.azure.net"),
    ],
)
def test_domains_of_azure_services_are_not_blocked(domain: str, contained: str) -> None:
    """Compute targets resolve them."""
    (problem,) = messages_of(with_policy(block=[domain]))

    assert problem.startswith(f"hub.dnsSecurity.block[0]\n  {domain} contains ")
    assert contained.split(".")[-2] in problem
    assert messages_of(with_policy(alert=[domain])) == []


def test_a_domain_is_listed_once() -> None:
    """In each list."""
    (problem,) = messages_of(with_policy(block=["a.example", "a.example"]))

    assert problem.startswith("hub.dnsSecurity.block[1]\n")


@pytest.mark.parametrize("domain", ["*.example.com", "x", ".", "Example.com"])
def test_lists_have_domains_without_wildcards(domain: str) -> None:
    """No page describes the meaning of one."""
    with pytest.raises(LandingZoneError, match=re.escape("hub.dnsSecurity.block[0]")):
        from_object(with_policy(block=[domain]))


def test_a_hub_of_others_takes_no_policy_from_here() -> None:
    """Its network has one policy at most, which is its owner's."""
    network = "/subscriptions/b0b0b0b0-1111-4222-8333-444455556666/resourceGroups/rg-hub/providers/Microsoft.Network"
    existing = {
        "virtualNetwork": f"{network}/virtualNetworks/vnet-hub",
        "firewallAddress": "10.0.0.4",
        "logAnalytics": "/subscriptions/b0b0b0b0-1111-4222-8333-444455556666/resourceGroups/rg-log/providers/"
        "Microsoft.OperationalInsights/workspaces/log-central",
        "addressSpace": ["10.0.0.0/22"],
    }
    problems = messages_of(stack({"churn/dev": at("10.1.0.0/24")}, hub={"existing": existing, "dnsSecurity": {}}))

    assert [problem.splitlines()[0] for problem in problems] == ["hub.dnsSecurity"]
