"""Private DNS: which zones there are, whose they are, and where they are linked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amlz.core.addresses import endpoint_groups, environments
from amlz.core.config import LandingZoneConfig
from amlz.core.discovery import asked_for_all
from amlz.core.facts.dns import MONITOR, ZONES
from amlz.core.facts.linked import LINKED_GROUPS
from amlz.core.planning.context import Context
from amlz.core.planning.network_protection import hub_is_protected
from amlz.core.problems import Problem
from amlz.core.specs import PrivateDnsSpec, ResourceGroupSpec, ZoneLinkSpec, ZoneSpec


def plan_dns(context: Context) -> PrivateDnsSpec:
    """The zones that are built here and their links to the hub. With an existing hub they have a separate resource
    group.
    """
    created = context.dns_mode == "created"
    zones = dns_zones(context)
    group = None
    if created and context.config.hub.elsewhere is not None:
        place = context.zones_place
        context.take("resourceGroup", place.resource_group, f"/subscriptions/{place.subscription}", ("dns",))
        group = ResourceGroupSpec(place, context.hub_tags)
    return PrivateDnsSpec(
        context.zones_place,
        zones if created else (),
        zone_links(context, "hub", context.hub_network),
        context.hub_tags,
        hub_is_protected(context),
        group,
    )


def dns_zones(context: Context) -> tuple[ZoneSpec, ...]:
    """The zones of every private endpoint there is, by name. None where Azure Policy writes to them.

    All there are with a hub that serves other stacks: what they have is not known here.
    """
    if not context.dns_zones:
        context.dns_zones.append(_decided(context))
    return context.dns_zones[0]


def _decided(context: Context) -> tuple[ZoneSpec, ...]:
    groups = endpoint_groups_of(context.config)
    groups |= set(ZONES[context.config.cloud]) - {MONITOR} - LINKED_GROUPS if context.config.hub.serves else set()
    groups |= {MONITOR} if context.config.hub.private_link_scope is not None else set()
    zones = {zone.name: zone for group in groups for zone in context.zones_for(group)}
    return tuple(zones[name] for name in sorted(zones))


def endpoint_groups_of(config: LandingZoneConfig) -> set[str]:
    """The groups of every private endpoint there is."""
    groups = {group for _, _, environment in environments(config) for group in endpoint_groups(environment)}
    shared = asked_for_all(lambda planner: planner.shared_endpoints, config)
    return groups | {group for endpoints in shared for group in endpoints.groups}


def zone_links(context: Context, role: str, network: str) -> tuple[ZoneLinkSpec, ...]:
    """Returns the links of the zones to one network: of ours to all, of existing ones, where configured, to those built
    here.
    """
    dns, place = context.config.dns, context.zones_place
    ours = network != context.hub_network or context.config.hub.elsewhere is None
    hub = context.config.hub
    missing = network == context.hub_network and (not hub.network or hub.virtual_wan is not None)
    if missing or context.dns_mode == "hub" or (dns.mode == "existing" and not (dns.link_zones and ours)):
        return ()
    name = link_name(context, role)
    zones = dns_zones(context)
    for zone in zones:
        context.take("zoneLink", name, zone.id, ("dns", role))
    return tuple(ZoneLinkSpec(role, zone, name, network, place, context.hub_tags) for zone in zones)


def link_name(context: Context, role: str) -> str:
    """A link's name. Existing zones have third-party links, too: there the name includes the owner."""
    words: tuple[str, ...] = (role,)
    if context.config.dns.mode != "created":
        words = (context.config.business_unit, role, context.config.location)
    return context.namer(*role.split("-", 1)).called("zoneLink", "-".join(("link", *words)))


def names_resolve(context: Context, groups: Iterable[str], spoke: str) -> tuple[str, ...]:
    """Ids of the links by which a spoke resolves names of these groups: of the network that is asked first.

    That is the hub's, whose firewall the spokes ask; where nothing links it here, the spoke's own.
    """
    wanted = {zone.name for group in groups for zone in context.zones_for(group)}
    links = zone_links(context, "hub", context.hub_network) or zone_links(context, f"spoke-{spoke}", "")
    return tuple(link.id for link in links if link.zone.name in wanted)


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings of `dns` that its mode does not accept."""
    dns = config.dns
    if dns.mode == "existing" and dns.resource_group is None:
        yield Problem(
            ("dns", "mode"),
            "It is existing, and the scope of the zones is missing.",
            "Add `resourceGroup`: the id of the resource group that holds them. Or set `mode: created`.",
        )
    if dns.mode != "existing" and dns.resource_group is not None:
        yield Problem(
            ("dns", "resourceGroup"),
            f"It names a resource group of existing zones, and `dns.mode` is {dns.mode}.",
            "Set `mode: existing`, or remove it.",
        )
    if dns.mode != "existing" and dns.link_zones:
        links = "links are made anyway" if dns.mode == "created" else "zones are not known here"
        yield Problem(
            ("dns", "linkZones"),
            f"It is for existing zones, and `dns.mode` is {dns.mode}: {links}.",
            "Set `mode: existing`, or remove it.",
        )
