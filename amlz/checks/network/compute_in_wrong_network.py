"""network/compute-in-wrong-network: a compute in another network than its workspace's, or in none."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, same, value

MANAGED = "In the component, remove `properties.properties.subnet`."

CHECK = Check(
    id="network/compute-in-wrong-network",
    severity=Severity.ERROR,
    says="{name} {reason}.",
    remedy="In the component, set `properties.properties.subnet.id` to the id of the environment's training subnet.",
    why="A compute must be in the network of its workspace. With a managed network it cannot name a subnet, "
    "and Azure refuses one. With neither, its nodes are in a network of Microsoft's, and no rule applies "
    "to their traffic.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-managed-network",
    otherwise=(MANAGED,),
)

_SUBNET, _MODE = "properties.properties.subnet.id", "properties.managedNetwork.isolationMode"
_KINDS = ("amlcompute", "computeinstance")


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Clusters and instances that name a subnet in a managed network, or none outside of one."""
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        workspace = graph.by_id(above(compute.id, "computes"))
        if workspace is not None and str(value(compute, "properties.computeType")).lower() in _KINDS:
            yield from _judge(compute, workspace)


def _judge(compute: Resource, workspace: Resource) -> Iterator[Finding]:
    subnet, mode = value(compute, _SUBNET), value(workspace, _MODE)
    for resource, path, item in ((compute, _SUBNET, subnet), (workspace, _MODE, mode)):
        if is_unknown(item):
            yield CHECK.undecided(resource, path, item)
            return
    managed = mode is not None and not same(mode, "Disabled")
    if managed and subnet:
        reason = f"names the subnet {subnet.rsplit('/', 1)[-1]}, and {workspace.name} has a managed network"
        yield CHECK.finding(compute, FindingLocation(_SUBNET, None, subnet, remedy=MANAGED), reason=reason)
    elif not managed and not subnet:
        reason = f"names no subnet, and {workspace.name} has no managed network"
        yield CHECK.finding(compute, FindingLocation(_SUBNET, "a subnet", subnet), reason=reason)
