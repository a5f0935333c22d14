"""keys/enabled: something that takes a key instead of an identity."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import SET, Check, Finding, FindingLocation, Severity
from amlz.checks.reading import same, text, value
from amlz.core.capability_facts import Switch
from amlz.core.discovery import capability_facts

IN_STACK = (
    "Set `projects.{project}.environments.{environment}.security.storageSharedKeys` to `false`. "
    "Datastores then use identities, and the program assigns the roles for them."
)
LOG_IN_STACK = "Set `hub.logAnalytics.sharedKeys` to `false`. Agents then need an identity."
INSIGHTS_IN_STACK = (
    "Set `projects.{project}.environments.{environment}.security.insightsKeys` to `false`. Senders of telemetry then "
    "need the role Monitoring Metrics Publisher."
)
#: Remedies of types whose keys the stack file turns off by other means than `storageSharedKeys`.
_REMEDIES = {
    "microsoft.insights/components": INSIGHTS_IN_STACK,
    "microsoft.operationalinsights/workspaces": LOG_IN_STACK,
}

CHECK = Check(
    id="keys/enabled",
    severity=Severity.WARNING,
    says="{name} takes keys: {path} is {actual}.",
    remedy=SET,
    why="Access by key is anonymous in the logs, and keys can be copied. An absent property counts as Azure's default.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-disable-local-auth-storage",
    otherwise=(IN_STACK, INSIGHTS_IN_STACK, LOG_IN_STACK),
)

#: By type: the switch that turns keys off.
#: Defaults: descriptions in the published types. A SAS by user delegation is signed by an identity, not a key.
OFF: dict[str, Switch] = {
    "microsoft.storage/storageaccounts": Switch("properties.allowSharedKeyAccess", (False,), True, in_stack=True),
    "microsoft.containerregistry/registries": Switch("properties.adminUserEnabled", (False,), False),
    "microsoft.keyvault/vaults": Switch("properties.enableRbacAuthorization", (True,), False),
    "microsoft.machinelearningservices/workspaces": Switch(
        "properties.systemDatastoresAuthMode", ("Identity", "UserDelegationSAS"), "AccessKey", in_stack=True
    ),
    # https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication and
    # https://learn.microsoft.com/azure/azure-monitor/logs/azure-ad-authentication-logs
    "microsoft.insights/components": Switch("properties.DisableLocalAuth", (True,), False, in_stack=True),
    "microsoft.operationalinsights/workspaces": Switch(
        "properties.features.disableLocalAuth", (True,), False, in_stack=True
    ),
    "microsoft.machinelearningservices/workspaces/computes": Switch("properties.disableLocalAuth", (True,), False),
    **{row.name.lower(): row.keys for facts in capability_facts() for row in facts.types if row.keys is not None},
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Every resource that takes keys, or leaves that to Azure's default."""
    for resource in graph:
        switch = OFF.get(resource.arm_type.lower())
        if switch is None:
            continue
        actual = value(resource, switch.path)
        if is_unknown(actual):
            yield CHECK.undecided(resource, switch.path, actual)
        elif not any(same(switch.default if actual is None else actual, good) for good in switch.closed):
            remedy = _in_stack(resource) if switch.in_stack else None
            place = FindingLocation(switch.path, switch.closed[0], actual, remedy=remedy)
            yield CHECK.finding(resource, place, path=switch.path, actual=text(actual, switch.default))


def _in_stack(resource: Resource) -> str | None:
    """Returns the remedy in the stack file; None where the resource is in no environment, and not the central log."""
    remedy = _REMEDIES.get(resource.arm_type.lower(), IN_STACK)
    return remedy if resource.project or "{project}" not in remedy else None
