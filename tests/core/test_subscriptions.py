"""Spokes with a separate subscription: environments are in that of their spoke."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from amlz.azure.ids import parse
from amlz.capabilities.operations.facts import ACTIVITIES
from tests.capabilities.test_operations import operation
from tests.conftest import previewed
from tests.core.stacks import HUB, LANDING_ZONE, Stack, at, messages_of, planned, stack

OWN = "d1d1d1d1-1111-4222-8333-444455556666"
HUB_OF_EXAMPLE = "a1b2c3d4-1111-4222-8333-444455556660"
COMMON = "a1b2c3d4-1111-4222-8333-444455556666"
PRODUCTION = "a1b2c3d4-1111-4222-8333-444455557777"
KEY = "https://kv-central.vault.azure.net/keys/landing-zone/0123456789abcdef0123456789abcdef"


def two(**settings: Any) -> Stack:
    """A stack of two spokes, of which `prod` has its own subscription."""
    prod = at("10.2.0.0/24", spoke="prod", batch=False)
    result = stack({"churn/dev": at("10.1.0.0/24", spoke="main"), "churn/prod": prod}, **settings)
    result["spokes"]["prod"] = {"addressSpace": ["10.2.0.0/16"], "subscription": OWN}
    return result


def test_resource_groups_are_in_the_subscription_of_their_spoke() -> None:
    """All groups of the example, and what is on each subscription itself."""
    graph = previewed("two-subscriptions").graph
    groups = {one.name: one.subscription for one in graph if one.arm_type.endswith("resourceGroups")}

    assert groups == {
        "rg-retail-hub-westeurope": HUB_OF_EXAMPLE,
        "rg-retail-spoke-nonprod-westeurope": COMMON,
        "rg-retail-churn-dev-westeurope": COMMON,
        "rg-retail-spoke-prod-westeurope": PRODUCTION,
        "rg-retail-churn-prod-westeurope": PRODUCTION,
    }
    assert {one.subscription for one in graph if not one.resource_group} == {HUB_OF_EXAMPLE, COMMON, PRODUCTION}


def test_policies_are_defined_in_the_subscription_in_which_they_are_assigned() -> None:
    """Azure assigns a definition within its own subscription alone; the same holds for the members of an initiative."""
    graph = previewed("two-subscriptions").graph
    elsewhere = []
    for one in graph:
        properties = one.properties
        if one.arm_type == "Microsoft.Authorization/policyAssignments":
            used = [properties["policyDefinitionId"]]
        elif one.arm_type == "Microsoft.Authorization/policySetDefinitions":
            used = [member["policyDefinitionId"] for member in properties["policyDefinitions"]]
        else:
            continue
        own = [id_ for id_ in used if id_.startswith("/subscriptions/")]
        elsewhere += [(one.id, id_) for id_ in own if parse(id_).subscription != one.subscription]
    definitions = Counter(one.subscription for one in graph if one.arm_type.endswith("policyDefinitions"))

    assert elsewhere == []
    assert definitions == {COMMON: 11, PRODUCTION: 11}


def test_a_policy_of_a_management_group_is_defined_once() -> None:
    """It can be assigned in every subscription below the management group."""
    policies = planned(two(policies={"managementGroup": "mg-ml"})).policies

    assert len({definition.id for definition in policies.definitions}) == len(policies.definitions)
    assert {definition.subscription for definition in policies.definitions} == {LANDING_ZONE}
    assert {one.subscription for one in policies.assignments if "/rg-retail-churn-prod-" in one.scope} == {OWN}


def test_an_assignment_to_the_landing_zone_is_one_for_each_subscription() -> None:
    """Azure has no scope over two subscriptions below a management group."""
    assigned = {"images": {"policy": "Deny-MachineLearning-Aks", "scope": "landingZone"}}
    settings = two(policies={"guardrails": [], "assignments": assigned})

    assert [(one.key, one.scope, one.subscription) for one in planned(settings).policies.assignments] == [
        ("landing-zone-images", f"/subscriptions/{LANDING_ZONE}", LANDING_ZONE),
        (f"landing-zone-{OWN}-images", f"/subscriptions/{OWN}", OWN),
    ]


def test_the_rest_of_each_subscription_has_guardrails_without_its_own_resource_groups() -> None:
    """Azure excludes only scopes inside of that of an assignment."""
    network = [one for one in planned(two()).policies.assignments if one.scope.count("/") == 2]
    excluded = {one.key: [scope.rpartition("/")[2] for scope in one.not_scopes] for one in network}

    names = ("guardrails-workspace", "guardrails-network", "guardrails-data-and-identity")
    common = ["rg-retail-churn-dev-westeurope", "rg-retail-spoke-main-westeurope"]
    production = ["rg-retail-churn-prod-westeurope", "rg-retail-spoke-prod-westeurope"]
    assert excluded == {
        **{f"subscription-{name}": common for name in names},
        **{f"subscription-{OWN}-{name}": production for name in names},
    }


def test_activity_logs_of_all_subscriptions_are_exported() -> None:
    """The hub's is its own subscription here."""
    settings = two(subscriptions={"landingZone": LANDING_ZONE, "hub": HUB})
    (part,) = [part.part.spec for part in planned(settings).capabilities if part.capability == "activity_log"]

    assert [one.target for one in part] == [f"/subscriptions/{one}" for one in (LANDING_ZONE, OWN, HUB)]


