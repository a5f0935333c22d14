"""Plans of Defender for Cloud in the stack file."""

from __future__ import annotations

from typing import Literal

from amlz.core.capability import Key, Scope

DefenderPlans = tuple[Literal["keyVaults", "storage", "containers", "ai", "resourceManager"], ...]

KEYS = (
    Key(
        Scope.LANDING_ZONE,
        "defender",
        DefenderPlans,
        "Plans of Defender for Cloud on the subscription of the landing zone. Each is billed for everything in it.",
        default=(),
    ),
)
