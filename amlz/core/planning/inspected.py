"""Connections from on-premises to private endpoints, where the hub's firewall inspects them."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.planning.context import Context
from amlz.core.specs import NetworkRuleSpec, RuleGroupSpec


def inspected_ranges(context: Context) -> tuple[str, ...]:
    """Returns the ranges that the gateway sends to the firewall; () unless routes apply to endpoints.

    A route replaces the /32 route of an endpoint if it is at least as long as the range of the endpoint's network:
    ranges of spokes as they are, and in the hub the subnet of endpoints alone.
    https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy (2025-01)
    """
    config = context.config
    if config.endpoint_network_policies != "all" or config.hub.elsewhere is not None or not _gateway(context):
        return ()
    spokes = tuple(cidr for spoke in config.spokes.values() for cidr in spoke.address_space)
    return (*spokes, *config.hub.serves, *_in_hub(context))


def inspection_rules(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the firewall's rule from on-premises to the subnets of endpoints.

    Endpoints reply past the routes of their subnet. So the firewall replaces the source address of these connections
    (`FirewallSpec.translates_all`): https://learn.microsoft.com/azure/private-link/inspect-traffic-with-azure-firewall
    (2025-06)
    """
    if not context.config.on_premises or not inspected_ranges(context):
        return
    blocks = (block for space in context.addresses.spokes for block in space.blocks)
    endpoints = tuple(subnet.cidr for block in blocks for subnet in block.subnets if subnet.role == "endpoints")
    targets = (*endpoints, *context.config.hub.serves, *_in_hub(context))
    why = "people on premises use private endpoints"
    rule = NetworkRuleSpec("on-premises", ("TCP",), context.config.on_premises, targets, ("443",), why)
    yield RuleGroupSpec("rcg-on-premises", 280, network_rules=(rule,))


def _in_hub(context: Context) -> tuple[str, ...]:
    return _subnets(context, "endpoints")


def _gateway(context: Context) -> tuple[str, ...]:
    return _subnets(context, "gateway")


def _subnets(context: Context, role: str) -> tuple[str, ...]:
    """Returns the range of a subnet of the hub that is built here; () where it is not."""
    return tuple(s.cidr for block in context.addresses.hub_blocks for s in block.subnets if s.role == role)
