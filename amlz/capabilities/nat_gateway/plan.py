"""Decides the NAT gateway of the hub."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.nat_gateway.config import NatGatewayConfig
from amlz.capabilities.nat_gateway.facts import DRAWN, NAT_GATEWAY
from amlz.capabilities.nat_gateway.spec import NatGatewaySpec
from amlz.core.capability import DrawnPart, HubLinks, Part, Phase, Planner, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.planning.context import Context
from amlz.core.planning.hub import hub_address
from amlz.core.problems import Path
from amlz.core.words import plural


def plan_nat(context: Context) -> Part | None:
    """Returns the NAT gateway with its public addresses; None where the stack file sets none."""
    gateway = setting(context.config.hub, "nat_gateway", NatGatewayConfig)
    if gateway is None:
        return None
    place, name = context.hub_place, context.hub_namer.name("natGateway")
    addresses = tuple(hub_address(context, "nat", f"{n + 1}") for n in range(gateway.addresses))
    context.take("natGateway", name, place.group_id, ("hub",))
    spec = NatGatewaySpec(name, place, addresses, context.diagnostics(place.id(NAT_GATEWAY, name)), context.hub_tags)
    details = plural(len(addresses), "address", "addresses")
    return Part(spec, drawn=DrawnPart(DRAWN, name, details), phase=Phase.FIRST)


def _links(context: Context) -> HubLinks:
    if setting(context.config.hub, "nat_gateway", NatGatewayConfig) is None:
        return HubLinks()
    return HubLinks(nat_gateway=context.hub_place.id(NAT_GATEWAY, context.hub_namer.name("natGateway")))


def _needs_firewall(config: LandingZoneConfig) -> Iterator[tuple[Path, str]]:
    if setting(config.hub, "nat_gateway", NatGatewayConfig) is not None:
        yield ("hub", "natGateway"), "It serves the firewall's subnet alone."


PLANNER = Planner(links=_links, hub=plan_nat, needs_firewall=_needs_firewall)
