"""data/unprotected-production: production data without one of the two safeguards against deletion, or without both."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import scope_of
from amlz.core.discovery import capability_facts

NO_LOCK = "In the component, add a lock (`Microsoft.Authorization/locks`, level `CanNotDelete`) on {name}."
NEITHER = (
    "In the component, set the resource option `protect` to `true`, and add a lock "
    "(`Microsoft.Authorization/locks`, level `CanNotDelete`) on {name}."
)

CHECK = Check(
    id="data/unprotected-production",
    severity=Severity.WARNING,
    says="{name} is {has} and not {lacks}: {so}.",
    remedy="In the component, set the resource option `protect` to `true`.",
    why="Production data needs two protections: Pulumi's protection stops this program, and a lock stops "
    "everyone else. Data counts as production if it has one of them, or if another store of its "
    "environment has; where no store has either, none is checked. A Databricks workspace is no such store: the one by "
    "which browsers sign in is protected everywhere.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
    otherwise=(
        NO_LOCK,
        NEITHER,
    ),
)

#: Types that hold data. Not workspaces: a lock on one would also stop the deletion of its compute targets.
STORES = (
    "Microsoft.Storage/storageAccounts",
    "Microsoft.KeyVault/vaults",
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.OperationalInsights/workspaces",
    *(row.name for facts in capability_facts() for row in facts.types if row.holds is not None),
)
#: Those whose protection shows that their environment is production.
_EVIDENCE = set(STORES) - {row.name for facts in capability_facts() for row in facts.types if row.protected_anywhere}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Returns stores that are locked but not protected, protected but not locked, or neither while another one is."""
    locked = locked_ids(graph)
    environments = production(graph, locked)
    for store in graph.of_type(*STORES):
        has_lock = is_locked(store, locked)
        if has_lock and not store.protect:
            so = "Pulumi would try to replace or delete it, and fail halfway"
            yield CHECK.finding(store, FindingLocation("protect", True, False), has="locked", lacks="protected", so=so)
        elif store.protect and not has_lock:
            so = "anyone with the right may delete it outside Pulumi"
            yield CHECK.finding(
                store, FindingLocation("", "a lock", None, remedy=NO_LOCK), has="protected", lacks="locked", so=so
            )
        elif not has_lock and (store.project, store.environment) in environments:
            so = "anyone with the right may delete it, and so may Pulumi"
            has = "in an environment of production"
            place = FindingLocation("protect", True, False, remedy=NEITHER)
            yield CHECK.finding(store, place, has=has, lacks="locked or protected", so=so)


def locked_ids(graph: ResourceGraph) -> set[str]:
    """Ids of what locks are on, in lower case."""
    return {scope_of(lock) for lock in graph.of_type("Microsoft.Authorization/locks")}


def is_locked(store: Resource, locked: set[str]) -> bool:
    """Returns whether a lock is on a resource or above it."""
    parts = store.id.lower().split("/")
    return any("/".join(parts[:length]) in locked for length in range(3, len(parts) + 1))


def production(graph: ResourceGraph, locked: set[str]) -> set[tuple[str, str]]:
    """Project and environment of every store that is locked or protected, where it belongs to one."""
    return {
        (store.project, store.environment)
        for store in graph.of_type(*_EVIDENCE)
        if store.project and store.environment and (store.protect or is_locked(store, locked))
    }
