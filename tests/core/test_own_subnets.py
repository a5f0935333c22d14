"""Subnets whose ranges are set in the stack file."""

from __future__ import annotations

from amlz.core.owners import EnvironmentKey
from tests.core.stacks import Stack, addresses, at, built, messages_of, planned, stack

CHURN, FRAUD = EnvironmentKey("churn", "dev"), EnvironmentKey("fraud", "dev")
CONFIGURED = {"training": "10.1.0.64/27", "endpoints": "10.1.0.0/27"}


def places(settings: Stack, owner: EnvironmentKey = CHURN) -> dict[str, str]:
    """An environment's subnets by role."""
    return {subnet.role: subnet.cidr for subnet in addresses(settings).block(owner).subnets}


def test_subnets_are_where_the_file_says_and_no_other_is_built() -> None:
    """In the plan, in the spoke's network, and as the subnets of compute targets and endpoints."""
    settings = stack({"churn/dev": at("10.1.0.0/24", subnets=CONFIGURED)})

    plan = planned(settings)

    (spoke,) = plan.spokes
    built = {subnet.name: subnet.cidr for subnet in spoke.network.subnets}
    assert places(settings) == CONFIGURED
    assert built == {f"snet-churn-dev-{role}": cidr for role, cidr in CONFIGURED.items()}
    assert plan.environments[0].computes.subnet == spoke.network.subnet_id("snet-churn-dev-training")
    assert plan.environments[0].storage.endpoints[0].subnet == spoke.network.subnet_id("snet-churn-dev-endpoints")


def test_rules_are_about_the_ranges_that_are_said() -> None:
    """Security groups and the firewall let out those compute targets and no others."""
    settings = stack({"churn/dev": at("10.1.0.0/24", subnets=CONFIGURED)}, egress=["pythonPackages"])

    plan = planned(settings)

    assert plan.hub is not None
    groups = built(plan.hub.firewall).groups
    sources = {rule.sources for group in groups for rule in group.network_rules}
    sources |= {rule.sources for group in groups for rule in group.application_rules}
    (endpoints,) = (g for g in plan.spokes[0].security_groups if g.role == "churn-dev-endpoints")
    assert sources == {(CONFIGURED["training"],)}
    assert endpoints.rules[0].sources == (CONFIGURED["training"],)


def test_other_environments_stay_where_they_are() -> None:
    """Independent of the subnets that one of them sets."""
    before = stack({"churn/dev": at("10.1.0.0/24"), "fraud/dev": at("10.1.1.0/24")})
    after = stack({"churn/dev": at("10.1.0.0/24", subnets=CONFIGURED), "fraud/dev": at("10.1.1.0/24")})

    assert places(after, FRAUD) == places(before, FRAUD)
    assert addresses(after).spokes[0].free == addresses(before).spokes[0].free


def test_a_range_smaller_than_a_division_takes_will_do() -> None:
    """A /28 is not divided, and holds two subnets of Azure's smallest size."""
    nothing = {"clusters": {}, "imageBuild": {"maxNodes": 1}, "batch": False, "growth": 0, "isolation": "managed"}
    settings = stack({"churn/dev": at("10.1.0.0/28", subnets={"endpoints": "10.1.0.0/28"}, **nothing)})

    assert places(settings) == {"endpoints": "10.1.0.0/28"}


def test_what_does_not_fit_is_said_at_the_subnet_and_not_at_the_range() -> None:
    """With the smallest size that would do."""
    settings = stack({"churn/dev": at("10.1.0.0/24", subnets=CONFIGURED | {"training": "10.1.0.64/29"})})

    assert messages_of(settings) == [
        "projects.churn.environments.dev.subnets.training\n"
        "  6 addresses for training, with 20 % growth, do not fit: 10.1.0.64/29 has 3, Azure keeps 5 of 8.\n"
        "  Use a /28 or larger."
    ]
