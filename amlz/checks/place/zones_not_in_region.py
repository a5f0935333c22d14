"""place/zones-not-in-region: availability zones in a region that had none."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value
from amlz.core.facts.clouds import PUBLIC
from amlz.core.facts.regions import SOURCE, ZONELESS, day

CHECK = Check(
    id="place/zones-not-in-region",
    severity=Severity.WARNING,
    says="{name} uses availability zones ({path}), and {region} had none {as_of}.",
    remedy="Set `availabilityZones` to `[]`, or set `location` to a region with zones. No action needed, if "
    "{region} has gained zones since then.",
    why="Azure refuses availability zones, and redundancy over zones, in a region without zones. Regions gain"
    " zones: the list has a date.",
    source=SOURCE,
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Everything that wants zones where there were none."""
    known = ZONELESS.get(graph.cloud, ZONELESS[PUBLIC])
    for resource in graph:
        region = resource.location.replace(" ", "").lower()
        if region in known.names:
            for path, wanted in _configured_zones(resource):
                if is_unknown(wanted):
                    yield CHECK.undecided(resource, path, wanted)
                else:
                    yield CHECK.finding(
                        resource, FindingLocation(path, None, wanted), path=path, region=region, as_of=day(known)
                    )


def _configured_zones(resource: Resource) -> Iterator[tuple[str, object]]:
    """Returns the settings of zones in a body: by name, or by a redundancy over zones."""
    zones = value(resource, "zones")
    if zones:
        yield "zones", zones
    redundancy = value(resource, "properties.zoneRedundancy")
    if is_unknown(redundancy) or str(redundancy).lower() == "enabled":
        yield "properties.zoneRedundancy", redundancy
    sku = value(resource, "sku.name")
    if isinstance(sku, str) and sku.upper().endswith(("_ZRS", "_GZRS", "_RAGZRS")):
        yield "sku.name", sku
