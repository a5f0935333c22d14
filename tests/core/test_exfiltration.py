"""Service endpoint policies of training subnets, and connections without secrets."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.config import LandingZoneConfig
from amlz.core.relaxations import relaxations
from tests.core.stacks import at, planned, stack

PARTNER = (
    "/subscriptions/e1e1e1e1-1111-4222-8333-444455556666/resourceGroups/rg-partner/providers/Microsoft.Storage/"
    "storageAccounts/stpartner"
)


def test_only_training_subnets_of_those_that_ask_have_a_policy() -> None:
    """It lets through Azure ML's own storage, and what the stack file lists."""
    environments: dict[str, Any] = {
        "churn/dev": at("10.1.0.0/24", security={"storageEndpointPolicy": {}}),
        "churn/test": at("10.1.1.0/24"),
        "fraud/dev": at("10.1.2.0/24", security={"storageEndpointPolicy": {"allow": [PARTNER]}}),
    }
    (spoke,) = planned(stack(environments, dataLake={})).spokes

    filtered = {s.name: s.endpoint_policy.rsplit("/", 1)[-1] for s in spoke.network.subnets if s.endpoint_policy}
    assert filtered == {
        "snet-churn-dev-training": "se-retail-churn-dev-training",
        "snet-fraud-dev-training": "se-retail-fraud-dev-training",
    }
    alias = ("Global", ("/services/Azure/MachineLearning",))
    assert {p.name: [(d.service, d.resources) for d in p.definitions] for p in spoke.endpoint_policies} == {
        "se-retail-churn-dev-training": [alias],
        "se-retail-fraud-dev-training": [alias, ("Microsoft.Storage", (PARTNER,))],
    }


@pytest.mark.parametrize(
    ("name", "cloud", "settings", "filtered"),
    [
        ("prod", {}, {}, True),
        ("dev", {}, {"production": True}, True),
        ("prod", {}, {"security": {"storageEndpointPolicy": {"enabled": False}}}, False),
        ("prod", {}, {"production": False}, False),
        ("prod", {"cloud": "usGovernment", "location": "usgovvirginia"}, {}, False),
        ("prod", {}, {"isolation": "managed"}, False),
    ],
)
def test_production_reaches_no_storage_of_other_tenants_by_default(
    name: str, cloud: dict[str, Any], settings: dict[str, Any], filtered: bool
) -> None:
    """In the public cloud, in subnets of the spoke, and unless it is switched off."""
    (spoke,) = planned(stack({f"churn/{name}": at("10.1.0.0/24", **settings)}, **cloud)).spokes

    assert bool(spoke.endpoint_policies) is filtered


def test_switching_the_policy_off_in_production_is_a_relaxation() -> None:
    """Every preview names it; elsewhere it is the default."""
    off = {"storageEndpointPolicy": {"enabled": False}}
    settings = stack({"churn/prod": at("10.1.0.0/24", security=off), "churn/dev": at("10.1.1.0/24", security=off)})
    config = LandingZoneConfig.model_validate(settings)

    named = [relaxation for relaxation in relaxations(config) if "storageEndpointPolicy" in relaxation.path]
    assert [(item.path, item.gives_up) for item in named] == [
        (
            ("projects", "churn", "environments", "prod", "security", "storageEndpointPolicy", "enabled"),
            "compute targets reach storage accounts of any tenant in the region: data that they read can leave there",
        )
    ]


def test_connections_name_who_signs_in() -> None:
    """No identity, which means the caller's; or an identity of the environment."""
    search = {"category": "CognitiveSearch", "target": "https://search.contoso.com"}
    settings = {
        "search": search,
        "by-clusters": {**search, "auth": "managedIdentity"},
        "by-workspace": {**search, "auth": "managedIdentity", "identity": "workspace"},
    }
    (spec,) = planned(stack({"churn/dev": at("10.1.0.0/24", connections=settings)})).environments

    (part,) = spec.capabilities
    assert {one.name: one.identity and one.identity.rsplit("/", 1)[-1] for one in part.part.spec} == {
        "search": None,
        "by-clusters": "id-retail-churn-dev-compute",
        "by-workspace": "id-retail-churn-dev-workspace",
    }
    assert {one.after for one in part.part.spec} == {(spec.workspace.endpoint.ready,)}
