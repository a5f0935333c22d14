"""Plans of Defender for Cloud on the landing zone's subscription."""

from __future__ import annotations

from amlz.core.config import LandingZoneConfig
from amlz.core.facts.defender import PLANS
from amlz.core.specs import DefenderPlanSpec


def plan_defender(config: LandingZoneConfig) -> tuple[DefenderPlanSpec, ...]:
    """The plans that the stack file asks for, in its order."""
    subscription = config.subscriptions.landing_zone
    return tuple(DefenderPlanSpec(key, PLANS[key].name, PLANS[key].sub_plan, subscription) for key in config.defender)
