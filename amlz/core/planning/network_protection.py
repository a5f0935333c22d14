"""Networks, firewalls, gateways and zones that Pulumi refuses to delete or replace: those that production uses."""

from __future__ import annotations

from amlz.core.addresses import AddressBlock
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.capabilities import shared_subnet
from amlz.core.planning.context import Context


def hub_is_protected(context: Context) -> bool:
    """Returns whether parts of the hub, and private DNS zones, are protected: any production uses them."""
    return context.config.protect_networks and context.any_production


def spoke_is_protected(context: Context, name: str) -> bool:
    """Returns whether a spoke is protected: production, or data that production uses, is in it."""
    space = next(space for space in context.addresses.spokes if space.network == name)
    users = {user for block in space.blocks for user in _users(context, block)}
    return context.config.protect_networks and any(_is_production(context, user) for user in users)


def _users(context: Context, block: AddressBlock) -> tuple[EnvironmentKey, ...]:
    return (block.owner,) if isinstance(block.owner, EnvironmentKey) else shared_subnet(context, block).users


def _is_production(context: Context, key: EnvironmentKey) -> bool:
    return context.config.projects[key.project].environments[key.environment].is_production(key.environment)
