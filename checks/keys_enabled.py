"""keys/enabled: something that takes a key instead of an identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from arm.graph import ResourceGraph, is_unknown
from checks.finding import At, Check, Finding, Severity
from checks.reading import same, text, value

CHECK = Check(
    id="keys/enabled",
    severity=Severity.WARNING,
    says="{name} takes keys: {path} is {actual}.",
    remedy="Set it to {expected}; identities and roles are the way in.{key}",
    why="Whoever holds a key is nobody in the logs, and keys travel. Absent counts as Azure's default.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage",
)

_STACK_KEY = " In the stack file: security.storageSharedKeys."
#: By type: the path, the values that turn keys off, Azure's value when absent, and the key in the stack file.
#: Defaults: descriptions in the published types. A SAS by user delegation is signed by an identity, not a key.
OFF: dict[str, tuple[str, tuple[Any, ...], Any, str]] = {
    "microsoft.storage/storageaccounts": ("properties.allowSharedKeyAccess", (False,), True, _STACK_KEY),
    "microsoft.containerregistry/registries": ("properties.adminUserEnabled", (False,), False, ""),
    "microsoft.keyvault/vaults": ("properties.enableRbacAuthorization", (True,), False, ""),
    "microsoft.machinelearningservices/workspaces": (
        "properties.systemDatastoresAuthMode", ("Identity", "UserDelegationSAS"), "AccessKey", _STACK_KEY,
    ),
    "microsoft.machinelearningservices/workspaces/computes": ("properties.disableLocalAuth", (True,), False, ""),
}  # fmt: skip


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Every resource that takes keys, or leaves that to Azure's default."""
    for resource in graph:
        if resource.arm_type.lower() not in OFF:
            continue
        path, wanted, default, key = OFF[resource.arm_type.lower()]
        actual = value(resource, path)
        if is_unknown(actual):
            yield CHECK.undecided(resource, path, actual)
        elif not any(same(default if actual is None else actual, good) for good in wanted):
            words = {"path": path, "actual": text(actual, default), "expected": text(wanted[0]), "key": key}
            yield CHECK.finding(resource, At(path, wanted[0], actual), **words)
