"""Container registries: an environment's own, and the landing zone's shared one."""

from __future__ import annotations

from amlz.core.addresses import environments
from amlz.core.facts.networks import HUB_SUBNETS
from amlz.core.names import Namer
from amlz.core.planning.context import Context, registry_is_shared
from amlz.core.planning.roles import readers_of_group
from amlz.core.problems import Path
from amlz.core.specs import (
    ContainerRegistrySpec,
    LockSpec,
    Place,
    PrivateEndpointSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
    SharedRegistrySpec,
)


def plan_registry(
    context: Context,
    name: str,
    place: Place,
    endpoint: PrivateEndpointSpec,
    roles: tuple[RoleAssignmentSpec, ...] = (),
) -> ContainerRegistrySpec:
    """A registry, without what production adds."""
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
        tags=context.tags(),
    )


def shared_registry_id(context: Context) -> str:
    """The id of the shared registry."""
    return shared_place(context).id("Microsoft.ContainerRegistry/registries", _shared_name(context))


def shared_place(context: Context) -> Place:
    """Returns the location of resources that several environments share."""
    settings = context.config.shared_registry
    group = (settings.resource_group if settings else None) or context.group_name("shared")
    return Place(context.landing_zone_subscription, group, context.config.location)


def plan_shared_registry(context: Context) -> SharedRegistrySpec:
    """The landing zone's registry. Its one endpoint is in the hub: two would overwrite each other's names."""
    place, name = shared_place(context), _shared_name(context)
    path: Path = ("sharedRegistry",)
    settings = context.config.shared_registry
    group: Path = ("resourceGroup",) if settings and settings.resource_group else ()
    context.take("resourceGroup", place.resource_group, f"/subscriptions/{place.subscription}", (*path, *group))
    context.take("containerRegistry", name, "", (*path, "name") if settings and settings.name else path)
    target = place.id("Microsoft.ContainerRegistry/registries", name)
    production = _holds_production(context)
    spec = ContainerRegistrySpec(
        name=name,
        place=place,
        zone_redundant=production and bool(context.zones),
        endpoint=_shared_endpoint(context, target, path),
        diagnostics=context.diagnostics(target),
        roles=(),
        lock=LockSpec("lock-registry", target, "Holds the images of production.") if production else None,
        protect=production,
        tags=_tags(context),
    )
    readers = readers_of_group(context, "sharedGroup", place.group_id)
    return SharedRegistrySpec(ResourceGroupSpec(place, _tags(context)), spec, readers)


def shared_endpoint_ready(context: Context) -> str:
    """Returns the id that must exist before the shared registry resolves: its endpoint's zone group, or the
    endpoint.
    """
    name = _shared_namer(context).name("privateEndpoint", "registry")
    return endpoint_ready(context, context.hub_place, name)


def endpoint_ready(context: Context, place: Place, name: str) -> str:
    """Returns the id that must exist before an endpoint's names are used: where Azure Policy writes them, the endpoint
    alone.
    """
    if context.dns_mode == "policy":
        return place.id("Microsoft.Network/privateEndpoints", name)
    return place.id("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", name, "default")


def _tags(context: Context) -> dict[str, str]:
    """Tags of what is shared."""
    return context.tags(context.config.shared_registry.tags if context.config.shared_registry else {})


def _holds_production(context: Context) -> bool:
    """Returns whether an environment that uses the shared registry holds production data."""
    return any(
        registry_is_shared(environment) and environment.is_production(name)
        for _, name, environment in environments(context.config)
    )


def _shared_namer(context: Context) -> Namer:
    config = context.config
    generation = config.shared_registry.generation if config.shared_registry else 1
    identity = (context.landing_zone_subscription, config.business_unit, config.location, "shared", generation)
    return Namer((config.business_unit, "shared"), identity)


def _shared_name(context: Context) -> str:
    settings = context.config.shared_registry
    return (settings.name if settings else None) or _shared_namer(context).unique("containerRegistry")


def _shared_endpoint(context: Context, target: str, path: Path) -> PrivateEndpointSpec:
    namer, place = _shared_namer(context), context.hub_place
    return PrivateEndpointSpec(
        name=context.take("privateEndpoint", namer.name("privateEndpoint", "registry"), place.group_id, path),
        interface=namer.name("networkInterface", "registry"),
        group="registry",
        target=target,
        subnet=f"{context.hub_network}/subnets/{HUB_SUBNETS['endpoints'].name}",
        zones=context.zones_for("registry"),
        place=place,
        tags=_tags(context),
    )
