"""Subscriptions of a landing zone, from the stack file alone."""

from __future__ import annotations

from amlz.core.addresses import spoke_of
from amlz.core.config import EnvironmentConfig, LandingZoneConfig


def subscription_of(config: LandingZoneConfig, environment: EnvironmentConfig) -> str:
    """Returns the subscription of an environment: that of its spoke, whose network its compute targets are in."""
    spoke = config.spokes.get(spoke_of(config, environment) or "")
    return (spoke.own_subscription if spoke is not None else None) or config.subscriptions.landing_zone


def subscriptions_of(config: LandingZoneConfig) -> tuple[str, ...]:
    """Returns the subscriptions of a landing zone, without that of its hub: the common one, then those of spokes."""
    own = (spoke.own_subscription for spoke in config.spokes.values() if spoke.own_subscription is not None)
    return tuple(dict.fromkeys((config.subscriptions.landing_zone, *own)))
