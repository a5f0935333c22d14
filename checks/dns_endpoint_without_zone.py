"""dns/endpoint-without-zone: a private endpoint whose names resolve to the public address."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import Resource, ResourceGraph
from checks.finding import At, Check, Finding, Severity
from checks.reading import connections
from landingzone.facts.dns import ZONES
from landingzone.problems import listed

CHECK = Check(
    id="dns/endpoint-without-zone",
    severity=Severity.ERROR,
    says="{name} connects to {group}, whose names need {missing}; nothing registers them.",
    remedy="Give its zone group every zone that the group needs.",
    why="Without its zone a name resolves to the public address, which answers nobody.",
    source="https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Endpoints of groups whose zones their zone group does not have."""
    registered = zones_by_endpoint(graph)
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        has = registered.get(endpoint.id.lower(), set())
        for _, group in connections(endpoint):
            known = ZONES[graph.cloud].get(group)
            if known is None:
                undecided = At("properties.privateLinkServiceConnections", "a group of the table", group, Severity.NOTE)
                yield CHECK.finding(endpoint, undecided, group=group, missing="zones that the table does not know")
                continue
            missing = [zone for zone in known if zone not in has]
            if missing:
                yield CHECK.finding(endpoint, At("", list(known), sorted(has)), group=group, missing=listed(missing))


def zones_by_endpoint(graph: ResourceGraph) -> dict[str, set[str]]:
    """The names of the zones that each endpoint's zone groups write to, by the endpoint's id in lower case."""
    found: dict[str, set[str]] = {}
    for group in graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        endpoint = group.id.lower().rsplit("/privatednszonegroups/", 1)[0]
        found.setdefault(endpoint, set()).update(zone.rsplit("/", 1)[-1] for zone in zone_ids(group))
    return found


def zone_ids(group: Resource) -> list[str]:
    """The ids of the zones of a zone group."""
    configs = group.properties.get("privateDnsZoneConfigs") or []
    ids = (config.get("properties", {}).get("privateDnsZoneId") for config in configs)
    return [zone for zone in ids if isinstance(zone, str)]
