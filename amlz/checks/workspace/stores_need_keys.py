"""workspace/stores-need-keys: a workspace that opens its store with a key that the store does not take."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import SET, Check, Finding, FindingLocation, Severity
from amlz.checks.reading import holds, text, value

CHECK = Check(
    id="workspace/stores-need-keys",
    severity=Severity.ERROR,
    says="{name} opens its store by key (systemDatastoresAuthMode is {actual}), and {store} accepts no keys.",
    remedy=SET,
    why="The workspace opens its storage account by key, while the account accepts no keys: notebooks, logs "
    "of jobs and snapshots of code then fail. Published templates are like that. An absent property "
    "counts as AccessKey, Azure's default.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage",
)

PATH, KEYS = "properties.systemDatastoresAuthMode", "properties.allowSharedKeyAccess"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Workspaces with keys whose store has none."""
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        mode, store = value(workspace, PATH), graph.by_id(value(workspace, "properties.storageAccount"))
        if store is None or value(store, KEYS) is not False:
            continue
        if is_unknown(mode):
            yield CHECK.undecided(workspace, PATH, mode)
        elif mode is None or holds(workspace, PATH, "AccessKey"):
            place = FindingLocation(PATH, "Identity", mode)
            yield CHECK.finding(workspace, place, actual=text(mode, "AccessKey"), store=store.name)
