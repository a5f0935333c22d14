"""keys/enabled: something that takes a key instead of an identity."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import ResourceGraph, is_unknown
from checks.finding import At, Check, Finding, Severity
from checks.reading import text, value

CHECK = Check(
    id="keys/enabled",
    severity=Severity.WARNING,
    says="{name} takes keys: {path} is {actual}.",
    remedy="Set it to {expected}; identities and roles are the way in.",
    why="Whoever holds a key is nobody in the logs, and keys travel. Absent counts as on: that is Azure's default.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage",
)

#: By type: the path, and the value that turns keys off.
OFF = {
    "Microsoft.Storage/storageAccounts": ("properties.allowSharedKeyAccess", False),
    "Microsoft.ContainerRegistry/registries": ("properties.adminUserEnabled", False),
    "Microsoft.KeyVault/vaults": ("properties.enableRbacAuthorization", True),
    "Microsoft.MachineLearningServices/workspaces": ("properties.systemDatastoresAuthMode", "Identity"),
    "Microsoft.MachineLearningServices/workspaces/computes": ("properties.disableLocalAuth", True),
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Every resource that takes keys, or leaves that to Azure's default."""
    for resource in graph:
        if resource.arm_type in OFF:
            path, expected = OFF[resource.arm_type]
            actual = value(resource, path)
            if actual != expected:
                place = At(path, expected, actual, Severity.NOTE if is_unknown(actual) else None)
                yield CHECK.finding(resource, place, path=path, actual=text(actual), expected=text(expected))
