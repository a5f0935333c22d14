"""dns/zone-not-linked: a zone that is not linked to the network in which its names are resolved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.dns.endpoint_without_zone import endpoint_of, zone_ids
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, dig, items, network_of, value
from amlz.core.problems import listed

ELSEWHERE = (
    "No action needed, if the zones are linked to {network}, or to the network of the DNS servers that it"
    " uses. If they are not, set `dns.linkZones` to `true`."
)

CHECK = Check(
    id="dns/zone-not-linked",
    severity=Severity.ERROR,
    says="{name} writes to {zone}, which is not linked to {network}: there its names do not resolve.",
    remedy="In the component, add a virtual network link from zone {zone} to {network}.",
    why="A private DNS zone resolves names only in the networks that it is linked to; with a DNS proxy, in "
    "the proxy's network.",
    source="https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links",
    otherwise=(ELSEWHERE,),
)

OUTSIDE = Check(
    id=CHECK.id,
    severity=Severity.NOTE,
    says="Undecided: whether {zones} is linked to {network}, which resolves the names, is not seen here; they "
    "exist already.",
    remedy=ELSEWHERE,
    why=CHECK.why,
    source=CHECK.source,
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Zones of endpoints without a link to the endpoint's network, or to that of the firewall that is asked first.

    Links of existing zones are not seen: that is reported once a network.
    """
    links, unknown = _links(graph)
    proxies = list(_proxy_networks(graph))
    outside: dict[str, tuple[Resource, set[str]]] = {}
    for group in graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        endpoint = graph.by_id(endpoint_of(group))
        subnet = value(endpoint, "properties.subnet.id") if endpoint else None
        if endpoint and is_unknown(subnet):
            yield CHECK.undecided(endpoint, "properties.subnet.id", subnet)
        own = {network_of(subnet).lower(): network_of(subnet)} if isinstance(subnet, str) else {}
        settings = {**own, **{network.lower(): network for network in proxies}}
        for zone in zone_ids(group):
            missing = [network for key, network in settings.items() if (zone.lower(), key) not in links]
            link = unknown.get(zone.lower())
            if missing and link is not None:
                yield CHECK.undecided(link, "properties.virtualNetwork.id", _target(link))
                continue
            if graph.dns == "hub" and graph.by_id(zone) is None:
                continue  # the hub's own stack links them to the hub, whose firewall the spokes ask
            if graph.dns == "existing" and graph.by_id(zone) is None:
                for network in missing:
                    outside.setdefault(network, (endpoint or group, set()))[1].add(zone.rsplit("/", 1)[-1])
                continue
            for network in missing:
                place = FindingLocation("properties.privateDnsZoneConfigs", network, None)
                words = {"zone": zone.rsplit("/", 1)[-1], "network": network.rsplit("/", 1)[-1]}
                yield CHECK.finding(endpoint or group, place, **words)
    for network, (first, zones) in outside.items():
        place = FindingLocation("properties.privateDnsZoneConfigs", network, None)
        yield OUTSIDE.finding(first, place, zones=listed(sorted(zones), "or"), network=network.rsplit("/", 1)[-1])


def _links(graph: ResourceGraph) -> tuple[set[tuple[str, str]], dict[str, Resource]]:
    """Zone and network of each link, in lower case, and by zone a link whose network is unknown."""
    links: set[tuple[str, str]] = set()
    unknown: dict[str, Resource] = {}
    for link in graph.of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks"):
        zone, target = above(link.id, "virtualNetworkLinks").lower(), _target(link)
        if is_unknown(target):
            unknown[zone] = link
        links.add((zone, str(target).lower()))
    return links, unknown


def _target(link: Resource) -> Any:
    return value(link, "properties.virtualNetwork.id")


def _proxy_networks(graph: ResourceGraph) -> Iterator[str]:
    """Networks of firewalls, except those whose policy is here and turns the DNS proxy off or leaves it off."""
    for firewall in graph.of_type("Microsoft.Network/azureFirewalls"):
        policy = graph.by_id(value(firewall, "properties.firewallPolicy.id"))
        proxy = value(policy, "properties.dnsSettings.enableProxy") if policy else True
        for configuration in items(value(firewall, "properties.ipConfigurations")):
            subnet = dig(configuration, "properties.subnet.id")
            if isinstance(subnet, str) and (proxy is True or is_unknown(proxy)):
                yield network_of(subnet)
