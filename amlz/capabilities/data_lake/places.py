"""The data lake and its containers: names, ids, and the access of each environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlz.azure.ids import parse
from amlz.capabilities.data_lake.config import WORKSPACE, DataLakeConfig, LakeAccess
from amlz.capabilities.data_lake.facts import GROUPS
from amlz.capabilities.data_lake.location import lake_of
from amlz.core.addresses import environments
from amlz.core.capability import setting
from amlz.core.config import EnvironmentConfig, LandingZoneConfig, ProjectConfig
from amlz.core.facts.clouds import host_of
from amlz.core.names import Namer
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.context import Context
from amlz.core.specs import Place


def settings_of(context: Context) -> DataLakeConfig:
    """Returns the configuration of the lake. Only where there is one."""
    settings = lake_of(context.config)
    assert settings is not None, "there is a lake"
    return settings


def lake_namer(context: Context) -> Namer:
    """Names of the lake."""
    config = context.config
    identity = (context.landing_zone_subscription, config.business_unit, config.location, "lake")
    return context.namer("lake", identity=(*identity, settings_of(context).generation))


def lake_place(context: Context) -> Place:
    """Returns the location of the storage account."""
    existing = settings_of(context).existing
    if existing is not None:
        resource_id = parse(existing.account)
        return Place(resource_id.subscription, resource_id.resource_group, context.config.location)
    return Place(context.landing_zone_subscription, context.group_name("lake"), context.config.location)


def account_name(context: Context) -> str:
    """The name of the storage account."""
    settings = settings_of(context)
    if settings.existing is not None:
        return parse(settings.existing.account).name
    return settings.name or lake_namer(context).unique("storageAccount")


def account_id(context: Context) -> str:
    """The id of the storage account."""
    return lake_place(context).id("Microsoft.Storage/storageAccounts", account_name(context))


def container_id(context: Context, name: str) -> str:
    """The id of a container."""
    return f"{account_id(context)}/blobServices/default/containers/{name}"


def container_of(config: LandingZoneConfig, owner: EnvironmentKey, key: str) -> str:
    """The name of the container that an environment means by a key of `lake`."""
    settings = lake_of(config)
    if key == WORKSPACE and settings is not None and settings.workspace == "perEnvironment":
        return "-".join((WORKSPACE, *owner))
    return key


def access_of(config: LandingZoneConfig, owner: EnvironmentKey, environment: EnvironmentConfig) -> Mapping[str, str]:
    """Returns the access of an environment to containers, by their keys in `lake`: read or write, none left out."""
    settings = lake_of(config)
    if settings is None:
        return {}
    access: dict[str, str] = dict.fromkeys(settings.containers, "read") | {WORKSPACE: "write"}
    access |= configured_access(config.projects[owner.project]) | configured_access(environment)
    return {key: may for key, may in access.items() if may != "none"}


def configured_access(part: ProjectConfig | EnvironmentConfig) -> LakeAccess:
    """Returns the key `lake` of a project or an environment."""
    access: LakeAccess = setting(part, "lake", dict) or {}
    return access


def lake_users(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, Mapping[str, str]]]:
    """Returns environments that use the lake, with their settings and permissions."""
    for project, name, environment in environments(config):
        key = EnvironmentKey(project, name)
        access = access_of(config, key, environment)
        if access:
            yield key, environment, access


def hosts(context: Context) -> tuple[str, ...]:
    """The public names of the lake, which private zones answer with the addresses of its endpoints."""
    storage = host_of("storage", context.config.cloud)
    return tuple(f"{account_name(context)}.{group}.{storage}" for group in GROUPS)
