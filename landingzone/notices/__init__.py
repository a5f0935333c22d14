"""Doubts about a stack file that do not stop anything: `amlz check` and the preview report the same ones."""

from __future__ import annotations

from collections.abc import Iterator

from landingzone.config import LandingZoneConfig
from landingzone.notices.connections import connection_notices
from landingzone.notices.notice import Notice
from landingzone.notices.places import place_notices
from landingzone.notices.principals import principal_notices
from landingzone.notices.ranges import range_notices
from landingzone.plan import LandingZonePlan


def notices(config: LandingZoneConfig, plan: LandingZonePlan | None) -> Iterator[Notice]:
    """Every doubt, by kind and then in the order of the stack file. Without a plan: those that need no names."""
    yield from place_notices(config)
    yield from range_notices(config)
    yield from principal_notices(config)
    yield from connection_notices(config, plan)
