"""dns/zone-of-another-group: an endpoint registers its names in a zone for another group ID."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.dns.endpoint_without_zone import zones_by_endpoint
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import connections, value
from amlz.core.facts.dns import ZONES
from amlz.core.problems import listed

MISSPELT = (
    "In the component, correct the name of the zone. If Microsoft's page lists this zone, add it to "
    "`ZONES` in `amlz/core/facts/dns.py`."
)
GLOBAL = "In the component, set `{path}` to `{expected}`."

CHECK = Check(
    id="dns/zone-of-another-group",
    severity=Severity.ERROR,
    says="{name} {problem}.",
    remedy="In the component, replace the zone in the zone group of the endpoint with {wanted}.",
    why="Names are looked up only in the zone that Microsoft lists for the endpoint's group ID, so a name in "
    "another zone leaves clients with the public address. Published templates link privatelink.azurecr.io to "
    "a registry of Azure ML, and create zones with misspelt names. Only groups and zones of the table are "
    "checked; a warning is a zone of the kind privatelink that is in no row of it.",
    source="https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    otherwise=(
        MISSPELT,
        GLOBAL,
    ),
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns zones of an endpoint that none of its group IDs needs, and zones that no group ID of the table needs."""
    table = ZONES.get(graph.cloud, {})
    registered = zones_by_endpoint(graph)
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        groups = [group for _, group in connections(endpoint)]
        if any(is_unknown(group) or group not in table for group in groups):
            continue  # dns/endpoint-without-zone reports these as undecided
        wanted = {zone for group in groups for zone in table[group]}
        for zone in sorted(registered.get(endpoint.id.lower(), set()) - wanted):
            problem = f"connects to {listed(groups)}, and writes to {zone}, which is for others"
            place = FindingLocation("its zone group", sorted(wanted), zone)
            yield CHECK.finding(endpoint, place, problem=problem, wanted=listed(sorted(wanted)))
    known = {zone for zones in table.values() for zone in zones}
    for built in graph.of_type("Microsoft.Network/privateDnsZones"):
        location, name = value(built, "location"), built.name.lower()
        if name.startswith("privatelink.") and name not in known:
            problem = "is not a zone of a group ID that is known here; check its spelling"
            yield CHECK.finding(
                built, FindingLocation("name", None, built.name, Severity.WARNING, MISSPELT), problem=problem
            )
        if is_unknown(location):
            yield CHECK.undecided(built, "location", location)
        elif str(location).lower() != "global":
            problem = f"is in {location}, and private zones are in no region: their location is global"
            yield CHECK.finding(built, FindingLocation("location", "global", location, remedy=GLOBAL), problem=problem)
