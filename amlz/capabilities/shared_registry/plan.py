"""Decides the container registry that environments share."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.capability import Part, Planner, SharedEndpoints, SharedGroup
from amlz.core.config import LandingZoneConfig
from amlz.core.planning.context import Context, registry_is_shared
from amlz.core.planning.registry import (
    check_replicas,
    shared_name,
    shared_namer,
    shared_place,
    shared_tags,
    with_replicas,
)
from amlz.core.planning.roles import readers_of_group
from amlz.core.problems import Path, Problem
from amlz.core.specs import (
    ContainerRegistrySpec,
    LockSpec,
    PrivateEndpointSpec,
    ResourceGroupSpec,
    SharedRegistrySpec,
)


def plan_shared_registry(context: Context) -> Part | None:
    """Returns the landing zone's registry; None where there is none.

    Its one endpoint is in the hub: two would overwrite each other's names.
    """
    settings = context.config.shared_registry
    if settings is None:
        return None
    place, name = shared_place(context), shared_name(context)
    path: Path = ("sharedRegistry",)
    group: Path = ("resourceGroup",) if settings.resource_group else ()
    context.take("resourceGroup", place.resource_group, f"/subscriptions/{place.subscription}", (*path, *group))
    context.take("containerRegistry", name, None, (*path, "name") if settings.name else path)
    target = place.id("Microsoft.ContainerRegistry/registries", name)
    production = _holds_production(context)
    spec = ContainerRegistrySpec(
        name=name,
        place=place,
        zone_redundant=production and bool(context.zones),
        endpoint=_endpoint(context, target, path),
        diagnostics=context.diagnostics(target),
        roles=(),
        lock=_lock(context, target) if production else None,
        protect=production,
        tags=shared_tags(context),
        untagged_days=settings.retention_days or 0,
    )
    spec = with_replicas(spec, settings.replicas, context.config.cloud)
    readers = readers_of_group(context, "sharedGroup", place.group_id)
    shared_registry = SharedRegistrySpec(ResourceGroupSpec(place, shared_tags(context)), spec, readers)
    return Part(shared_registry, group=SharedGroup(shared_registry.group.id, production))


def _lock(context: Context, target: str) -> LockSpec:
    name = shared_namer(context).called("lock", "lock-registry", "registry")
    return LockSpec(name, target, "Holds the images of production.")


def _holds_production(context: Context) -> bool:
    """Returns whether an environment that uses the shared registry holds production data."""
    return any(
        registry_is_shared(environment) and environment.is_production(name)
        for _, name, environment in environments(context.config)
    )


def _endpoint(context: Context, target: str, path: Path) -> PrivateEndpointSpec:
    namer, place = shared_namer(context), context.hub_place
    return PrivateEndpointSpec(
        name=context.take("privateEndpoint", namer.name("privateEndpoint", "registry"), place.group_id, path),
        interface=context.take("networkInterface", namer.name("networkInterface", "registry"), place.group_id, path),
        group="registry",
        target=target,
        subnet=context.hub_subnet_id("endpoints"),
        zones=context.zones_for("registry"),
        place=place,
        tags=shared_tags(context),
        zone_group_name=context.zone_group_name,
    )


def _endpoints(config: LandingZoneConfig) -> tuple[SharedEndpoints, ...]:
    """Returns its endpoint, which is in the hub."""
    settings = config.shared_registry
    return (SharedEndpoints(("registry",), addresses=len(settings.replicas)),) if settings is not None else ()


def _check(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns regions in which it cannot have a copy."""
    if config.shared_registry is not None:
        yield from check_replicas(config, config.shared_registry.replicas, ("sharedRegistry", "replicas"))


PLANNER = Planner(check=_check, shared=plan_shared_registry, shared_endpoints=_endpoints)
