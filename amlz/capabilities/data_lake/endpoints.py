"""Private endpoints of the data lake: once for all environments, in the hub or in a subnet of a spoke."""

from __future__ import annotations

from amlz.capabilities.data_lake.location import OWNER, spoke_of
from amlz.capabilities.data_lake.places import lake_namer
from amlz.core.planning.context import Context
from amlz.core.planning.places import spoke_place
from amlz.core.planning.spoke import endpoints_subnet
from amlz.core.problems import Path
from amlz.core.specs import PrivateEndpointSpec


def lake_endpoint(context: Context, group: str, target: str) -> PrivateEndpointSpec:
    """An endpoint of the lake, or of the vault of its key (`target`): once, else the names would be overwritten."""
    namer, spoke = lake_namer(context), spoke_of(context.config)
    place = context.hub_place if spoke is None else spoke_place(context, spoke)
    subnet = context.hub_subnet_id("endpoints") if spoke is None else endpoints_subnet(context, spoke, OWNER)
    path: Path = ("dataLake",)
    return PrivateEndpointSpec(
        name=context.take("privateEndpoint", namer.name("privateEndpoint", group), place.group_id, path),
        interface=context.take("networkInterface", namer.name("networkInterface", group), place.group_id, path),
        group=group,
        target=target,
        subnet=subnet,
        zones=context.zones_for(group),
        place=place,
        tags=context.tags(),
        zone_group_name=context.zone_group_name,
    )
