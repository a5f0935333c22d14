"""A hub without a firewall, where every environment has a managed network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.core.notices import notices
from amlz.core.notices.effects import FIREWALL_UNUSED
from amlz.core.plan import make_plan
from amlz.core.planning.context import Context
from amlz.core.problems import StackFileError
from amlz.core.specs import RuleGroupSpec
from amlz.reach.answers import Evaluator
from amlz.reach.read import landscape
from amlz.reach.summary import everything
from amlz.reports.formats.registry import Command, Format
from amlz.stackfile.load import from_object, load
from tests.conftest import in_format, preview_of
from tests.core.stacks import Stack, at, built, planned, stack

MANAGED = at("10.1.0.0/26", isolation="managed")
NONE = {"tier": "None"}


def without(hub: Stack | None = None, environment: Stack | None = None, **settings: Any) -> Stack:
    """A stack with a managed network whose hub has no firewall."""
    base = {"addressSpace": "10.0.0.0/24", "firewall": NONE}
    return stack({"churn/dev": environment or MANAGED}, hub=base | (hub or {}), **settings)


def test_there_is_no_firewall_no_subnet_of_it_and_no_route_to_it() -> None:
    """Spokes ask Azure's DNS, and no other stack can use the hub."""
    plan = planned(without())
    hub, (spoke,) = built(plan.hub), plan.spokes

    assert (hub.firewall, hub.routes, spoke.routes, spoke.dns_servers) == (None, (), None, ())
    assert "firewall" not in [subnet.role for subnet in built(hub.network).subnets]
    assert [subnet.route_table for subnet in spoke.network.subnets] == [None]


@pytest.mark.parametrize(
    ("settings", "path", "text"),
    [
        ({"environment": at("10.1.0.0/24")}, "projects.churn.environments.dev", "Its compute targets are in a subnet"),
        ({"hub": {"bastion": True, "jumpHosts": True}}, "hub.jumpHosts", "Jump hosts reach the studio"),
        ({"hub": {"natGateway": {}}}, "hub.natGateway", "It serves the firewall's subnet alone."),
        ({"hub": {"serves": ["10.2.0.0/16"]}}, "hub.serves", "Spokes of other stacks send everything"),
        ({"hub": {"dnsResolver": {"secondServer": True}}}, "hub.dnsResolver.secondServer", "Spokes would ask it"),
        (
            {"hub": {"gatewaySubnet": True}, "endpointNetworkPolicies": "all"},
            "endpointNetworkPolicies",
            "The gateway would send",
        ),
        (
            {"hub": {"firewall": NONE | {"policyAnalytics": True}}},
            "hub.firewall.policyAnalytics",
            "With `hub.firewall.tier: None` there is no firewall.",
        ),
        (
            {"hub": {"firewall": NONE | {"threatIntelligence": "Deny"}}},
            "hub.firewall.threatIntelligence",
            "With `hub.firewall.tier: None` there is no firewall.",
        ),
    ],
)
def test_a_key_that_needs_the_firewall_is_refused(settings: Stack, path: str, text: str) -> None:
    """At its own path, with the tier to set."""
    with pytest.raises(StackFileError) as refused:
        make_plan(from_object(without(**settings)))

    (problem,) = refused.value.problems
    assert ".".join(str(part) for part in problem.path) == path
    assert problem.what.startswith(text)
    assert "`hub.firewall.tier: Standard`" in (problem.remedy or "")
    hub = settings.get("hub", {})
    with_firewall = {"hub": hub | {"firewall": hub.get("firewall", {}) | {"tier": "Standard"}}}
    assert built(planned(without(**(settings | with_firewall))).hub).firewall is not None


def test_rules_of_a_capability_that_declares_no_need_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would have no effect."""

    def rules(_: Context) -> tuple[RuleGroupSpec, ...]:
        return (RuleGroupSpec("rcg-own", 420),)

    monkeypatch.setattr("amlz.core.planning.hub.firewall_groups", rules)

    with pytest.raises(StackFileError, match="the firewall has rules: rcg-own"):
        make_plan(from_object(without()))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (stack({"churn/dev": MANAGED}), [FIREWALL_UNUSED]),
        (stack({"churn/dev": MANAGED, "churn/prod": at("10.1.1.0/24")}), []),
        (stack({"churn/dev": MANAGED}, hub={"addressSpace": "10.0.0.0/24", "serves": ["10.2.0.0/16"]}), []),
        (stack({}), []),
        (without(), []),
    ],
)
def test_a_firewall_that_nothing_uses_is_noted(settings: Stack, expected: list[str]) -> None:
    """Only where there are environments, and all of them have managed networks."""
    config = from_object(settings)

    assert [notice.finding for notice in notices(config, make_plan(config))] == expected


def test_the_preview_and_its_reports_have_no_firewall(tmp_path: Path) -> None:
    """Requests, diagrams, reachability: with everything of a hub that needs none."""
    hub = {
        "bastion": True,
        "vpnGateway": {},
        "dnsResolver": {"forward": {"corp.contoso.com": ["192.168.0.10"]}},
        "dnsSecurity": {"block": ["tunnel.example"]},
    }
    operations = {"page": {"emails": ["page@contoso.com"]}, "ticket": {"emails": ["desk@contoso.com"]}}
    settings = without(
        hub,
        MANAGED | {"registry": "shared"},
        onPremises=["192.168.0.0/16"],
        egress=["pythonPackages"],
        dataLake={"network": "10.1.1.0/28"},
        sharedRegistry={},
        operations=operations,
    )
    path = tmp_path / "Pulumi.none.yaml"
    path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": settings}}), encoding="utf-8")
    preview = preview_of(load(str(path)), today="2027-01-15")

    types = {resource.arm_type for resource in preview.graph.resources}
    assert [arm_type for arm_type in sorted(types) if "irewall" in arm_type or "routeTables" in arm_type] == []
    (network,) = (n for n in preview.graph.of_type("Microsoft.Network/virtualNetworks") if "spoke" in n.name)
    assert "dhcpOptions" not in network.properties
    assert [f.message for f in preview.findings if f.severity.value == "error"] == []
    for form in (form for form in Format if Command.preview in form.commands):
        assert "afw-" not in in_format(form, preview), form
    assert "internet" not in in_format("mermaid", preview)
    answers = list(everything(Evaluator(landscape(preview.graph, ["192.168.0.0/16"]))))
    hops = [
        str(hop).replace("no firewall here has a DNAT rule", "").lower() for answer in answers for hop in answer.hops
    ]
    assert [hop for hop in hops if "firewall" in hop] == []
