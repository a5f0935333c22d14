"""place/not-in-cloud: a service that the cloud or region lacks, or has only as a preview, according to a dated page."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value
from amlz.checks.stack_keys import compute_key, environment_key
from amlz.core.facts.clouds import PARITY_PAGE
from amlz.core.facts.offers import DOUBTS
from amlz.core.facts.regions import REGIONS, WITH_AZURE_ML
from amlz.core.problems import listed

WORKSPACES = "Microsoft.MachineLearningServices/workspaces"

CHECK = Check(
    id="place/not-in-cloud",
    severity=Severity.WARNING,
    says="{name} {says} on {as_of}.",
    remedy="No action needed, if Azure offers it by now: docs/reference/clouds.md has the pages that list it. If "
    "not, {instead}.",
    why="Clouds other than the public one offer fewer services, and later. Microsoft's pages about that are "
    "dated, and may be out of date, so the deployment is not refused.",
    source=PARITY_PAGE,
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Rows of the table that fit a request, and workspaces in regions that a list of Azure ML did not have."""
    for row in DOUBTS:
        for resource in graph.of_type(row.arm_type) if graph.cloud in row.clouds else ():
            configured = value(resource, row.path)
            if is_unknown(configured):
                yield CHECK.undecided(resource, row.path, configured)
            elif isinstance(configured, str) and row.pattern.fullmatch(configured):
                at = FindingLocation(row.path, None, configured, Severity.NOTE if row.preview else None)
                yield CHECK.finding(
                    resource, at, says=row.says, as_of=row.as_of, instead=_instead(resource, row.instead)
                )
    yield from _regions(graph)


def _regions(graph: ResourceGraph) -> Iterator[Finding]:
    """Reports regions; place/region-not-known reports one that no list has at all."""
    offered, known = WITH_AZURE_ML.get(graph.cloud), REGIONS.get(graph.cloud)
    for workspace in graph.of_type(WORKSPACES):
        region = workspace.location.replace(" ", "").lower()
        if offered and known and region in known.names - offered.names:
            says = f"is to be in {region}, where Azure ML was not"
            place = FindingLocation("location", sorted(offered.names), region)
            instead = f"set `location` to a region that had Azure ML: {listed(sorted(offered.names), 'or')}"
            yield CHECK.finding(workspace, place, says=says, as_of=offered.as_of, instead=instead)


def _instead(resource: Resource, words: str) -> str:
    """Returns the remedy where the cloud does not have it."""
    compute = resource.arm_type.lower().endswith("/computes")
    return words.format(key=compute_key(resource) if compute else environment_key(resource))
