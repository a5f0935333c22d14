"""Decides the VPN gateway of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.capabilities.vpn_gateway.config import PointToSiteConfig, VpnGatewayConfig
from amlz.capabilities.vpn_gateway.facts import (
    CLIENT_CLOUDS,
    CLIENT_POOL_PREFIX,
    CLIENTS_OF_MICROSOFT,
    DRAWN,
    ISSUER,
    VPN_GATEWAY,
)
from amlz.capabilities.vpn_gateway.spec import PointToSiteSpec, VpnGatewaySpec
from amlz.core.capability import DrawnPart, HubLinks, Part, Planner, Relaxation, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import host_of, title
from amlz.core.planning.context import Context
from amlz.core.planning.hub import hub_address
from amlz.core.planning.network_protection import hub_is_protected
from amlz.core.problems import Path, Problem

#: The role of its subnet.
ROLE = "gateway"
_PEOPLE: Path = ("hub", "vpnGateway", "pointToSite")


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
    people = _point_to_site(context.config)
    spec = VpnGatewaySpec(
        name, place, gateway.sku, subnet, address, diagnostics, tags, protect, second, people, gateway.identity
    )
    return Part(spec, drawn=DrawnPart(DRAWN, name, gateway.sku))


def _settings(config: LandingZoneConfig) -> VpnGatewayConfig | None:
    return setting(config.hub, "vpn_gateway", VpnGatewayConfig)


def _people(config: LandingZoneConfig) -> PointToSiteConfig | None:
    gateway = _settings(config)
    return gateway.point_to_site if gateway is not None else None


def _point_to_site(config: LandingZoneConfig) -> PointToSiteSpec | None:
    people = _people(config)
    if people is None:
        return None
    tenant = f"https://{host_of('signIn', config.cloud)}/{config.tenant_id}"
    return PointToSiteSpec(people.address_pool, tenant, f"{ISSUER}/{config.tenant_id}/", people.audience)


def _check(config: LandingZoneConfig) -> Iterator[Problem]:
    people = _people(config)
    if people is None:
        return
    if config.cloud not in CLIENT_CLOUDS:
        yield Problem(
            _PEOPLE,
            f"Pages of Microsoft differ on the sign-in of VPN clients in {title(config.cloud)}, so it is not built.",
            "Remove it.",
        )
    yield from _pool(config, IPv4Network(people.address_pool))


def _pool(config: LandingZoneConfig, pool: IPv4Network) -> Iterator[Problem]:
    """Returns the problems of the range of clients."""
    path, gateway = (*_PEOPLE, "addressPool"), _settings(config)
    active = gateway is not None and gateway.active_active
    least = CLIENT_POOL_PREFIX[active]
    if pool.prefixlen > least:
        yield Problem(
            path,
            f"{pool} is smaller than the /{least} that clients of a gateway with {'two' if active else 'one'} active "
            f"instance{'s' if active else ''} need.",
            f"Use a /{least} or larger.",
        )
    spokes = (cidr for spoke in config.spokes.values() for cidr in spoke.address_space)
    taken = [cidr for cidr in (*config.hub.ranges, *spokes, *config.hub.serves) if pool.overlaps(IPv4Network(cidr))]
    for cidr in taken:
        yield Problem(
            path,
            f"{pool} overlaps {cidr}, a network in Azure: clients would have addresses of that network.",
            "Choose a range outside of all networks of the stack.",
        )
    if not taken and not any(pool.subnet_of(IPv4Network(cidr)) for cidr in config.on_premises):
        yield Problem(
            path,
            f"{pool} is not in `onPremises`: security groups of endpoints and the DNS resolver admit no client.",
            f"Add {pool} to `onPremises`.",
        )


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    people = _people(config)
    if people is not None and people.audience in CLIENTS_OF_MICROSOFT:
        yield Relaxation(
            (*_PEOPLE, "audience"),
            "people connect by the application of the Azure VPN Client itself: no assignment to an application of the "
            "organisation decides which users of the tenant do",
        )


def _subnets(config: LandingZoneConfig) -> tuple[str, ...]:
    return (ROLE,) if _settings(config) is not None else ()


def _links(context: Context) -> HubLinks:
    if _settings(context.config) is None:
        return HubLinks()
    return HubLinks(gateway=context.hub_place.id(VPN_GATEWAY, context.hub_namer.name("vpnGateway")))


PLANNER = Planner(check=_check, relaxations=_relaxations, hub_subnets=_subnets, links=_links, hub=plan_gateway)
