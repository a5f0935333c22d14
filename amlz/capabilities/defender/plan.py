"""Decides the plans of Defender for Cloud."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.defender.facts import PLANS
from amlz.capabilities.defender.spec import DefenderPlanSpec
from amlz.core.capability import Part, Planner, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import title
from amlz.core.planning.context import Context
from amlz.core.planning.references import repeated
from amlz.core.problems import Problem


def plan_defender(context: Context) -> Part | None:
    """Returns the plans that the stack file sets, in its order, for each subscription of the landing zone; None without
    any.
    """
    wanted = _settings(context.config)
    plans = (
        DefenderPlanSpec(
            key if subscription == context.landing_zone_subscription else f"{key}-{subscription}",
            PLANS[key].name,
            PLANS[key].sub_plan,
            subscription,
        )
        for subscription in context.landing_zone_subscriptions
        for key in wanted
    )
    return Part(tuple(plans)) if wanted else None


def check_defender(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns plans that are listed twice, and those that the cloud does not have."""
    yield from repeated(("defender",), _settings(config))
    for index, key in enumerate(_settings(config)):
        plan = PLANS[key]
        if config.cloud not in plan.clouds:
            yield Problem(
                ("defender", index),
                f"{title(config.cloud)} does not have the plan {plan.name}, according to Microsoft's page.",
                f"Remove {key}. The page is {plan.clouds_source}",
            )


def _settings(config: LandingZoneConfig) -> tuple[str, ...]:
    return setting(config, "defender", tuple) or ()


PLANNER = Planner(check=check_defender, landing_zone=plan_defender)
