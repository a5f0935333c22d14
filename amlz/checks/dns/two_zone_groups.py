"""dns/two-zone-groups: a private endpoint with more than one zone group, or with more zones than one takes."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph
from amlz.checks.dns.endpoint_without_zone import endpoint_of
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import items, value

TOO_MANY = "In the component, remove zones from the zone group until at most {expected} are left."

CHECK = Check(
    id="dns/two-zone-groups",
    severity=Severity.ERROR,
    says="{name} {problem}.",
    remedy="In the component, put all zones of the endpoint into one zone group, and remove the other zone group.",
    why="A private endpoint takes one zone group with at most five zones. Azure refuses a second zone group.",
    source="https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    otherwise=(TOO_MANY,),
)

#: https://github.com/Azure/ResourceModules/issues/1673
MOST_ZONES = 5


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns second zone groups of an endpoint, and those with too many zones."""
    first: dict[str, str] = {}
    for group in graph.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
        endpoint, zones = endpoint_of(group), items(value(group, "properties.privateDnsZoneConfigs"))
        other = first.setdefault(endpoint, group.name)
        name = endpoint.rsplit("/", 1)[-1]
        if other != group.name:
            yield CHECK.finding(
                group, FindingLocation(), problem=f"is a second zone group of {name}, in addition to {other}"
            )
        if len(zones) > MOST_ZONES:
            path = "properties.privateDnsZoneConfigs"
            problem = f"of {name} lists {len(zones)} zones; Azure takes {MOST_ZONES}"
            yield CHECK.finding(group, FindingLocation(path, MOST_ZONES, len(zones), remedy=TOO_MANY), problem=problem)
