"""exposure/public-access: something that answers on the internet."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import SET, Check, Finding, FindingLocation, Severity
from amlz.checks.reading import same, text, value
from amlz.core.capability_facts import Switch
from amlz.core.discovery import capability_facts

IN_STACK = (
    "Set `projects.{project}.environments.{environment}.security.publicNetworkAccess` to `false`. The "
    "private endpoint of the workspace is created in any case."
)
OF_LANDING_ZONE = "Set `{setting}` to `false`."
NO_SCOPE = (
    "No action needed, unless telemetry must stay on the private network: then set `hub.privateLinkScope` to `{{}}`."
)
NO_SCOPE_ELSEWHERE = (
    "No action needed, unless telemetry must stay on the private network: then set `hub.privateLinkScope`"
    " to `{{}}` in the stack that builds the hub. For a hub that exists (`hub.existing`) the stack file "
    "has no such setting: its owner can add the resource to a private link scope."
)
NO_SCOPE_NO_HUB = (
    "No action needed, unless telemetry must stay on the private network: then set `hub.addressSpace` instead of "
    "`hub.network`, and `hub.privateLinkScope` to `{{}}`."
)
SCOPE = (
    "Set `hub.privateLinkScope.publicIngestion` to `false` and `hub.privateLinkScope.publicQueries` to "
    "`false`, in the stack that builds the hub."
)

CHECK = Check(
    id="exposure/public-access",
    severity=Severity.ERROR,
    says="{name} {how}: {path} is {actual}.",
    remedy=SET,
    why="A service with public network access can be reached by anyone on the internet. An absent property "
    "counts as Azure's default, and as open where no default is documented. A warning is what the stack "
    "file can set, or what would be open if public access were turned on; a note is telemetry without a "
    "private link scope.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-workspace-vnet",
    otherwise=(
        IN_STACK,
        OF_LANDING_ZONE,
        NO_SCOPE,
        NO_SCOPE_ELSEWHERE,
        NO_SCOPE_NO_HUB,
        SCOPE,
    ),
)

REACHED = "can be reached from the internet"
#: Of a workspace whose store stays private: https://github.com/MicrosoftDocs/azure-docs/issues/120843
STUDIO = (
    "can be reached from the internet, where the studio opens but uploads and data previews fail, since its storage "
    "account stays private"
)
#: For lists and switches that have no effect as long as public access as a whole is off.
NEXT = "would be reached from the internet if public access were turned on"
WITHOUT_SCOPE = "accepts data and queries from public addresses, as no private link scope is built"
ALSO = "accepts telemetry or queries from public addresses, too"


_ACCESS = "properties.publicNetworkAccess"
#: By type. Defaults: descriptions in the published types of each provider.
SWITCHES = {
    "microsoft.machinelearningservices/workspaces": (
        Switch(_ACCESS, ("Disabled",), None, in_stack=True),
        Switch("properties.allowPublicAccessWhenBehindVnet", (False,), False, in_stack=True),
    ),
    "microsoft.storage/storageaccounts": (
        Switch(_ACCESS, ("Disabled", "SecuredByPerimeter"), "Enabled"),
        Switch("properties.networkAcls.defaultAction", ("Deny",), "Allow", behind=True),
        Switch("properties.allowBlobPublicAccess", (False,), False, behind=True),
    ),
    "microsoft.keyvault/vaults": (
        Switch(_ACCESS, ("Disabled", "SecuredByPerimeter"), "Enabled"),
        Switch("properties.networkAcls.defaultAction", ("Deny",), "Allow", behind=True),
    ),
    "microsoft.containerregistry/registries": (
        Switch(_ACCESS, ("Disabled",), "Enabled"),
        Switch("properties.anonymousPullEnabled", (False,), False, behind=True),
    ),
    **{row.name.lower(): row.public for facts in capability_facts() for row in facts.types if row.public},
}  # fmt: skip

_NODE = Switch("properties.properties.enableNodePublicIp", (False,), True)
#: By kind of compute. `NotSpecified` closes the login port of clusters in a virtual network only.
COMPUTE_SWITCHES = {
    "amlcompute": (
        _NODE, Switch("properties.properties.remoteLoginPortPublicAccess", ("Disabled",), "NotSpecified"),
    ),
    "computeinstance": (
        _NODE, Switch("properties.properties.sshSettings.sshPublicAccess", ("Disabled",), "Disabled"),
    ),
}  # fmt: skip

_TELEMETRY = ("properties.publicNetworkAccessForIngestion", "properties.publicNetworkAccessForQuery")
#: All are open by default; closing them without a private link scope would make them useless.
SCOPED = {
    "microsoft.insights/components": _TELEMETRY,
    "microsoft.operationalinsights/workspaces": _TELEMETRY,
    "microsoft.insights/datacollectionendpoints": ("properties.networkAcls.publicNetworkAccess",),
}
MEMBERS = "Microsoft.Insights/privateLinkScopes/scopedResources"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Every switch that leaves something open, or leaves it to Azure's default."""
    for resource in graph:
        closed = same(value(resource, _ACCESS), "Disabled")
        for switch in _switches(resource):
            actual = value(resource, switch.path)
            if is_unknown(actual):
                yield CHECK.undecided(resource, switch.path, actual)
            elif not any(same(switch.default if actual is None else actual, good) for good in switch.closed):
                yield _open(resource, switch, NEXT if closed and switch.behind else _reached(graph, resource, switch))
    yield from _without_scope(graph)


