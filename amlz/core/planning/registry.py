"""Container registries: an environment's own, and the ids and names of the landing zone's shared one."""

from __future__ import annotations

from amlz.core.names import Namer
from amlz.core.planning.context import Context
from amlz.core.specs import (
    ContainerRegistrySpec,
    Place,
    PrivateEndpointSpec,
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
