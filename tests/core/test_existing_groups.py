"""Resource groups of environments and spokes that exist."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.plan import LandingZonePlan
from amlz.core.problems import StackFileError
from amlz.core.specs import records
from amlz.core.specs.operations import BudgetSpec
from amlz.stackfile.load import load
from tests.conftest import ROOT, preview_of
from tests.core.stacks import LANDING_ZONE, Stack, at, planned, stack

GROUP = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-churn-dev"
NETWORK = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-a"
HUB = "d1d1d1d1-1111-4222-8333-444455556666"
HUB_GROUP = f"/subscriptions/{HUB}/resourceGroups/rg-hub/providers"
EXISTING_HUB = {
    "existing": {
        "virtualNetwork": f"{HUB_GROUP}/Microsoft.Network/virtualNetworks/vnet",
        "firewallAddress": "10.9.0.4",
        "logAnalytics": f"{HUB_GROUP}/Microsoft.OperationalInsights/workspaces/log",
        "addressSpace": ["10.9.0.0/22"],
    }
}
CASE = ROOT / "tests" / "cases" / "previews" / "existing-resource-groups.yaml"


def with_group(group: str, **settings: Any) -> Stack:
    """A stack of one environment in a resource group that exists."""
    return stack({"churn/dev": at("10.1.0.0/24", existing={"resourceGroup": group}, **settings)})


def vended(spoke: Stack, group: Stack, **settings: Any) -> LandingZonePlan:
    """A plan without a hub, whose spoke's network exists."""
    spokes = {"main": {"addressSpace": ["10.1.0.0/16"], "existing": {"virtualNetwork": NETWORK} | spoke}}
    environments = {"churn/prod": at("10.1.0.0/24", existing=group)}
    return planned(stack(environments, hub=EXISTING_HUB, dns={"mode": "policy"}, spokes=spokes, **settings))


@pytest.mark.parametrize("group", [GROUP, "rg-churn-dev", f"{GROUP}/"])
def test_an_environment_is_in_a_resource_group_that_exists(group: str) -> None:
    """By its ID or its name. Nothing of it is planned, and its name is not taken."""
    plan = planned(with_group(group))

    (spec,) = plan.environments
    assert spec.group.exists
    assert [spec.group.id, spec.workspace.place.group_id, spec.storage.place.group_id] == [GROUP] * 3
    assert GROUP in plan.outside
    assert [name.name for name in plan.names if name.kind == "resourceGroup"] == [
        "rg-retail-hub-westeurope",
        "rg-retail-spoke-main-westeurope",
    ]
    assert dict(plan.parts) == {
        "resource group rg-churn-dev": (
            f"it exists in subscription {LANDING_ZONE} before the first deployment",
            "it has the tags that policies require of a resource group, or that resources inherit from it",
            "it has no ReadOnly lock, and no CanNotDelete lock while a deployment deletes resources in it",
            "policies and roles of churn dev apply to everything in it, also to other resources",
        )
    }


def test_the_budget_of_the_environment_is_on_its_resource_group() -> None:
    """As on a created one."""
    receivers = {"emails": ["ops@contoso.com"]}
    settings = with_group(GROUP, budget={"amount": 100, "start": "2027-01-01"})
    plan = planned(settings | {"operations": {"page": receivers, "ticket": receivers}})

    assert [budget.scope for budget in records(plan, BudgetSpec)] == [GROUP]


def test_the_deployer_needs_no_rights_on_a_subscription_in_which_no_resource_group_is_created() -> None:
    """Definitions of policies are still in the subscription."""
    plan = vended({"resourceGroup": "rg-spoke"}, {"resourceGroup": "rg-churn"})

    alone = ", on resource groups rg-spoke, rg-churn and rg-network alone"
    rows = {row.role: row.why for row in plan.deployer if row.subscription == LANDING_ZONE}
    assert rows == {
        "Contributor": f"creating spokes and project environments{alone}",
        "Landing Zone Lock Administrator": f"locks on production data{alone}",
        "Role Based Access Control Administrator": f"role assignments{alone}",
        "Resource Policy Contributor": "definitions, assignments and exemptions of policies",
    }


@pytest.mark.parametrize(("spoke", "group"), [({}, {"resourceGroup": "rg-churn"}), ({"resourceGroup": "rg-spoke"}, {})])
def test_one_created_resource_group_takes_rights_on_the_subscription(spoke: Stack, group: Stack) -> None:
    """Of the spoke, or of the environment."""
    plan = vended(spoke, group)

    assert [row.why for row in plan.deployer if (row.subscription, row.role) == (LANDING_ZONE, "Contributor")] == [
        "creating spokes and project environments"
    ]


def test_a_role_on_something_else_takes_rights_to_assign_on_the_subscription() -> None:
    """The identities of an environment get roles on a vault in a third resource group."""
    vault = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-a"
    parts = {"resourceGroup": "rg-churn", "keyVault": {"id": vault}}
    plan = vended({"resourceGroup": "rg-spoke"}, parts)

    roles = [row.why for row in plan.deployer if row.role == "Role Based Access Control Administrator"]
    assert roles == ["role assignments; on existing vaults, registries and Application Insights: roles on them"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "rg-retail-hub-westeurope",
            "hub creates a resource group of the same name, 'rg-retail-hub-westeurope'.",
        ),
        (
            "RG-RETAIL-SPOKE-MAIN-WESTEUROPE",
            "spokes.main creates a resource group of the same name, 'RG-RETAIL-SPOKE-MAIN-WESTEUROPE'.",
        ),
    ],
)
def test_a_resource_group_that_is_created_here_does_not_exist(name: str, says: str) -> None:
    """Names of resource groups are compared without case."""
    with pytest.raises(StackFileError) as error:
        planned(with_group(name))

    assert [(problem.what, problem.path[-1]) for problem in error.value.problems] == [(says, "resourceGroup")]


def test_a_preview_creates_no_resource_group_and_marks_those_that_exist() -> None:
    """Everything else of the stack is created in them."""
    preview = preview_of(load(str(CASE)))

    assert preview.graph.of_type("Microsoft.Resources/resourceGroups") == ()
    assert preview.in_groups == "0 new and 3 existing resource groups"
    groups = {resource.resource_group for resource in preview.graph}
    assert groups == {"", "rg-network", "rg-churn-dev", "rg-churn-prod"}
