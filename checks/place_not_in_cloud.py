"""place/not-in-cloud: what a dated page says the cloud or region has not, or as a preview only."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import ResourceGraph, is_unknown
from checks.finding import At, Check, Finding, Severity
from checks.reading import value
from landingzone.facts.clouds import PARITY_PAGE
from landingzone.facts.offers import DOUBTS
from landingzone.facts.regions import REGIONS, WITH_AZURE_ML

WORKSPACES = "Microsoft.MachineLearningServices/workspaces"

CHECK = Check(
    id="place/not-in-cloud",
    severity=Severity.WARNING,
    says="{name} {says} on {as_of}.",
    remedy="Ask Azure what is there by now; docs/clouds.md lists what pages say. Where it is not, choose another.",
    why="Clouds other than the public one have less, and get it later. The pages that say so have a day, and what they "
    "miss may be there by now: it is told and not refused.",
    source=PARITY_PAGE,
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Rows of the table that fit a request, and workspaces in regions that a list of Azure ML did not have."""
    for row in DOUBTS:
        for resource in graph.of_type(row.arm_type) if graph.cloud in row.clouds else ():
            found = value(resource, row.path)
            if is_unknown(found):
                yield CHECK.undecided(resource, row.path, found)
            elif isinstance(found, str) and row.pattern.fullmatch(found):
                at = At(row.path, None, found, Severity.NOTE if row.preview else None)
                yield CHECK.finding(resource, at, says=row.says, as_of=row.as_of)
    yield from _regions(graph)


def _regions(graph: ResourceGraph) -> Iterator[Finding]:
    """One that no list has at all is told by place/region-not-known."""
    offered, known = WITH_AZURE_ML.get(graph.cloud), REGIONS.get(graph.cloud)
    for workspace in graph.of_type(WORKSPACES):
        region = workspace.location.replace(" ", "").lower()
        if offered and known and region in known.names - offered.names:
            says = f"is to be in {region}, where Azure ML was not"
            yield CHECK.finding(
                workspace, At("location", sorted(offered.names), region), says=says, as_of=offered.as_of
            )
