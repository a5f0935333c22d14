"""dns/endpoint-without-zone: a private endpoint whose names resolve to the public address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, connections, dig, items, value
from amlz.core.facts.dns import ZONES
from amlz.core.problems import listed

NOT_IN_TABLE = (
    "Add the group ID and its zones to `ZONES` in `amlz/core/facts/dns.py`. Microsoft's page, the source of this "
    "finding, lists them."
)
BY_POLICY = (
    "No action needed, if a policy of effect deployIfNotExists writes all zones of the group ID. If none does, "
    "set `dns.mode` to `created`, or to `existing` with the zones of your organisation."
)

CHECK = Check(
    id="dns/endpoint-without-zone",
    severity=Severity.ERROR,
    says="{name} connects to {group}, whose names need {missing}; nothing registers them.",
    remedy="In the component, add {missing} to the DNS zone group of the endpoint.",
    why="Without its DNS zone, the name of a private endpoint resolves to the public address, which accepts "
    "no connection.",
    source="https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    otherwise=(NOT_IN_TABLE, BY_POLICY),
)

LEFT_TO_POLICY = Check(
    id=CHECK.id,
    severity=Severity.NOTE,
    says="Undecided: {name} connects to {group}, whose names need {missing}. Azure Policy has to write its zone group.",
    remedy=BY_POLICY,
    why=CHECK.why,
    source="https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/private-link-and-dns-integration-at-scale",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Endpoints of groups whose zones their zone group does not have."""
    registered, unknown = zones_by_endpoint(graph), _unknown_zones(graph)
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        has = registered.get(endpoint.id.lower(), set())
        for _, group in connections(endpoint):
            if is_unknown(group):
                yield CHECK.undecided(endpoint, "properties.privateLinkServiceConnections", group)
                continue
            known = ZONES.get(graph.cloud, {}).get(group)
            if known is None:
                path = "properties.privateLinkServiceConnections"
                undecided = FindingLocation(path, "a group ID of the table", group, Severity.NOTE, NOT_IN_TABLE)
                yield CHECK.finding(endpoint, undecided, group=group, missing="zones that the table does not know")
                continue
            missing = [zone for zone in known if zone not in has]
            if missing and endpoint.id.lower() in unknown:
                yield CHECK.undecided(endpoint, "its zone group", unknown[endpoint.id.lower()])
            elif missing and graph.dns == "policy" and endpoint.id.lower() not in registered:
                at = FindingLocation("its zone group", list(known), group)
                yield LEFT_TO_POLICY.finding(endpoint, at, group=group, missing=listed(missing))
            elif missing:
                yield CHECK.finding(
                    endpoint, FindingLocation("", list(known), sorted(has)), group=group, missing=listed(missing)
                )


def zones_by_endpoint(graph: ResourceGraph) -> dict[str, set[str]]:
    """The names of the zones that each endpoint's zone groups write to, by the endpoint's id in lower case."""
    zones: dict[str, set[str]] = {}
    for group in graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        names = (zone.rsplit("/", 1)[-1].lower() for zone in zone_ids(group))
        zones.setdefault(endpoint_of(group), set()).update(names)
    return zones


def zone_ids(group: Resource) -> list[str]:
    """The ids of the zones of a zone group."""
    return [zone for zone in _zones(group) if isinstance(zone, str)]


def endpoint_of(group: Resource) -> str:
    """The id of a zone group's endpoint, in lower case."""
    return above(group.id, "privateDnsZoneGroups").lower()


def _zones(group: Resource) -> list[Any]:
    configs = items(value(group, "properties.privateDnsZoneConfigs"))
    return [dig(config, "properties.privateDnsZoneId") for config in configs]


def _unknown_zones(graph: ResourceGraph) -> dict[str, Any]:
    """By endpoint, a zone whose id is known only at deployment."""
    groups = graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
    return {endpoint_of(group): zone for group in groups for zone in _zones(group) if is_unknown(zone)}
