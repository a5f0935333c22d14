"""A bank: all settings of organisation.md and own-names.md in one stack file."""

from __future__ import annotations

from amlz.core.plan import make_plan
from amlz.stackfile.load import load
from tests.conftest import ROOT

CASE = ROOT / "tests" / "cases" / "previews" / "bank.yaml"


def test_everything_is_in_the_subscription_of_its_network_and_named_by_the_pattern() -> None:
    """Development in one subscription, production in the other; the networks are their owner's."""
    plan = make_plan(load(str(CASE)).config)

    projects = ("scoring", "fraud", "pricing", "collections")
    assert {(env.group.place.subscription[-2:], env.group.place.resource_group) for env in plan.environments} == {
        (subscription, f"rg-risk-{project}-{environment}-weu-01")
        for project in projects
        for subscription, environment in (("01", "dev"), ("02", "prd"))
    }
    assert [(spoke.network.name, spoke.to_hub, spoke.from_hub) for spoke in plan.spokes] == [
        ("vnet-risk-nonprod", None, None),
        ("vnet-risk-prod", None, None),
    ]


def test_its_owners_are_asked_for_peering_and_names() -> None:
    """The preview has the request to each of them."""
    plan = make_plan(load(str(CASE)).config)

    asked = {part: demands for part, demands in plan.parts if part.startswith("network ")}
    assert [part for part, demands in asked.items() if "its DNS servers are 10.0.2.4 and 10.0.2.5" in demands] == [
        "network vnet-risk-nonprod",
        "network vnet-risk-prod",
    ]
