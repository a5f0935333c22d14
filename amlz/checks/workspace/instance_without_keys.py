"""workspace/instance-without-keys: compute instances whose storage account takes no shared keys."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import holds, value
from amlz.checks.stack_keys import environment_key

CHECK = Check(
    id="workspace/instance-without-keys",
    severity=Severity.NOTE,
    says="{store}, the storage account of {name}, takes no shared keys. Pages of Microsoft contradict each other on "
    "such instances: one requires keys, one describes instances without them. Not verified against Azure.",
    remedy="No action needed, unless Azure refuses to create {name}: then set `{key}` to `true`.",
    why="how-to-create-compute-instance requires shared keys. how-to-disable-local-auth-storage, a preview, describes "
    "instances without them, whose user has Storage File Data Privileged Contributor: members of `dataScientists` and "
    "`mlEngineers` have it, an `owner` alone has not.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-create-compute-instance",
)
_KEYS, _KIND = "properties.allowSharedKeyAccess", "properties.computeType"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Instances of workspaces whose storage account is built here without shared keys."""
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        store = _store(graph, compute) if holds(compute, _KIND, "ComputeInstance") else None
        if store is not None and value(store, _KEYS) is False:
            key = f"{environment_key(compute)}.security.storageSharedKeys"
            yield CHECK.finding(compute, FindingLocation(_KIND, None, None), store=store.name, key=key)


def _store(graph: ResourceGraph, compute: Resource) -> Resource | None:
    workspace = graph.by_id(compute.id.lower().split("/computes/")[0])
    return graph.by_id(value(workspace, "properties.storageAccount")) if workspace is not None else None
