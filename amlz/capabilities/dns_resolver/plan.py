"""Decides the DNS resolver of the hub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from amlz.capabilities.dns_resolver.config import DnsResolverConfig
from amlz.capabilities.dns_resolver.facts import DRAWN
from amlz.capabilities.dns_resolver.spec import DnsResolverSpec, ForwardingRuleSpec, ForwardingSpec
from amlz.core.capability import DrawnPart, HubLinks, Part, Planner, setting
from amlz.core.claims import on_premises
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.dns import private_domains, workspace_domains
from amlz.core.planning.context import Context
from amlz.core.planning.hub import ranges_in_hub
from amlz.core.planning.rules import ANY, deny
from amlz.core.problems import Path, Problem
from amlz.core.specs import NsgRuleSpec as Rule

#: Roles of its subnets.
INBOUND, OUTBOUND = "resolverInbound", "resolverOutbound"
_PATH: Path = ("hub",)


def plan_resolver(context: Context) -> Part | None:
    """Returns the resolver; None where the stack file sets none.

    Its address is the first that Azure leaves in its subnet, so that it is known beforehand.
    """
    resolver = _settings(context.config)
    if resolver is None:
        return None
    place, namer = context.hub_place, context.hub_namer
    forwarding = None
    if resolver.forward:
        forwarding = ForwardingSpec(
            subnet=context.hub_subnet_id(OUTBOUND),
            ruleset=context.take("forwardingRuleset", namer.name("forwardingRuleset"), place.group_id, _PATH),
            rules=tuple(
                ForwardingRuleSpec(domain.replace(".", "-"), f"{domain}.", resolver.forward[domain])
                for domain in sorted(resolver.forward)
            ),
        )
    spec = DnsResolverSpec(
        name=context.take("dnsResolver", namer.name("dnsResolver"), place.group_id, _PATH),
        place=place,
        network=context.hub_network,
        inbound=context.hub_subnet_id(INBOUND),
        address=_address(context),
        forwarding=forwarding,
        tags=context.hub_tags,
    )
    return Part(spec, drawn=DrawnPart(DRAWN, spec.name, spec.address))


def _address(context: Context) -> str:
    """Returns where its inbound endpoint answers."""
    (inbound,) = ranges_in_hub(context, INBOUND)
    return str(IPv4Network(inbound).network_address + 4)


def _links(context: Context) -> HubLinks:
    resolver = _settings(context.config)
    asked = resolver is not None and resolver.second_server
    return HubLinks(second_dns_server=_address(context) if asked else None)


def _settings(config: LandingZoneConfig) -> DnsResolverConfig | None:
    return setting(config.hub, "dns_resolver", DnsResolverConfig)


def _subnets(config: LandingZoneConfig) -> tuple[str, ...]:
    resolver = _settings(config)
    if resolver is None:
        return ()
    return (INBOUND, OUTBOUND) if resolver.forward else (INBOUND,)


def _rules(context: Context) -> Mapping[str, tuple[Rule, ...]]:
    """Returns the security rules of its subnets: queries to the inbound endpoint, nothing else inbound.

    Outbound rules stay those of Azure: no page lists what the service itself needs.
    """
    asked = _subnets(context.config)
    spaces = (cidr for space in context.addresses.spokes for cidr in space.ranges)
    askers = (*context.hub_ranges, *spaces, *context.config.hub.serves, *on_premises(context.config))
    queries = Rule("queries", 100, "Inbound", askers, ANY, ("53",), "names, by networks here and on premises")
    rules = {INBOUND: (queries, deny("Inbound")), OUTBOUND: (deny("Inbound"),)}
    return {role: rules[role] for role in asked}


def check_forwarded(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns forwarded domains that hold names of private endpoints, or are inside a domain of Azure ML's."""
    resolver = _settings(config)
    private, whole = private_domains(config.cloud, config.location), workspace_domains(config.cloud)
    for domain in resolver.forward if resolver is not None else ():
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


def _needs_firewall(config: LandingZoneConfig) -> Iterator[tuple[Path, str]]:
    resolver = _settings(config)
    if resolver is not None and resolver.second_server:
        yield ("hub", "dnsResolver", "secondServer"), "Spokes would ask it after the firewall."


PLANNER = Planner(
    check=check_forwarded,
    hub_subnets=_subnets,
    hub_rules=_rules,
    needs_firewall=_needs_firewall,
    hub=plan_resolver,
    links=_links,
)
