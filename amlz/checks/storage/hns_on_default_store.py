"""storage/hns-on-default-store: a workspace on an account with a hierarchical namespace."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import holds, text, value

CHECK = Check(
    id="storage/hns-on-default-store",
    severity=Severity.ERROR,
    says="{name} is the store of {workspace}, and isHnsEnabled is {actual}.",
    remedy="In the component, set `{path}` to `{expected}`. For a data lake use `dataLake` in the stack file.",
    why="A workspace cannot use an account with a hierarchical namespace as its default store, and the "
    "account cannot change that later.",
    source="https://learn.microsoft.com/azure/machine-learning/reference-yaml-workspace",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Default stores of workspaces that have a hierarchical namespace, but for feature stores.

    Azure's SDK creates theirs with one: https://github.com/Azure/azure-sdk-for-python (azure-ai-ml 1.35.2)
    """
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        if holds(workspace, "kind", "FeatureStore"):
            continue
        target = value(workspace, "properties.storageAccount")
        account = graph.by_id(target)
        actual = value(account, "properties.isHnsEnabled") if account else None
        if is_unknown(target):
            yield CHECK.undecided(workspace, "properties.storageAccount", target)
        elif account and is_unknown(actual):
            yield CHECK.undecided(account, "properties.isHnsEnabled", actual)
        elif account and actual is True:
            place = FindingLocation("properties.isHnsEnabled", False, actual)
            yield CHECK.finding(account, place, workspace=workspace.name, actual=text(actual))
