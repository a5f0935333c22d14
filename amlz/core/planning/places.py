"""Locations and names of spokes."""

from __future__ import annotations

from amlz.core.names import Namer
from amlz.core.planning.context import Context
from amlz.core.specs import Place


def spoke_place(context: Context, name: str) -> Place:
    """Returns the location of a spoke."""
    group = context.config.spokes[name].names.resource_group or context.group_name("spoke", name)
    return Place(context.spoke_subscription(name), group, context.config.location)


def spoke_namer(context: Context, name: str) -> Namer:
    """Names of a spoke."""
    return context.namer("spoke", name)


def spoke_network(context: Context, name: str) -> str:
    """The name of a spoke's network."""
    return context.config.spokes[name].names.virtual_network or spoke_namer(context, name).name("virtualNetwork")


def spoke_route_table(context: Context, name: str) -> str:
    """The name of a spoke's route table."""
    return context.config.spokes[name].names.route_table or spoke_namer(context, name).name("routeTable")


def spoke_network_id(context: Context, name: str) -> str:
    """The id of a spoke's network."""
    network = spoke_network(context, name)
    return spoke_place(context, name).id("Microsoft.Network/virtualNetworks", network)
