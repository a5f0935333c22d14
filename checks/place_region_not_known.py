"""place/region-not-known: a region that its cloud's list did not have."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import ResourceGraph
from checks.finding import At, Check, Finding, Severity
from landingzone.facts.regions import REGIONS, SOURCE, day, near_region

CHECK = Check(
    id="place/region-not-known",
    severity=Severity.WARNING,
    says="{name} is to be in {region}, which was not among the regions of this cloud {as_of}{hint}.",
    remedy="Correct `location`. Where the region has opened since, leave it: `az account list-locations` says which "
    "there are.",
    why="A region that is misspelt or in another cloud fails every request. Regions open: the lists have their day.",
    source=SOURCE,
)

#: What has no region.
_NOWHERE = ("", "global")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Each region once, at the first resource that is to be there."""
    known = REGIONS.get(graph.cloud)
    told: set[str] = set()
    for resource in graph:
        region = resource.location.replace(" ", "").lower()
        if known is None or region in {*_NOWHERE, *known.names, *told}:
            continue
        told.add(region)
        at = At("location", None, resource.location)
        words = {"region": region, "as_of": day(known), "hint": near_region(region, known.names)}
        yield CHECK.finding(resource, at, **words)