def test_the_deployer_sets_locks_only_in_a_subscription_with_locks() -> None:
    """Other roles are the same in each subscription of the landing zone."""
    settings = two(subscriptions={"landingZone": LANDING_ZONE, "hub": HUB})
    rows = planned(settings).deployer
    roles = {one: sorted(row.role for row in rows if row.subscription == one) for one in (LANDING_ZONE, OWN)}

    others = ["Contributor", "Resource Policy Contributor", "Role Based Access Control Administrator"]
    assert roles == {LANDING_ZONE: others, OWN: sorted([*others, "Landing Zone Lock Administrator"])}


def test_defender_plans_are_turned_on_in_each_subscription() -> None:
    """A plan is of one subscription."""
    parts = planned(two(defender=["keyVaults"])).capabilities
    (part,) = [part.part.spec for part in parts if part.capability == "defender"]

    assert [(one.key, one.subscription) for one in part] == [("keyVaults", LANDING_ZONE), (f"keyVaults-{OWN}", OWN)]


def test_what_watches_a_subscription_is_in_it() -> None:
    """Alerts, suppression windows, routes and budgets. Azure applies a rule to its own subscription alone."""
    receivers = {"page": {"emails": ["page@contoso.com"]}, "ticket": {"emails": ["ticket@contoso.com"]}}
    more = {
        "windows": {"night": {"starts": "2027-01-09T20:00:00", "ends": "2027-01-09T23:00:00", "timeZone": "UTC"}},
        "routes": {"prod": {"severities": [0], "to": "page", "environments": ["churn/prod"]}},
    }
    settings = two(operations=receivers | more)
    settings["projects"]["churn"]["environments"]["prod"]["budget"] = {"amount": 500, "start": "2027-01-01"}
    spec = operation(planned(settings))
    own = f"/subscriptions/{OWN}/resourceGroups/rg-retail-churn-prod-westeurope"

    assert {(one.place.subscription, parse(one.resource).subscription) for one in spec.metric_alerts} == {
        (LANDING_ZONE, LANDING_ZONE),
        (OWN, OWN),
    }
    assert [(one.key, one.place.subscription, one.scopes) for one in spec.processing_rules] == [
        ("window-night", LANDING_ZONE, (f"/subscriptions/{LANDING_ZONE}",)),
        ("window-night-spoke-prod", OWN, (f"/subscriptions/{OWN}",)),
        ("route-prod-spoke-prod", OWN, (own,)),
    ]
    assert [(one.key, one.subscription, one.scope) for one in spec.budgets] == [("churn-prod", OWN, own)]
    assert {one.key for one in spec.activity_alerts if one.place.subscription == OWN} == {
        f"spoke-prod-{one.replace('_', '-')}" for one in ACTIVITIES
    }


def test_a_key_of_the_common_subscription_is_refused_for_a_spoke_of_its_own() -> None:
    """Azure ML takes keys from the workspace's own subscription alone."""
    vault = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-keys/providers/Microsoft.KeyVault/vaults/kv-central"
    settings = two()
    key = {"keyVault": vault, "keyUri": KEY}
    settings["projects"]["churn"]["environments"]["prod"]["security"] = {"customerManagedKey": key}

    refused = messages_of(settings)
    key["keyVault"] = vault.replace(LANDING_ZONE, OWN)

    assert [text for text in refused if "subscription" in text] == [
        "projects.churn.environments.prod.security.customerManagedKey.keyVault\n  It is in subscription "
        f"{LANDING_ZONE}; Azure ML takes keys from the workspace's own alone.\n  Name a vault in {OWN}, or remove "
        "keyVault and keyUri: then both are made here."
    ]
    assert [text for text in messages_of(settings) if "subscription" in text] == []


@pytest.mark.parametrize("subscription", [None, LANDING_ZONE])
def test_a_spoke_of_the_common_subscription_changes_nothing(subscription: str | None) -> None:
    """Left out or named, the plan is the same."""
    settings = two()
    settings["spokes"]["prod"]["subscription"] = subscription
    without = two()
    del without["spokes"]["prod"]["subscription"]

    assert planned(settings) == planned(without)
