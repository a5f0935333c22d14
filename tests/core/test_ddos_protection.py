"""A DDoS protection plan that exists: networks that join it, and the rights that this needs."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.azure.deployer import deployer_roles
from amlz.azure.rights import Basis, needed
from tests.conftest import previewed
from tests.core.stacks import HUB, LANDING_ZONE, built, planned, stack
from tests.core.test_organisation import EXISTING

ELSEWHERE = "d1d1d1d1-1111-4222-8333-444455556666"
GROUP = f"/subscriptions/{ELSEWHERE}/resourceGroups/rg-ddos"
PLAN = f"{GROUP}/providers/Microsoft.Network/ddosProtectionPlans/ddos-contoso"
NETWORK = "Microsoft.Network/virtualNetworks"
JOIN = "Microsoft.Network/ddosProtectionPlans/join/action"
WHY = "on the DDoS protection plan: networks join it"


def plans(**settings: Any) -> tuple[str | None, ...]:
    """The plan of each network that is built: the hub's, then those of spokes."""
    plan = planned(stack(**settings))
    hub = (built(plan.hub.network).ddos_plan,) if plan.hub is not None else ()
    return (*hub, *(spoke.network.ddos_plan for spoke in plan.spokes))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (None, None)),
        ({"ddosProtectionPlan": PLAN}, (PLAN, PLAN)),
        ({"ddosProtectionPlan": PLAN.replace("resourceGroups", "RESOURCEGROUPS")}, (PLAN, PLAN)),
        ({"ddosProtectionPlan": PLAN, "hub": {"existing": EXISTING}}, (PLAN,)),
    ],
    ids=["no plan", "a plan", "an id in other letters", "an existing hub"],
)
def test_every_network_that_is_built_joins_the_plan(settings: dict[str, Any], expected: tuple[str | None, ...]) -> None:
    """An existing hub is left to its owner."""
    assert plans(**settings) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, []),
        ({"ddosProtectionPlan": PLAN}, [(ELSEWHERE, "Network Contributor", WHY)]),
        (
            {"ddosProtectionPlan": PLAN.replace(ELSEWHERE, HUB), "hub": {"existing": EXISTING}},
            [(HUB, "Network Contributor", f"on the existing hub's virtual network: spokes are peered with it; {WHY}")],
        ),
    ],
    ids=["no plan", "a subscription of its own", "that of an existing hub"],
)
def test_the_deployer_gets_a_role_on_the_plan(settings: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    """Once for each subscription, with every reason."""
    deployer = planned(stack(**settings)).deployer

    assert [(row.subscription, row.role, row.why) for row in deployer if row.role == "Network Contributor"] == expected


def test_a_network_with_a_plan_needs_the_join_action_on_it() -> None:
    """And none without."""
    network = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg/providers/{NETWORK}/vnet"
    body = {"properties": {"enableDdosProtection": True, "ddosProtectionPlan": {"id": PLAN}}}

    linked = [right for right in needed("create", NETWORK, network, body) if right.linked]

    assert [(right.action, right.scope, right.basis) for right in linked] == [(JOIN, PLAN, Basis.DOCUMENTED)]
    assert [right for right in needed("create", NETWORK, network, {"properties": {}}) if right.linked] == []


def test_requests_of_networks_carry_the_plan_and_others_do_not() -> None:
    """Both properties: Azure protects nothing without the switch."""
    sent = {
        stack: [
            (network.properties.get("enableDdosProtection"), network.properties.get("ddosProtectionPlan"))
            for network in previewed(stack).graph.of_type(NETWORK)
        ]
        for stack in ("everything-existing", "minimal")
    }

    assert sent == {"everything-existing": [(True, {"id": PLAN})], "minimal": [(False, None), (False, None)]}


def test_the_exact_roles_hold_one_action_at_the_resource_group_of_the_plan() -> None:
    """Not Network Contributor, which could delete the plan."""
    graph = previewed("everything-existing").graph

    grants = deployer_roles(graph, "everything-existing", "deployer").grants

    assert [[action.name for action in grant.actions] for grant in grants if grant.scope == GROUP] == [[JOIN]]
