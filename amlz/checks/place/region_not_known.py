"""place/region-not-known: a region that the list of its cloud does not have."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.core.facts.regions import REGIONS, SOURCE, day, near_region
from amlz.core.notices.places import NEAR_REGION, NO_REGION, OTHER_CLOUD, region_remedy

CHECK = Check(
    id="place/region-not-known",
    severity=Severity.WARNING,
    says="{name} is planned in {region}, which was not among the regions of this cloud {as_of}{hint}.",
    remedy=NEAR_REGION,
    why="Every request fails in a region that is misspelt or in another cloud. Azure opens regions, and the "
    "list has a date.",
    source=SOURCE,
    otherwise=(OTHER_CLOUD, NO_REGION),
)

#: Locations of resources without a region.
_NOWHERE = ("", "global")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Each region once, at the first resource that is to be there."""
    known = REGIONS.get(graph.cloud)
    reported: set[str] = set()
    for resource in graph:
        region = resource.location.replace(" ", "").lower()
        if known is None or region in {*_NOWHERE, *known.names, *reported}:
            continue
        reported.add(region)
        remedy, meant = region_remedy(region, known.names)
        at = FindingLocation("location", meant, resource.location, remedy=remedy)
        words = {"region": region, "as_of": day(known), "hint": near_region(region, known.names)}
        yield CHECK.finding(resource, at, **words)
