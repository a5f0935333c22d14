"""workspace/batch-without-queues: batch endpoints whose store lacks the endpoints that they work with."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, connections, holds, value
from amlz.core.problems import listed

CHECK = Check(
    id="workspace/batch-without-queues",
    severity=Severity.ERROR,
    says="{store}, of workspace {name}, has no private endpoint for {groups}, and {who}.",
    remedy="In the component, add private endpoints of {store} for {groups}. In the stack file, `batch: true` "
    "does that for an environment.",
    why="Batch deployments and parallel runs exchange work through queues and tables of the storage account; in "
    "a private network they need a private endpoint for each, in addition to those for blobs and files.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-batch-endpoint",
)

NEEDED = ("queue", "table")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Closed stores with one of the two endpoints, or with none where batch endpoints are built."""
    has: dict[str, set[str]] = {}
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        for target, group in connections(endpoint):
            has.setdefault(str(target).lower(), set()).add(str(group))
    batch = {
        above(resource.id, "batchEndpoints").lower(): resource
        for resource in graph.of_type("Microsoft.MachineLearningServices/workspaces/batchEndpoints")
    }
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        store = graph.by_id(value(workspace, "properties.storageAccount"))
        if store is None or not holds(store, "properties.publicNetworkAccess", "Disabled"):
            continue
        missing = [group for group in NEEDED if group not in has.get(store.id.lower(), set())]
        using: Resource | None = batch.get(workspace.id.lower())
        if missing and (using is not None or len(missing) == 1):
            who = f"{using.name} needs both" if using is not None else "one without the other is of no use"
            place = FindingLocation("", list(NEEDED), sorted(has.get(store.id.lower(), set())))
            yield CHECK.finding(workspace, place, store=store.name, groups=listed(missing), who=who)
