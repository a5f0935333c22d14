"""retired/size: a machine of a size that Azure switches off."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value
from amlz.checks.retired.dates import when
from amlz.checks.stack_keys import compute_key
from amlz.core.facts.retirements import SIZES, RetiringSizes
from amlz.core.facts.sizes import RETIRED

CHECK = Check(
    id="retired/size",
    severity=Severity.ERROR,
    says="{name} is of size {size}, whose series {series} {when}.",
    remedy="Set `{key}.size` to a size that is not retired: `az vm list-skus --location {region}` lists the "
    "sizes of the region.",
    why="Azure does not start a machine of a retired size again, and creates no new one. A note is a day that"
    " is far off or not known to have passed, a warning one within 90 days (`--today`). A size that is in"
    " no row of the table may be retired all the same.",
    source="https://github.com/Azure/EOL",
)

PATH = "properties.properties.vmSize"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns compute targets of a size that a row of the table has."""
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        size = value(compute, PATH)
        if is_unknown(size):
            yield CHECK.undecided(compute, PATH, size)
        elif isinstance(size, str) and (row := _row(size.lower())) is not None:
            severity, words = when(row.on, graph.today)
            if size.lower() in RETIRED:  # retired before this table was written, on any day
                severity, words = Severity.ERROR, f"ended on {row.on}"
            key, region = compute_key(compute), compute.location or "REGION"
            words_of_size = {"size": size, "series": row.series, "when": words, "key": key, "region": region}
            yield CHECK.finding(compute, FindingLocation(PATH, None, size, severity), **words_of_size)


def _row(size: str) -> RetiringSizes | None:
    return next((row for row in SIZES if row.pattern.fullmatch(size)), None)
