"""Container registries: an environment's own, and the ids and names of the landing zone's shared one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import PUBLIC, CloudName, title
from amlz.core.facts.regions import REGIONS, ZONELESS, cloud_of
from amlz.core.names import Namer
from amlz.core.planning.context import Context
from amlz.core.problems import Path, Problem
from amlz.core.specs import (
    ContainerRegistrySpec,
    Place,
    PrivateEndpointSpec,
    RegistryReplicaSpec,
    RoleAssignmentSpec,
)


def plan_registry(
    context: Context,
    name: str,
    place: Place,
    endpoint: PrivateEndpointSpec,
    roles: tuple[RoleAssignmentSpec, ...] = (),
) -> ContainerRegistrySpec:
    """A registry, without its tags and what production adds."""
    target = place.id("Microsoft.ContainerRegistry/registries", name)
    return ContainerRegistrySpec(
        name=name,
        place=place,
        zone_redundant=False,
        endpoint=endpoint,
        diagnostics=context.diagnostics(target),
        roles=roles,
        lock=None,
        protect=False,
        tags={},
    )


def with_replicas(registry: ContainerRegistrySpec, regions: tuple[str, ...], cloud: CloudName) -> ContainerRegistrySpec:
    """Returns a registry with copies in other regions; those of production are in zones, where the region has some."""
    zoned = REGIONS[cloud].names - ZONELESS[cloud].names
    return replace(
        registry,
        replicas=tuple(
            RegistryReplicaSpec(f"{registry.id}/replications/{region}", region, registry.protect and region in zoned)
            for region in regions
        ),
    )


def check_replicas(config: LandingZoneConfig, regions: tuple[str, ...], path: Path) -> Iterator[Problem]:
    """Returns regions in which a registry cannot have a copy."""
    for index, region in enumerate(regions):
        cloud = cloud_of(region)
        if region == config.location:
            yield Problem((*path, index), f"{region} is the region of the registry itself.", "Remove it.")
        elif region in regions[:index]:
            yield Problem((*path, index), f"{region} has a copy already: it is listed twice.", "Remove it.")
        elif cloud not in (None, config.cloud):
            yield Problem(
                (*path, index),
                f"{region} is a region of {title(cloud or PUBLIC)}, and a registry is copied within its cloud.",
                f"Choose a region of {title(config.cloud)}.",
            )


def shared_registry_id(context: Context) -> str:
    """The id of the shared registry."""
    return shared_place(context).id("Microsoft.ContainerRegistry/registries", shared_name(context))


def shared_place(context: Context) -> Place:
    """Returns the location of resources that several environments share."""
    settings = context.config.shared_registry
    group = (settings.resource_group if settings else None) or context.group_name("shared")
    return Place(context.landing_zone_subscription, group, context.config.location)


def shared_endpoint_ready(context: Context) -> str:
    """Returns the id that must exist before the shared registry resolves: its endpoint's zone group, or the
    endpoint.
    """
    name = shared_namer(context).name("privateEndpoint", "registry")
    return endpoint_ready(context, context.hub_place, name)


def endpoint_ready(context: Context, place: Place, name: str) -> str:
    """Returns the id that must exist before an endpoint's names are used: where Azure Policy writes them, the endpoint
    alone.
    """
    if context.dns_mode == "policy":
        return place.id("Microsoft.Network/privateEndpoints", name)
    return place.id("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", name, context.zone_group_name)


def shared_tags(context: Context) -> dict[str, str]:
    """Returns tags of the shared registry and its resource group."""
    settings = context.config.shared_registry
    return context.tags(settings.tags, place=("sharedRegistry",)) if settings else context.tags()


def shared_namer(context: Context) -> Namer:
    """Returns names of the shared registry and its endpoint."""
    config = context.config
    generation = config.shared_registry.generation if config.shared_registry else 1
    identity = (context.landing_zone_subscription, config.business_unit, config.location, "shared", generation)
    return context.namer("shared", identity=identity)


def shared_name(context: Context) -> str:
    """Returns the name of the shared registry."""
    settings = context.config.shared_registry
    return (settings.name if settings else None) or shared_namer(context).unique("containerRegistry")
