"""A landing zone without a hub: the central log and the zones alone, and managed networks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from amlz.core.notices import notices
from amlz.core.notices.effects import NO_HUB
from amlz.core.plan import make_plan
from amlz.core.problems import StackFileError
from amlz.core.relaxations import relaxations
from amlz.reach.answers import Evaluator
from amlz.reach.packet import Reachability
from amlz.reach.read import landscape
from amlz.reach.summary import everything
from amlz.reports.formats.registry import Command, Format
from amlz.stackfile.load import from_object, load
from tests.conftest import graph_once, in_format, preview_of
from tests.core.stacks import Stack, at, built, planned, stack

MANAGED = at("10.1.0.0/26", isolation="managed")
NONE = {"network": False}


def alone(hub: Stack | None = None, environment: Stack | None = None, **settings: Any) -> Stack:
    """A stack with a managed network and no hub."""
    return stack({"churn/dev": environment or MANAGED}, hub=NONE | (hub or {}), **settings)


def file(tmp_path: Path, settings: Stack, name: str = "alone") -> Path:
    """The stack file of a landing zone."""
    path = tmp_path / f"Pulumi.{name}.yaml"
    path.write_text(yaml.safe_dump({"config": {"amlz:landingZone": settings}}), encoding="utf-8")
    return path


def test_there_is_no_network_of_a_hub_and_no_peering() -> None:
    """The log and the zones are built, and zones are linked to the spoke."""
    plan = planned(alone())
    hub, (spoke,) = built(plan.hub), plan.spokes

    assert (hub.network, hub.firewall, hub.security_groups, hub.routes, hub.dns.links) == (None, None, (), (), ())
    assert (spoke.to_hub, spoke.from_hub, spoke.routes, spoke.dns_servers) == (None, None, None, ())
    assert {link.zone for link in spoke.links} == set(hub.dns.zones)
    assert [space.network for space in plan.addresses.spaces] == ["main"]


@pytest.mark.parametrize("key", ["addressSpace", "bastion", "dnsResolver", "firewall", "natGateway", "serves"])
def test_a_key_of_the_hub_s_network_is_refused(key: str) -> None:
    """At its own path, with both options."""
    value = {"addressSpace": "10.0.0.0/24", "bastion": True, "serves": ["10.9.0.0/16"]}.get(key, {})

    with pytest.raises(StackFileError) as refused:
        make_plan(from_object(alone({key: value})))

    (problem,) = refused.value.problems
    assert problem.path == ("hub", key)
    assert problem.what == f"`hub.{key}` is of the hub's network, and `hub.network: false` builds none."
    assert problem.remedy == f"Remove `{key}`, or have a hub built: remove `network`, and set `addressSpace`."


@pytest.mark.parametrize(
    ("settings", "path", "text"),
    [
        (
            {"environment": at("10.1.0.0/24")},
            "projects.churn.environments.dev",
            "Its compute targets are in a subnet whose only egress is the hub's firewall. And `hub.network` is "
            "`false`.",
        ),
        (
            {"hub": {"names": {"firewall": "afw-one"}}},
            "hub.names.firewall",
            "It names a part of the hub's network, and `hub.network: false` builds none.",
        ),
        (
            {"sharedRegistry": {}, "environment": MANAGED | {"registry": "shared"}},
            "sharedRegistry",
            "Its private endpoint is in a subnet of the hub, and `hub.network: false` builds none.",
        ),
        (
            {"dataLake": {}},
            "dataLake",
            "Its private endpoints would be in the hub, and `hub.network: false` builds none.",
        ),
    ],
)
def test_what_needs_a_hub_is_refused(settings: Stack, path: str, text: str) -> None:
    """Outside of `hub`, too."""
    with pytest.raises(StackFileError) as refused:
        make_plan(from_object(alone(**settings)))

    (problem,) = refused.value.problems
    assert (".".join(str(part) for part in problem.path), problem.what) == (path, text)


def test_the_preview_states_what_is_given_up() -> None:
    """Egress without a firewall always; access of people where no workspace is public."""
    private, public = (
        from_object(alone()),
        from_object(alone(environment=MANAGED | {"security": {"publicNetworkAccess": True}})),
    )

    assert ("hub", "network") in [relaxation.path for relaxation in relaxations(private)]
    assert [notice.finding for notice in notices(private, make_plan(private))] == [NO_HUB]
    assert [notice.finding for notice in notices(public, make_plan(public))] == []


def test_the_preview_and_its_reports_have_no_hub(tmp_path: Path) -> None:
    """Requests, drawings, reachability: with everything that needs no hub."""
    settings = alone(
        {"dnsSecurity": {"block": ["tunnel.example"]}},
        onPremises=["192.168.0.0/16"],
        egress=["pythonPackages"],
        dataLake={"network": "10.1.1.0/28"},
        flowLogs={"storageAccount": FLOW_LOGS},
        operations={"page": {"emails": ["page@contoso.com"]}, "ticket": {"emails": ["desk@contoso.com"]}},
    )
    preview = preview_of(load(str(file(tmp_path, settings))), today="2027-01-15")

    types = Counter(resource.arm_type.rpartition("/")[2] for resource in preview.graph.resources)
    wanted = ("virtualNetworks", "virtualNetworkPeerings", "azureFirewalls", "routeTables", "flowLogs")
    assert [types[name] for name in wanted] == [1, 0, 0, 0, 1]
    assert [f.message for f in preview.findings if f.severity.value == "error"] == []
    for form in (form for form in Format if Command.preview in form.commands):
        text = in_format(form, preview)
        assert "afw-" not in text, form
        assert "vnet-retail-hub" not in text, form
    answers = everything(Evaluator(landscape(preview.graph, ["192.168.0.0/16"])))
    from_premises = {str(answer.verdict) for answer in answers if answer.source.kind == "on-premises"}
    assert from_premises == {str(Reachability.BLOCKED)}


FLOW_LOGS = (
    "/subscriptions/d1d1d1d1-1111-4222-8333-444455556666/resourceGroups/rg-logs/providers/"
    "Microsoft.Storage/storageAccounts/stflowlogs"
)


def test_a_hub_that_is_added_later_replaces_nothing(tmp_path: Path) -> None:
    """The log, the zones and their resource group stay; the network, the firewall and peerings are created."""
    later = alone() | {"hub": {"addressSpace": "10.0.0.0/24"}}
    before = graph_once(load(str(file(tmp_path, alone()))))
    after = graph_once(load(str(file(tmp_path, later, "alone"))))

    assert {(one.urn, one.id) for one in before} - {(one.urn, one.id) for one in after} == set()
    created = {one.arm_type for one in after} - {one.arm_type for one in before}
    assert {"Microsoft.Network/azureFirewalls", "Microsoft.Network/publicIPAddresses"} <= created
