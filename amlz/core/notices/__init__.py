"""Doubts about a stack file that do not stop anything: `amlz check` and the preview report the same ones."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.config import LandingZoneConfig
from amlz.core.discovery import asked_for_all
from amlz.core.notices.computes import compute_notices
from amlz.core.notices.effects import effect_notices
from amlz.core.notices.notice import Notice
from amlz.core.notices.places import place_notices
from amlz.core.notices.principals import principal_notices
from amlz.core.notices.ranges import range_notices
from amlz.core.plan import LandingZonePlan


def notices(config: LandingZoneConfig, plan: LandingZonePlan | None) -> Iterator[Notice]:
    """Every doubt, by kind and then in the order of the stack file. Without a plan: those that need no names."""
    yield from place_notices(config)
    yield from range_notices(config)
    yield from principal_notices(config)
    yield from effect_notices(config, plan)
    yield from compute_notices(config)
    yield from asked_for_all(lambda planner: planner.notices, config, plan)
