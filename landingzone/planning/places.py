"""Where spokes are, and what they are called."""

from __future__ import annotations

from landingzone.names import Namer
from landingzone.planning.context import Context
from landingzone.specs import Place


def spoke_place(context: Context, name: str) -> Place:
    """Where a spoke is."""
    return Place(context.landing_zone_subscription, context.group_name("spoke", name), context.config.location)


def spoke_namer(context: Context, name: str) -> Namer:
    """Names of a spoke."""
    return Namer((context.config.business_unit, "spoke", name), ())


def spoke_network_id(context: Context, name: str) -> str:
    """The id of a spoke's network."""
    network = spoke_namer(context, name).name("virtualNetwork")
    return spoke_place(context, name).id("Microsoft.Network/virtualNetworks", network)
