"""exposure/public-access: something that answers on the internet."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import ResourceGraph, is_unknown
from checks.finding import At, Check, Finding, Severity
from checks.reading import text, value

CHECK = Check(
    id="exposure/public-access",
    severity=Severity.ERROR,
    says="{name} can be reached from the internet: {path} is {actual}.",
    remedy="Set it to {expected}; private endpoints are the way in.",
    why="What answers on the internet is found there. Absent counts as open: that is Azure's default.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet",
)

#: By type: the path, and the value that closes it.
CLOSED = {
    "Microsoft.MachineLearningServices/workspaces": (
        ("properties.publicNetworkAccess", "Disabled"), ("properties.allowPublicAccessWhenBehindVnet", False),
    ),
    "Microsoft.Storage/storageAccounts": (
        ("properties.publicNetworkAccess", "Disabled"), ("properties.networkAcls.defaultAction", "Deny"),
        ("properties.allowBlobPublicAccess", False),
    ),
    "Microsoft.KeyVault/vaults": (
        ("properties.publicNetworkAccess", "Disabled"), ("properties.networkAcls.defaultAction", "Deny"),
    ),
    "Microsoft.ContainerRegistry/registries": (
        ("properties.publicNetworkAccess", "Disabled"), ("properties.anonymousPullEnabled", False),
    ),
}  # fmt: skip

#: By kind of compute.
COMPUTE_CLOSED = {
    "AmlCompute": (
        ("properties.properties.enableNodePublicIp", False),
        ("properties.properties.remoteLoginPortPublicAccess", "Disabled"),
    ),
    "ComputeInstance": (
        ("properties.properties.enableNodePublicIp", False),
        ("properties.properties.sshSettings.sshPublicAccess", "Disabled"),
    ),
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Every switch that leaves something open, or leaves it to Azure's default."""
    for resource in graph:
        wanted = CLOSED.get(resource.arm_type, ())
        if resource.arm_type == "Microsoft.MachineLearningServices/workspaces/computes":
            wanted = COMPUTE_CLOSED.get(str(value(resource, "properties.computeType")), ())
        for path, expected in wanted:
            actual = value(resource, path)
            if actual != expected:
                severity = Severity.NOTE if is_unknown(actual) else None
                place = At(path, expected, actual, severity)
                yield CHECK.finding(resource, place, path=path, actual=text(actual), expected=text(expected))
