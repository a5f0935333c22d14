"""Decides the plans of Defender for Cloud."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.defender.facts import PLANS
from amlz.capabilities.defender.spec import DefenderPlanSpec
from amlz.core.capability import Part, Planner, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import title
from amlz.core.planning.context import Context
from amlz.core.planning.references import said_twice
from amlz.core.problems import Problem


def plan_defender(context: Context) -> Part | None:
    """Returns the plans that the stack file sets, in its order; None without any."""
    subscription, asked = context.landing_zone_subscription, _asked(context.config)
    plans = (DefenderPlanSpec(key, PLANS[key].name, PLANS[key].sub_plan, subscription) for key in asked)
    return Part(tuple(plans)) if asked else None


def check_defender(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns plans that are listed twice, and those that the cloud does not have."""
    yield from said_twice(("defender",), _asked(config))
    for index, key in enumerate(_asked(config)):
        plan = PLANS[key]
        if config.cloud not in plan.clouds:
            yield Problem(
                ("defender", index),
                f"{title(config.cloud)} does not have the plan {plan.name}, according to Microsoft's page.",
                f"Remove {key}. The page is {plan.clouds_source}",
            )


def _asked(config: LandingZoneConfig) -> tuple[str, ...]:
    return setting(config, "defender", tuple) or ()


PLANNER = Planner(check=check_defender, landing_zone=plan_defender)
