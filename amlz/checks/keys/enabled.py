"""keys/enabled: something that takes a key instead of an identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import SET, At, Check, Finding, Severity
from amlz.checks.reading import same, text, value

IN_STACK = (
    "Set `projects.{project}.environments.{environment}.security.storageSharedKeys` to `false`. "
    "Datastores then use identities, and the program assigns the roles for them."
)

CHECK = Check(
    id="keys/enabled",
    severity=Severity.WARNING,
    says="{name} takes keys: {path} is {actual}.",
    remedy=SET,
    why="Access by key is anonymous in the logs, and keys can be copied. An absent property counts as Azure's default.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage",
    otherwise=(IN_STACK,),
)

#: By type: the path, the values that turn keys off, Azure's value when absent, and whether the stack file decides.
#: Defaults: descriptions in the published types. A SAS by user delegation is signed by an identity, not a key.
OFF: dict[str, tuple[str, tuple[Any, ...], Any, bool]] = {
    "microsoft.storage/storageaccounts": ("properties.allowSharedKeyAccess", (False,), True, True),
    "microsoft.containerregistry/registries": ("properties.adminUserEnabled", (False,), False, False),
    "microsoft.keyvault/vaults": ("properties.enableRbacAuthorization", (True,), False, False),
    "microsoft.machinelearningservices/workspaces": (
        "properties.systemDatastoresAuthMode", ("Identity", "UserDelegationSAS"), "AccessKey", True,
    ),
    "microsoft.machinelearningservices/workspaces/computes": ("properties.disableLocalAuth", (True,), False, False),
}  # fmt: skip


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Every resource that takes keys, or leaves that to Azure's default."""
    for resource in graph:
        if resource.arm_type.lower() not in OFF:
            continue
        path, wanted, default, in_stack = OFF[resource.arm_type.lower()]
        actual = value(resource, path)
        if is_unknown(actual):
            yield CHECK.undecided(resource, path, actual)
        elif not any(same(default if actual is None else actual, good) for good in wanted):
            place = At(path, wanted[0], actual, remedy=IN_STACK if in_stack and resource.project else "")
            yield CHECK.finding(resource, place, path=path, actual=text(actual, default))
