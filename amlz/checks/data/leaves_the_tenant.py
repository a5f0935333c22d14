"""data/leaves-the-tenant: a store whose content can be copied out of the organisation."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import SET, Check, Finding, FindingLocation, Severity
from amlz.checks.reading import same, text, value

CHECK = Check(
    id="data/leaves-the-tenant",
    severity=Severity.WARNING,
    says="{name} lets {what}: {path} is {actual}.",
    remedy=SET,
    why="Private networks do not stop data from leaving this way: copies between accounts and exports of "
    "images run inside Azure, for anyone with the permission. An absent property counts as Azure's "
    "default.",
    source="https://learn.microsoft.com/azure/storage/common/cross-tenant-replication-prevent",
)

#: By type: the path, what closes it, Azure's default when absent, and what it lets. Defaults: the published types.
WAYS: dict[str, tuple[tuple[str, object, object, str], ...]] = {
    "Microsoft.Storage/storageAccounts": (
        ("properties.allowCrossTenantReplication", False, False, "its objects be copied to other tenants"),
    ),
    "Microsoft.ContainerRegistry/registries": (
        ("properties.policies.exportPolicy.status", "disabled", "enabled", "its images be exported elsewhere"),
    ),
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns stores with open egress."""
    for arm_type, ways in WAYS.items():
        for resource in graph.of_type(arm_type):
            for path, closed, default, item in ways:
                actual = value(resource, path)
                if is_unknown(actual):
                    yield CHECK.undecided(resource, path, actual)
                elif not same(default if actual is None else actual, closed):
                    words = {"what": item, "path": path, "actual": text(actual, default), "expected": text(closed)}
                    yield CHECK.finding(resource, FindingLocation(path, closed, actual), **words)
