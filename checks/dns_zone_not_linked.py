"""dns/zone-not-linked: a zone that is not linked to the network in which its names are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import ResourceGraph
from checks.dns_endpoint_without_zone import zone_ids
from checks.finding import At, Check, Finding, Severity
from checks.reading import network_of, value

CHECK = Check(
    id="dns/zone-not-linked",
    severity=Severity.ERROR,
    says="{name} writes to {zone}, which is not linked to {network}: there its names do not resolve.",
    remedy="Link the zone to the network.",
    why="A private DNS zone answers only in the networks that it is linked to; behind a DNS proxy, in the proxy's.",
    source="https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Zones of endpoints without a link to the endpoint's network, or to that of the firewall that is asked first."""
    links = {
        (
            link.id.lower().rsplit("/virtualnetworklinks/", 1)[0],
            str(value(link, "properties.virtualNetwork.id")).lower(),
        )
        for link in graph.of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    }
    proxies = [
        network_of(str(configuration["properties"]["subnet"]["id"]))
        for firewall in graph.of_type("Microsoft.Network/azureFirewalls")
        for configuration in firewall.properties.get("ipConfigurations", [])
    ]
    for group in graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        endpoint = graph.by_id(group.id.rsplit("/privateDnsZoneGroups/", 1)[0])
        subnet = value(endpoint, "properties.subnet.id") if endpoint else None
        asked = dict.fromkeys([*([network_of(subnet)] if isinstance(subnet, str) else []), *proxies])
        for zone in zone_ids(group):
            for network in asked:
                if (zone.lower(), network.lower()) not in links:
                    place = At("properties.privateDnsZoneConfigs", network, None)
                    names = {"zone": zone.rsplit("/", 1)[-1], "network": network.rsplit("/", 1)[-1]}
                    yield CHECK.finding(endpoint or group, place, **names)
