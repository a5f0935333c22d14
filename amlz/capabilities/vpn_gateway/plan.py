"""Decides the VPN gateway of the hub."""

from __future__ import annotations

from amlz.capabilities.vpn_gateway.config import VpnGatewayConfig
from amlz.capabilities.vpn_gateway.facts import DRAWN, VPN_GATEWAY
from amlz.capabilities.vpn_gateway.spec import VpnGatewaySpec
from amlz.core.capability import DrawnPart, HubLinks, Part, Planner, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.planning.context import Context
from amlz.core.planning.hub import hub_address
from amlz.core.planning.network_protection import hub_is_protected

#: The role of its subnet.
ROLE = "gateway"


def plan_gateway(context: Context) -> Part | None:
    """Returns the VPN gateway with its public address; None where the stack file sets none."""
    gateway = _settings(context.config)
    if gateway is None:
        return None
    place, address = context.hub_place, hub_address(context, ROLE)
    name = context.take("vpnGateway", context.hub_namer.name("vpnGateway"), place.group_id, ("hub",))
    diagnostics = context.diagnostics(place.id(VPN_GATEWAY, name))
    second = hub_address(context, ROLE, "2") if gateway.active_active else None
    subnet, tags = context.hub_subnet_id(ROLE), context.hub_tags
    protect = hub_is_protected(context)
    spec = VpnGatewaySpec(name, place, gateway.sku, subnet, address, diagnostics, tags, protect, second)
    return Part(spec, drawn=DrawnPart(DRAWN, name, gateway.sku))


def _settings(config: LandingZoneConfig) -> VpnGatewayConfig | None:
    return setting(config.hub, "vpn_gateway", VpnGatewayConfig)


def _subnets(config: LandingZoneConfig) -> tuple[str, ...]:
    return (ROLE,) if _settings(config) is not None else ()


def _links(context: Context) -> HubLinks:
    if _settings(context.config) is None:
        return HubLinks()
    return HubLinks(gateway=context.hub_place.id(VPN_GATEWAY, context.hub_namer.name("vpnGateway")))


PLANNER = Planner(hub_subnets=_subnets, links=_links, hub=plan_gateway)
