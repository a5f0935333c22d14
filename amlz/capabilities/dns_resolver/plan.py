"""Decides the DNS resolver of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.capabilities.dns_resolver.config import DnsResolverConfig
from amlz.capabilities.dns_resolver.spec import DnsResolverSpec, ForwardingRuleSpec
from amlz.core.capability import Part, Planner, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.dns import private_domains, workspace_domains
from amlz.core.planning.context import Context
from amlz.core.planning.hub import hub_subnet, hub_subnet_id
from amlz.core.problems import Path, Problem

#: Roles of its subnets.
INBOUND, OUTBOUND = "resolverInbound", "resolverOutbound"
_PATH: Path = ("hub",)


def plan_resolver(context: Context) -> Part | None:
    """Returns the resolver; None where the stack file sets none.

    Its address is the first that Azure leaves in its subnet, so that it is known beforehand.
    """
    asked = _asked(context.config)
    if asked is None:
        return None
    place, namer = context.hub_place, context.hub_namer
    ruleset = ""
    if asked.forward:
        ruleset = context.take("forwardingRuleset", namer.name("forwardingRuleset"), place.group_id, _PATH)
    spec = DnsResolverSpec(
        name=context.take("dnsResolver", namer.name("dnsResolver"), place.group_id, _PATH),
        place=place,
        network=context.hub_network,
        inbound=hub_subnet_id(context, INBOUND),
        address=str(IPv4Network(hub_subnet(context, INBOUND)).network_address + 4),
        outbound=hub_subnet_id(context, OUTBOUND) if asked.forward else "",
        ruleset=ruleset,
        rules=tuple(
            ForwardingRuleSpec(domain.replace(".", "-"), f"{domain}.", asked.forward[domain])
            for domain in sorted(asked.forward)
        ),
        tags=context.hub_tags,
    )
    return Part(spec, shown=("DNS resolver", spec.name, spec.address))


def _asked(config: LandingZoneConfig) -> DnsResolverConfig | None:
    return setting(config.hub, "dns_resolver", DnsResolverConfig)


def _subnets(config: LandingZoneConfig) -> tuple[str, ...]:
    asked = _asked(config)
    if asked is None:
        return ()
    return (INBOUND, OUTBOUND) if asked.forward else (INBOUND,)


def check_forwarded(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns forwarded domains that hold names of private endpoints, or are inside a domain of Azure ML's."""
    asked = _asked(config)
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


PLANNER = Planner(check=check_forwarded, hub_subnets=_subnets, hub=plan_resolver)
