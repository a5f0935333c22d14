"""Locations and names of spokes."""

from __future__ import annotations

from amlz.azure.ids import parse
from amlz.core.config.existing import group_name
from amlz.core.names import Namer
from amlz.core.own_subnets import named_subnets
from amlz.core.owners import EnvironmentKey, Owner, words_of
from amlz.core.planning.context import Context
from amlz.core.specs import Place


def spoke_place(context: Context, name: str) -> Place:
    """Returns the location of a spoke."""
    spoke = context.config.spokes[name]
    existing = spoke.existing_group
    group = group_name(existing) if existing else spoke.names.resource_group or context.group_name("spoke", name)
    return Place(context.spoke_subscription(name), group, context.config.location)


def spoke_namer(context: Context, name: str) -> Namer:
    """Names of a spoke."""
    return context.namer("spoke", name)


def spoke_network(context: Context, name: str) -> str:
    """The name of a spoke's network."""
    existing = context.config.spokes[name].existing
    if existing is not None:
        return parse(existing.virtual_network).name
    return context.config.spokes[name].names.virtual_network or spoke_namer(context, name).name("virtualNetwork")


def spoke_route_table(context: Context, name: str) -> str:
    """The name of a spoke's route table."""
    return context.config.spokes[name].names.route_table or spoke_namer(context, name).name("routeTable")


def network_place(context: Context, name: str) -> Place:
    """Returns the location of a spoke's network: of one that exists, another resource group than the spoke's."""
    existing = context.config.spokes[name].existing
    if existing is None:
        return spoke_place(context, name)
    network = parse(existing.virtual_network)
    return Place(network.subscription, network.resource_group, context.config.location)


def spoke_network_id(context: Context, name: str) -> str:
    """The id of a spoke's network."""
    return network_place(context, name).id("Microsoft.Network/virtualNetworks", spoke_network(context, name))


def subnet_name(context: Context, owner: Owner, role: str) -> str:
    """Returns the name of a subnet that is created in a spoke."""
    return context.owner_namer(owner).called("subnet", "-".join(("snet", *words_of(owner), role)), role)


def subnet_id(context: Context, spoke: str, owner: Owner, role: str) -> str:
    """Returns the id of a subnet in a spoke: one that is created, or one that exists."""
    names: dict[str, str] = {}
    if isinstance(owner, EnvironmentKey):
        names = named_subnets(context.config.projects[owner.project].environments[owner.environment])
    return f"{spoke_network_id(context, spoke)}/subnets/{names.get(role) or subnet_name(context, owner, role)}"
