"""place/size-not-known: a size of virtual machines that no list has."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value
from amlz.checks.stack_keys import compute_key
from amlz.core.facts.machine_sizes import unknown_size
from amlz.core.notices.places import NO_SIZE

CHECK = Check(
    id="place/size-not-known",
    severity=Severity.WARNING,
    says="{name}: {size} {doubt}.",
    remedy=NO_SIZE,
    why="A size that does not exist is refused when the compute is created. Sizes appear: the list has its day. A "
    "size in the list may still not be offered in the region, or not by Azure ML.",
    source="https://learn.microsoft.com/azure/machine-learning/concept-compute-target",
)

PATH = "properties.properties.vmSize"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Each cluster and instance of such a size."""
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        size = value(compute, PATH)
        if is_unknown(size):
            yield CHECK.undecided(compute, PATH, size)
        elif isinstance(size, str) and (doubt := unknown_size(size)):
            yield CHECK.finding(
                compute, FindingLocation(PATH, None, size), size=size, doubt=doubt, key=f"{compute_key(compute)}.size"
            )
