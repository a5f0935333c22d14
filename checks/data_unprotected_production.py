"""data/unprotected-production: production data with one of the two safeguards against deletion, but not both."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import ResourceGraph
from checks.finding import At, Check, Finding, Severity

CHECK = Check(
    id="data/unprotected-production",
    severity=Severity.WARNING,
    says="{name} is {has} and not {lacks}: {so}.",
    remedy="Say production for the environment in the stack file, which gives both, or remove the one.",
    why="Pulumi's protection stops this program, a lock stops everyone else. Which data is production is read from "
    "either being there: a resource with neither is not judged.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
)

#: What keeps data. Not workspaces: a lock on one would also stop the deletion of its computes.
STORES = (
    "Microsoft.Storage/storageAccounts",
    "Microsoft.KeyVault/vaults",
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.OperationalInsights/workspaces",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Stores that are locked but not protected, or protected but not locked."""
    locked = {
        lock.id.lower().split("/providers/microsoft.authorization/")[0]
        for lock in graph.of_type("Microsoft.Authorization/locks")
    }
    for store in graph.of_type(*STORES):
        parts = store.id.lower().split("/")
        has_lock = any("/".join(parts[:length]) in locked for length in range(3, len(parts) + 1))
        if has_lock and not store.protect:
            so = "Pulumi would try to replace or delete it, and fail halfway"
            yield CHECK.finding(store, At("protect", True, False), has="locked", lacks="protected", so=so)
        elif store.protect and not has_lock:
            so = "anyone with the right may delete it outside Pulumi"
            yield CHECK.finding(store, At("", "a lock", None), has="protected", lacks="locked", so=so)
