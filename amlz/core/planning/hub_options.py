"""The plan of what a hub can have besides: a DNS resolver, gateways, a private link scope."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.azure.ids import parse
from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.dns import MONITOR, ZONES, private_domains, workspace_domains
from amlz.core.facts.networks import HUB_SUBNETS
from amlz.core.owners import SharedOwner
from amlz.core.planning.context import Context
from amlz.core.problems import Path, Problem
from amlz.core.specs import (
    DnsResolverSpec,
    ForwardingRuleSpec,
    NatGatewaySpec,
    Place,
    PrivateEndpointSpec,
    PrivateLinkScopeSpec,
    PublicAddressSpec,
    ScopedResourceSpec,
    VpnGatewaySpec,
)

_PATH: Path = ("hub",)


def plan_resolver(context: Context) -> DnsResolverSpec | None:
    """The DNS resolver. Its address is the first that Azure leaves in its subnet, so that it is known beforehand."""
    settings = context.config.hub.dns_resolver
    if settings is None:
        return None
    place, namer = context.hub_place, context.hub_namer
    inbound = next(s for s in context.addresses.block(SharedOwner.HUB).subnets if s.role == "resolverInbound")
    ruleset = ""
    if settings.forward:
        ruleset = context.take("forwardingRuleset", namer.name("forwardingRuleset"), place.group_id, _PATH)
    return DnsResolverSpec(
        name=context.take("dnsResolver", namer.name("dnsResolver"), place.group_id, _PATH),
        place=place,
        network=context.hub_network,
        inbound=_subnet(context, "resolverInbound"),
        address=str(IPv4Network(inbound.cidr).network_address + 4),
        outbound=_subnet(context, "resolverOutbound") if settings.forward else "",
        ruleset=ruleset,
        rules=tuple(
            ForwardingRuleSpec(domain.replace(".", "-"), f"{domain}.", settings.forward[domain])
            for domain in sorted(settings.forward)
        ),
        tags=context.hub_tags,
    )


def plan_gateway(context: Context, address: PublicAddressSpec | None) -> VpnGatewaySpec | None:
    """The VPN gateway, with its public address."""
    settings = context.config.hub.vpn_gateway
    if settings is None or address is None:
        return None
    place = context.hub_place
    name = context.take("vpnGateway", context.hub_namer.name("vpnGateway"), place.group_id, _PATH)
    diagnostics = context.diagnostics(place.id("Microsoft.Network/virtualNetworkGateways", name))
    return VpnGatewaySpec(
        name, place, settings.sku, _subnet(context, "gateway"), address, diagnostics, context.hub_tags
    )


def gateway_id(context: Context) -> str:
    """The id of the VPN gateway that is built here."""
    return context.hub_place.id("Microsoft.Network/virtualNetworkGateways", context.hub_namer.name("vpnGateway"))


def plan_nat(context: Context, addresses: tuple[PublicAddressSpec, ...]) -> NatGatewaySpec | None:
    """The NAT gateway, with its public addresses."""
    if not addresses:
        return None
    place = context.hub_place
    context.take("natGateway", context.hub_namer.name("natGateway"), place.group_id, _PATH)
    target = nat_id(context)
    return NatGatewaySpec(parse(target).name, place, addresses, context.diagnostics(target), context.hub_tags)


def nat_id(context: Context) -> str:
    """The id of the NAT gateway that is built here; "" where none is."""
    if context.config.hub.nat_gateway is None:
        return ""
    return context.hub_place.id("Microsoft.Network/natGateways", context.hub_namer.name("natGateway"))


def plan_scope(context: Context) -> PrivateLinkScopeSpec | None:
    """The private link scope with its endpoint, and the central log in it."""
    if context.config.hub.private_link_scope is None:
        return None
    namer, place = context.hub_namer, context.hub_place
    scope = context.private_link_scope
    name = context.take("privateLinkScope", parse(scope).name, place.group_id, _PATH)
    log = scoped(context, context.log_analytics)
    assert log is not None, "there is a scope"
    endpoint = PrivateEndpointSpec(
        name=context.take("privateEndpoint", namer.name("privateEndpoint", "monitor"), place.group_id, _PATH),
        interface=namer.name("networkInterface", "monitor"),
        group=MONITOR,
        target=scope,
        subnet=_subnet(context, "endpoints"),
        zones=context.zones_for(MONITOR),
        place=place,
        tags=context.hub_tags,
        after=(log.id,),
    )
    return PrivateLinkScopeSpec(name, place, endpoint, log, context.hub_tags)


def scoped(context: Context, target: str) -> ScopedResourceSpec | None:
    """A resource of Azure Monitor in the scope, where there is one: under its own name."""
    scope = context.private_link_scope
    if not scope:
        return None
    found = parse(scope)
    place = Place(found.subscription, found.resource_group, context.config.location)
    return ScopedResourceSpec(parse(target).name, found.name, place, target)


def check_hub_options(config: LandingZoneConfig) -> Iterator[Problem]:
    """Options of a hub that go against each other, or against what others are told."""
    hub = config.hub
    yield from _forwarded(config)
    if hub.private_link_scope is not None and MONITOR not in ZONES[config.cloud]:
        yield Problem(
            ("hub", "privateLinkScope"),
            f"Which private DNS zones it needs in cloud {config.cloud} is not known here.",
            "Remove it: telemetry then goes over public addresses.",
        )
    if hub.private_link_scope is not None and hub.log_analytics.existing is not None:
        yield Problem(
            ("hub", "privateLinkScope"),
            "The central log exists already: which scope it is in, and whether it takes telemetry from the internet, "
            "is its owner's to say.",
            "Remove it, or let the log be built here.",
        )
    theirs = hub.stack.outputs if hub.stack is not None and hub.stack.outputs.private_link_scope else None
    scope = hub.private_link_scope or theirs
    where = "hub.privateLinkScope" + ("" if hub.stack is None else " of the hub's own stack file")
    if scope is not None and not scope.public_ingestion:
        for project, name, environment in environments(config):
            if environment.isolation.managed:
                yield Problem(
                    ("projects", project, "environments", name, "isolation"),
                    "Its computes are in a network of Azure's, from which telemetry goes over public addresses, and "
                    "the private link scope takes none from there.",
                    f"Say `publicIngestion: true` under {where}, or `isolation.mode: injected`.",
                )


def _forwarded(config: LandingZoneConfig) -> Iterator[Problem]:
    """Forwarded domains that hold names of private endpoints, or are inside a domain of Azure ML's."""
    asked = config.hub.dns_resolver
    private, whole = private_domains(config.cloud, config.location), workspace_domains(config.cloud)
    for domain in asked.forward if asked is not None else ():
        held = next((name for name in private if f".{name}".endswith(f".{domain}")), "")
        around = next((name for name in whole if domain.endswith(f".{name}")), "")
        where = "" if domain in private else f" holds {held}," if held else f" is inside {around}," if around else None
        if where is not None:
            yield Problem(
                ("hub", "dnsResolver", "forward", domain),
                f"{domain}{where or ' is'} a domain of private endpoints. Its queries would go to other DNS servers, "
                "which do not know the private addresses.",
                "Forward only domains of your organisation.",
            )


def _subnet(context: Context, role: str) -> str:
    return f"{context.hub_network}/subnets/{HUB_SUBNETS[role].name}"
