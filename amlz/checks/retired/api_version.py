"""retired/api-version: a request in a version of Azure's API that ends."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.retired.dates import when
from amlz.core.facts.retirements import VERSIONS

CHECK = Check(
    id="retired/api-version",
    severity=Severity.ERROR,
    says="{name} is sent in API version {version} of {type}, which {when}.",
    remedy="Upgrade azure-native to a release that sends API version {instead}, once there is one. No action "
    "needed until then: existing resources keep working, and only their changes fail after that day.",
    why="After that day Azure refuses requests in this API version: existing resources keep working, but "
    "cannot be changed. A note is a day that is far off or not known to have passed, a warning one within"
    " 90 days (`--today`).",
    source="https://learn.microsoft.com/azure/key-vault/general/migrate-api-version",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Resources of a version that a row of the table has."""
    for resource in graph:
        kind = resource.arm_type.lower()
        for row in VERSIONS:
            if kind.startswith(row.namespace) and row.holds(resource.api_version):
                severity, words = when(row.on, graph.today)
                place = FindingLocation("apiVersion", row.instead, resource.api_version, severity)
                version = {"version": resource.api_version, "type": resource.arm_type, "instead": row.instead}
                yield CHECK.finding(resource, place, when=words, **version)
