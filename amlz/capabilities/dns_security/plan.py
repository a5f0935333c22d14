"""Decides the DNS security policy."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.dns_security.config import DnsSecurityConfig
from amlz.capabilities.dns_security.facts import POLICY
from amlz.capabilities.dns_security.spec import DnsSecuritySpec, DomainRuleSpec, LinkedNetworkSpec
from amlz.core.capability import Part, Planner, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import PUBLIC, title
from amlz.core.facts.dns import private_domains, workspace_domains
from amlz.core.planning.context import Context
from amlz.core.planning.places import spoke_network_id
from amlz.core.planning.references import repeated
from amlz.core.problems import Path, Problem

_PATH: Path = ("hub", "dnsSecurity")
#: Actions by key of the stack file, with the priority and the response code of a refusal. Exceptions come first.
_ACTIONS = {"allow": ("Allow", 100, None), "block": ("Block", 200, "SERVFAIL"), "alert": ("Alert", 300, None)}


def plan_dns_security(context: Context) -> Part | None:
    """Returns the policy with a rule for each list that is not empty; None without the key."""
    security = _settings(context.config)
    if security is None:
        return None
    namer, place = context.hub_namer, context.hub_place
    name = context.take("dnsSecurityPolicy", namer.name("dnsSecurityPolicy"), place.group_id, _PATH)
    rules = []
    for key, (action, priority, response) in _ACTIONS.items():
        domains: tuple[str, ...] = getattr(security, key)
        if domains:
            name_of = context.take("dnsDomainList", namer.name("dnsDomainList", key), place.group_id, (*_PATH, key))
            rules.append(DomainRuleSpec(key, name_of, tuple(sorted(domains)), action, priority, response))
    networks = {"hub": context.hub_network} if context.config.hub.network else {}
    spokes = sorted(name for name, spoke in context.config.spokes.items() if spoke.existing is None)
    networks |= {f"spoke-{name}": spoke_network_id(context, name) for name in spokes}
    return Part(
        DnsSecuritySpec(
            name=name,
            place=place,
            rules=tuple(rules),
            networks=tuple(LinkedNetworkSpec(key, key, network) for key, network in networks.items()),
            diagnostics=context.diagnostics(place.id(POLICY, name)),
            tags=context.hub_tags,
        )
    )


def check_dns_security(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns what the hub, the cloud or Azure ML excludes."""
    security = _settings(config)
    if security is None:
        return
    if config.cloud != PUBLIC:
        yield Problem(
            _PATH, f"No page of Microsoft's lists DNS security policies for {title(config.cloud)}.", "Remove it."
        )
    needed = {*private_domains(config.cloud, config.location), *workspace_domains(config.cloud)}
    for key in _ACTIONS:
        domains: tuple[str, ...] = getattr(security, key)
        yield from repeated((*_PATH, key), domains)
        for index, domain in enumerate(domains if key == "block" else ()):
            held = next((name for name in sorted(needed) if f".{name}".endswith(f".{domain}")), "")
            if held:
                yield Problem(
                    (*_PATH, key, index),
                    f"{domain} contains {held}, in which compute targets resolve Azure services.",
                    "Remove it, or list narrower domains.",
                )


def _settings(config: LandingZoneConfig) -> DnsSecurityConfig | None:
    return setting(config.hub, "dns_security", DnsSecurityConfig)


PLANNER = Planner(check=check_dns_security, landing_zone=plan_dns_security)
