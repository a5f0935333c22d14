"""The network path to the data lake: its private endpoints and the rules that open them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from amlz.capabilities.data_lake.facts import GROUPS
from amlz.capabilities.data_lake.location import OWNER, endpoints_built, in_hub, lake_of, spoke_of
from amlz.capabilities.data_lake.places import access_of, hosts, lake_users
from amlz.core.addresses import spoke_of as spoke_of_environment
from amlz.core.capability import SharedEndpoints, SharedSubnet
from amlz.core.config import LandingZoneConfig
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.capabilities import nodes_of
from amlz.core.planning.context import Context
from amlz.core.planning.rules import readers_of
from amlz.core.specs import ApplicationRuleSpec, NsgRuleSpec, RuleGroupSpec


def shared_endpoints(config: LandingZoneConfig) -> Iterator[SharedEndpoints]:
    """Returns the endpoints that are built: its own, and that of the vault of a key that is made here."""
    settings = lake_of(config)
    if settings is None or not endpoints_built(config):
        return
    key = settings.customer_managed_key
    groups = (*GROUPS, *(("vault",) if key is not None and key.key_vault is None else ()))
    if settings.network is None:
        yield SharedEndpoints(groups)
        return
    users = tuple(owner for owner, _, _ in lake_users(config))
    path = ("dataLake", "network")
    yield SharedEndpoints(groups, SharedSubnet(OWNER, spoke_of(config), settings.network, path, users))


def compute_rules(context: Context, owner: EnvironmentKey, computes: str) -> Iterator[NsgRuleSpec]:
    """Returns the rule by which an environment's compute targets (their range) reach the lake, where they use it."""
    environment = context.config.projects[owner.project].environments[owner.environment]
    target = endpoints_range(context) if access_of(context.config, owner, environment) else None
    if target is not None:
        yield NsgRuleSpec("lake", 116, "Outbound", (computes,), (target,), ("443",), "the data lake", "Tcp")


def firewall(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the rules to a data lake whose endpoints are in neither the hub nor the spoke of the compute targets.

    By host name: then the firewall puts its own address, and answers come back through it.
    https://learn.microsoft.com/azure/private-link/inspect-traffic-with-azure-firewall
    """
    sources = tuple(cidr for owner in _through_firewall(context) for cidr in _readers(context, owner))
    if sources:
        rule = ApplicationRuleSpec("data-lake", sources, hosts(context), "the data lake")
        yield RuleGroupSpec("rcg-data-lake", 250, application_rules=(rule,))


def endpoints_range(context: Context) -> str | None:
    """The range of the lake's private endpoints; None where there is no lake, or its owner states none."""
    config, settings = context.config, lake_of(context.config)
    if settings is None:
        return None
    if spoke_of(config) is not None:
        return context.addresses.block(OWNER).cidr
    if in_hub(config):
        subnets = (subnet for block in context.addresses.hub_blocks for subnet in block.subnets)
        return next((subnet.cidr for subnet in subnets if subnet.role == "endpoints"), None)
    existing = settings.existing
    return existing.endpoint_range if existing is not None else None


def _through_firewall(context: Context) -> Iterator[EnvironmentKey]:
    """Returns environments (project and name) that reach the lake through the firewall: not through their spoke or the
    hub.
    """
    text = endpoints_range(context)
    if text is None:
        return
    network, own = ipaddress.IPv4Network(text), spoke_of(context.config)
    if any(network.subnet_of(ipaddress.IPv4Network(cidr)) for cidr in context.hub_ranges):
        return
    for owner, environment, _ in lake_users(context.config):
        if own is None or spoke_of_environment(context.config, environment) != own:
            yield owner


def _readers(context: Context, owner: EnvironmentKey) -> tuple[str, ...]:
    """Returns the ranges of an environment's spoke from which the lake is read."""
    managed = context.config.projects[owner.project].environments[owner.environment].isolation.managed
    own = () if managed else readers_of(context.addresses.block(owner))
    return (*own, *nodes_of(context, owner))
