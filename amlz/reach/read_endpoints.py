"""Reads private endpoints and private DNS zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.bodies import dig, items, value
from amlz.azure.graph import Resource, ResourceGraph
from amlz.core.facts.dns import PUBLIC_DOMAIN_ROWS
from amlz.core.facts.linked import LINKED_GROUPS
from amlz.reach.model import EndpointNode, ZoneNode
from amlz.reach.parties import range_of

#: Group IDs whose hosts begin with the name of the target. Azure gives out the others.
_NAMED = ("blob", "file", "queue", "table", "dfs", "vault", "registry", "searchservice", *map(str.lower, LINKED_GROUPS))


def endpoints(graph: ResourceGraph) -> Iterator[EndpointNode]:
    """Returns the private endpoints of a graph."""
    written: dict[str, list[str]] = {}
    for group in graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        key = group.id.lower().split("/privatednszonegroups/")[0]
        for config in items(value(group, "properties.privateDnsZoneConfigs")):
            zone = dig(config, "properties.privateDnsZoneId")
            written.setdefault(key, []).append(zone.lower() if isinstance(zone, str) else "?")
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        yield _endpoint(graph, endpoint, tuple(written.get(endpoint.id.lower(), ())))


def _endpoint(graph: ResourceGraph, endpoint: Resource, zones_written: tuple[str, ...]) -> EndpointNode:
    subnet = value(endpoint, "properties.subnet.id")
    target, groups = _connection(endpoint)
    resource = graph.by_id(target)
    name = target.rstrip("/").rsplit("/", 1)[-1]
    return EndpointNode(
        id=endpoint.id,
        name=endpoint.name,
        subnet=subnet.lower() if isinstance(subnet, str) else "",
        target=target,
        target_name=name,
        groups=groups,
        zones=zones_written,
        address=_address(endpoint),
        names=tuple(_names(graph.cloud, name, groups)),
        asgs=tuple(
            text.lower()
            for item in items(value(endpoint, "properties.applicationSecurityGroups"))
            if isinstance(text := dig(item, "id"), str)
        ),
        owner=endpoint.owner,
        public_access=_public_access(resource),
        manual=bool(items(value(endpoint, "properties.manualPrivateLinkServiceConnections"))),
    )


def _connection(endpoint: Resource) -> tuple[str, tuple[str, ...]]:
    for kind in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for connection in items(value(endpoint, f"properties.{kind}")):
            target = dig(connection, "properties.privateLinkServiceId")
            groups = items(dig(connection, "properties.groupIds"))
            return str(target) if isinstance(target, str) else "", tuple(str(group) for group in groups)
    return "", ()


def _address(endpoint: Resource) -> int | None:
    """Returns the address of an endpoint where its body fixes one; several stay open."""
    fixed = [dig(item, "properties.privateIPAddress") for item in items(value(endpoint, "properties.ipConfigurations"))]
    result = range_of(fixed[0]) if len(fixed) == 1 and isinstance(fixed[0], str) else None
    return result[0] if result else None


def _names(cloud: str, name: str, groups: tuple[str, ...]) -> Iterator[str]:
    for row in PUBLIC_DOMAIN_ROWS:
        if row.cloud == cloud and row.group in groups and row.group.lower() in _NAMED:
            yield from (f"{name}.{domain}".lower() for domain in row.domains if "{" not in domain)


def _public_access(resource: Resource | None) -> str | None:
    result = value(resource, "properties.publicNetworkAccess") if resource else None
    return result.lower() if isinstance(result, str) else None


def zones(graph: ResourceGraph) -> Iterator[ZoneNode]:
    """Returns the zones of a graph, and those that its links and zone groups name."""
    links: dict[str, list[str]] = {}
    for link in graph.of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks"):
        network = value(link, "properties.virtualNetwork.id")
        zone = link.id.lower().split("/virtualnetworklinks/")[0]
        links.setdefault(zone, []).append(_known(network))
    built = dict.fromkeys(zone.id.lower() for zone in graph.of_type("Microsoft.Network/privateDnsZones"))
    for key in dict.fromkeys((*built, *links)):
        of_others = () if key in built else ("?",)  # a zone that exists may have more links
        yield ZoneNode(key, key.rsplit("/", 1)[-1], frozenset((*links.get(key, ()), *of_others)))


def _known(resource_id: Any) -> str:
    return resource_id.lower() if isinstance(resource_id, str) else "?"