def _reached(graph: ResourceGraph, resource: Resource, switch: Switch) -> str:
    """The consequence of public access: of a workspace also what does not work from the internet."""
    store = graph.by_id(value(resource, "properties.storageAccount")) if switch.path == _ACCESS else None
    private = store is not None and same(value(store, _ACCESS), "Disabled")
    return STUDIO if private else REACHED


def _switches(resource: Resource) -> tuple[Switch, ...]:
    if resource.arm_type.lower() == "microsoft.machinelearningservices/workspaces/computes":
        return COMPUTE_SWITCHES.get(str(value(resource, "properties.computeType")).lower(), ())
    return SWITCHES.get(resource.arm_type.lower(), ())


def _open(resource: Resource, switch: Switch, how: str) -> Finding:
    actual, expected = value(resource, switch.path), switch.closed[0]
    asked_for = actual is not None and (switch.in_stack or switch.setting is not None)
    severity = Severity.WARNING if asked_for or how is NEXT else None
    in_stack = OF_LANDING_ZONE if switch.setting else IN_STACK if resource.project else None
    place = FindingLocation(switch.path, expected, actual, severity, in_stack if asked_for else None)
    words = {"how": how, "path": switch.path, "actual": text(actual, switch.default), "setting": switch.setting}
    return CHECK.finding(resource, place, **words)


def _without_scope(graph: ResourceGraph) -> Iterator[Finding]:
    """Logs and telemetry travel over public addresses, encrypted and with an identity."""
    members = {str(value(one, "properties.linkedResourceId")).lower() for one in graph.of_type(MEMBERS)}
    networks = graph.of_type("Microsoft.Network/azureFirewalls", "Microsoft.Network/virtualNetworks")
    hub_here = any(r.arm_type.endswith("/azureFirewalls") or "amlz:hub:Hub" in r.urn for r in networks)
    no_hub = not hub_here and any("amlz:hub:Hub" in r.urn for r in graph.of_type("Microsoft.Resources/resourceGroups"))
    without = NO_SCOPE if hub_here else NO_SCOPE_NO_HUB if no_hub else NO_SCOPE_ELSEWHERE
    for resource in graph.of_type(*SCOPED):
        inside = resource.id.lower() in members
        for path in SCOPED[resource.arm_type.lower()]:
            actual = value(resource, path)
            if is_unknown(actual):
                yield CHECK.undecided(resource, path, actual)
            elif not same(actual, "Disabled"):
                how, remedy = (ALSO, SCOPE) if inside else (WITHOUT_SCOPE, without)
                place = FindingLocation(path, "Disabled", actual, Severity.NOTE, remedy)
                yield CHECK.finding(resource, place, how=how, path=path, actual=text(actual, "Enabled"))
                break  # one note reports it: the same scope closes both directions
