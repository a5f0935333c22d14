"""Locations of the data lake and its containers, the access of each environment, and the network path of compute
targets.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from amlz.azure.ids import parse
from amlz.core import lake
from amlz.core.addresses import environments, spoke_of
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.config.lake import WORKSPACE, DataLakeConfig
from amlz.core.facts.clouds import host_of
from amlz.core.names import Namer
from amlz.core.owners import EnvironmentKey, SharedOwner
from amlz.core.planning.context import Context
from amlz.core.specs import Place


def settings_of(context: Context) -> DataLakeConfig:
    """Returns the configuration of the lake. Only where there is one."""
    assert context.config.data_lake is not None, "there is a lake"
    return context.config.data_lake


def lake_namer(context: Context) -> Namer:
    """Names of the lake."""
    config = context.config
    words = (config.business_unit, "lake")
    identity = (context.landing_zone_subscription, config.business_unit, config.location, "lake")
    return Namer(words, (*identity, settings_of(context).generation))


def lake_place(context: Context) -> Place:
    """Returns the location of the storage account."""
    existing = settings_of(context).existing
    if existing is not None:
        found = parse(existing.account)
        return Place(found.subscription, found.resource_group, context.config.location)
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


def container_of(config: LandingZoneConfig, owner: tuple[str, str], key: str) -> str:
    """The name of the container that an environment (`owner`: project and name) means by a key of `lake`."""
    settings = config.data_lake
    if key == WORKSPACE and settings is not None and settings.workspace == "perEnvironment":
        return "-".join((WORKSPACE, *owner))
    return key


def access_of(config: LandingZoneConfig, owner: tuple[str, str], environment: EnvironmentConfig) -> Mapping[str, str]:
    """Returns the access of an environment to containers, by their keys in `lake`: read or write, none left out."""
    if config.data_lake is None:
        return {}
    access: dict[str, str] = dict.fromkeys(config.data_lake.containers, "read") | {WORKSPACE: "write"}
    access |= config.projects[owner[0]].lake | environment.lake
    return {key: may for key, may in access.items() if may != "none"}


def lake_users(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, Mapping[str, str]]]:
    """Returns environments that use the lake, with their settings and permissions."""
    for project, name, environment in environments(config):
        key = EnvironmentKey(project, name)
        access = access_of(config, key, environment)
        if access:
            yield key, environment, access


def endpoints_range(context: Context) -> str:
    """The range in which the lake's private endpoints are, "" where there is no lake."""
    config = context.config
    if config.data_lake is None:
        return ""
    if lake.spoke_of(config) is not None:
        return context.addresses.block(SharedOwner.LAKE).cidr
    if lake.in_hub(config):
        subnets = (subnet for block in context.addresses.hub.blocks for subnet in block.subnets)
        return next((subnet.cidr for subnet in subnets if subnet.role == "endpoints"), "")
    existing = config.data_lake.existing
    return existing.endpoint_range or "" if existing is not None else ""


def hosts(context: Context) -> tuple[str, ...]:
    """The public names of the lake, which private zones answer with the addresses of its endpoints."""
    storage = host_of("storage", context.config.cloud)
    return tuple(f"{account_name(context)}.{group}.{storage}" for group in lake.GROUPS)


def through_firewall(context: Context) -> Iterator[EnvironmentKey]:
    """Returns environments (project and name) whose compute targets reach the lake through the firewall: not through
    their spoke or the hub.
    """
    found = endpoints_range(context)
    if not found:
        return
    network, own = ipaddress.IPv4Network(found), lake.spoke_of(context.config)
    if any(network.subnet_of(ipaddress.IPv4Network(cidr)) for cidr in context.hub_ranges):
        return
    for owner, environment, _ in lake_users(context.config):
        if not environment.isolation.managed and (own is None or spoke_of(context.config, environment) != own):
            yield owner
