"""Private endpoints of the data lake: once for all environments, in the hub or in a subnet of a spoke."""

from __future__ import annotations

from amlz.capabilities.data_lake.location import OWNER, spoke_of
from amlz.capabilities.data_lake.places import lake_namer
from amlz.core.facts.networks import HUB_SUBNETS
from amlz.core.planning.context import Context
from amlz.core.planning.places import spoke_network_id, spoke_place
from amlz.core.planning.spoke import subnet_name
from amlz.core.specs import PrivateEndpointSpec


def lake_endpoint(context: Context, group: str, target: str) -> PrivateEndpointSpec:
    """An endpoint of the lake, or of the vault of its key (`target`): once, else the names would be overwritten."""
    namer, spoke = lake_namer(context), spoke_of(context.config)
    place = context.hub_place if spoke is None else spoke_place(context, spoke)
    subnet = f"{context.hub_network}/subnets/{HUB_SUBNETS['endpoints'].name}"
    if spoke is not None:
        subnet = f"{spoke_network_id(context, spoke)}/subnets/{subnet_name(OWNER, 'endpoints')}"
    return PrivateEndpointSpec(
        name=context.take("privateEndpoint", namer.name("privateEndpoint", group), place.group_id, ("dataLake",)),
        interface=namer.name("networkInterface", group),
        group=group,
        target=target,
        subnet=subnet,
        zones=context.zones_for(group),
        place=place,
        tags=context.tags(),
    )
