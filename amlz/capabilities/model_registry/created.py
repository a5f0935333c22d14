"""Decides an Azure ML registry that is created here, with its endpoints in the hub.

Azure creates its storage accounts and its container registry in a resource group that it names, and denies writes
there.
"""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.model_registry.config import ModelRegistryConfig, NewModelRegistryConfig
from amlz.capabilities.model_registry.facts import GROUP, IMAGES, REGISTRY, STORE
from amlz.core.config import LandingZoneConfig
from amlz.core.config.storage import REDUNDANCIES
from amlz.core.facts.clouds import PUBLIC, title
from amlz.core.names import Namer
from amlz.core.planning.context import Context
from amlz.core.planning.roles import readers_of_group
from amlz.core.problems import Path, Problem
from amlz.core.specs import LockSpec, Place, PrivateEndpointSpec, ResourceGroupSpec
from amlz.core.specs.common import Tags
from amlz.core.specs.model_registry import NewModelRegistrySpec

_PATH: Path = ("modelRegistry", "create")


def registry_id(context: Context, settings: NewModelRegistryConfig) -> str:
    """Returns the id of the registry."""
    return _place(context, settings).id(REGISTRY, _name(context, settings))


def plan_created(context: Context, settings: NewModelRegistryConfig) -> NewModelRegistrySpec:
    """Returns the registry, its resource group, and the endpoints of it and of what Azure creates for it."""
    place, name, tags = _place(context, settings), _name(context, settings), context.tags(settings.tags)
    group_path = (*_PATH, "resourceGroup") if settings.resource_group else _PATH
    context.take("resourceGroup", place.resource_group, f"/subscriptions/{place.subscription}", group_path)
    context.take("modelRegistry", name, None, (*_PATH, "name") if settings.name else _PATH)
    target, production = registry_id(context, settings), context.any_production
    regions = (context.config.location, *settings.regions)

    def endpoint(group: str, *label: str) -> PrivateEndpointSpec:
        return _endpoint(context, group, target, tags, *label)

    return NewModelRegistrySpec(
        name=name,
        group=ResourceGroupSpec(place, tags),
        group_roles=readers_of_group(context, "sharedGroup", place.group_id),
        regions=regions,
        storage_sku=REDUNDANCIES[
            settings.redundancy or ("zone" if context.zones and not settings.regions else "local")
        ],
        endpoint=endpoint(GROUP),
        images=endpoint(IMAGES, "images"),
        stores=tuple((region, endpoint(STORE, "storage", region)) for region in regions),
        diagnostics=context.diagnostics(target),
        lock=_lock(context, target) if production else None,
        protect=production,
        tags=tags,
    )


def check_created(config: LandingZoneConfig, registry: ModelRegistryConfig) -> Iterator[Problem]:
    """Returns what a registry that is created here excludes."""
    settings = registry.create
    assert settings is not None
    if registry.id is not None:
        yield Problem(
            ("modelRegistry",),
            "It names a registry that exists, and one to create.",
            "Remove `create` to use the existing one, or remove `id`.",
        )
    if registry.give_roles is not None:
        yield Problem(
            ("modelRegistry", "giveRoles"),
            "It is about a registry that exists. The roles on one that is created here are assigned here.",
            "Remove it.",
        )
    if registry.endpoint_range is not None:
        yield Problem(
            ("modelRegistry", "endpointRange"),
            "It is about a registry that exists. One that is created here has its endpoints in the hub.",
            "Remove it.",
        )
    for key, part in (("containerRegistry", registry.container_registry), ("storageAccount", registry.storage_account)):
        if part is not None:
            yield Problem(
                ("modelRegistry", key),
                "It is about a registry that exists. That of one that is created here is known after its creation, and "
                "managed networks reach it without this key.",
                "Remove it.",
            )
    if config.cloud != PUBLIC:
        yield Problem(
            _PATH,
            f"No page of Microsoft's names the private DNS zone of Azure ML registries in {title(config.cloud)}.",
            "Remove `modelRegistry`.",
        )
    if not config.hub.builds_network:
        elsewhere = f"`hub.{config.hub.elsewhere_key}` names one that is not"
        no_hub = elsewhere if config.hub.network else "`hub.network: false` builds none"
        yield Problem(
            _PATH,
            f"Its private endpoints are in a subnet of a hub that is built here, and {no_hub}.",
            "Create it in the stack that builds the hub, and set `modelRegistry.id` here.",
        )
    for index, region in enumerate(settings.regions):
        if region in (config.location, *settings.regions[:index]):
            yield Problem(
                (*_PATH, "regions", index),
                f"{region} is a region of the registry already"
                + (": that of the landing zone is the primary one." if region == config.location else "."),
                "Remove it.",
            )


def _lock(context: Context, target: str) -> LockSpec:
    name = _namer(context, 1).called("lock", "lock-registry", "registry")
    return LockSpec(name, target, "Holds the models of production.")


def _place(context: Context, settings: NewModelRegistryConfig) -> Place:
    group = settings.resource_group or context.group_name("models")
    return Place(context.landing_zone_subscription, group, context.config.location)


def _namer(context: Context, generation: int) -> Namer:
    config = context.config
    identity = (context.landing_zone_subscription, config.business_unit, config.location, "models", generation)
    return context.namer("models", identity=identity)


def _name(context: Context, settings: NewModelRegistryConfig) -> str:
    return settings.name or _namer(context, settings.generation).unique("modelRegistry")


def _endpoint(context: Context, group: str, target: str, tags: Tags, *label: str) -> PrivateEndpointSpec:
    """Returns an endpoint in the hub: of the registry, or of what Azure creates for it."""
    namer, place, words = _namer(context, 1), context.hub_place, label or (group,)
    return PrivateEndpointSpec(
        name=context.take("privateEndpoint", namer.name("privateEndpoint", *words), place.group_id, _PATH),
        interface=context.take("networkInterface", namer.name("networkInterface", *words), place.group_id, _PATH),
        group=group,
        target=target,
        subnet=context.hub_subnet_id("endpoints"),
        zones=context.zones_for(group),
        place=place,
        tags=tags,
        zone_group_name=context.zone_group_name,
    )
