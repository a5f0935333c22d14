"""The setting of the stack file that gives a resource its Azure name (docs/how-to/own-names.md)."""

from __future__ import annotations

from amlz.azure.graph import Resource
from amlz.core.discovery import capability_facts
from amlz.core.facts.names import TYPES
from amlz.core.facts.networks import HUB_SUBNETS
from amlz.core.name_patterns import FROM_KEYS

_GROUP, _NETWORK = "Microsoft.Resources/resourceGroups", "Microsoft.Network/virtualNetworks"
_REGISTRY, _ENVIRONMENT = "Microsoft.ContainerRegistry/registries", "amlz:project:ProjectEnvironment"

#: By the components around a resource, outermost first, and its type. {spoke} is the spoke's name in the stack file;
#: a setting that begins with a dot is below the environment. Other names have a pattern, or are fixed.
_SETTINGS = {
    ((_ENVIRONMENT,), _GROUP): ".names.resourceGroup",
    ((_ENVIRONMENT, "amlz:project:Workspace"), "Microsoft.MachineLearningServices/workspaces"): ".names.workspace",
    ((_ENVIRONMENT, "amlz:project:KeyVault"), "Microsoft.KeyVault/vaults"): ".names.keyVault",
    ((_ENVIRONMENT, "amlz:project:Storage"), "Microsoft.Storage/storageAccounts"): ".names.storageAccount",
    ((_ENVIRONMENT, "amlz:project:ContainerRegistry"), _REGISTRY): ".names.containerRegistry",
    (("amlz:hub:Hub",), _GROUP): "hub.names.resourceGroup",
    (("amlz:hub:Hub",), _NETWORK): "hub.names.virtualNetwork",
    (("amlz:hub:Hub", "amlz:hub:Firewall"), "Microsoft.Network/azureFirewalls"): "hub.names.firewall",
    (("amlz:hub:Hub", "amlz:hub:Firewall"), "Microsoft.Network/firewallPolicies"): "hub.names.firewallPolicy",
    (("amlz:hub:Hub", "amlz:hub:LogAnalytics"), "Microsoft.OperationalInsights/workspaces"): "hub.logAnalytics.name",
    (("amlz:spoke:Spoke",), _GROUP): "spokes.{spoke}.names.resourceGroup",
    (("amlz:spoke:Spoke",), _NETWORK): "spokes.{spoke}.names.virtualNetwork",
    (("amlz:spoke:Spoke",), "Microsoft.Network/routeTables"): "spokes.{spoke}.names.routeTable",
    (("amlz:shared:SharedRegistry",), _GROUP): "sharedRegistry.resourceGroup",
    (("amlz:shared:SharedRegistry", "amlz:project:ContainerRegistry"), _REGISTRY): "sharedRegistry.name",
    (("amlz:shared:DataLake", "amlz:project:Storage"), "Microsoft.Storage/storageAccounts"): "dataLake.name",
}

#: By type in lower case: the same, of capabilities.
_CAPABILITIES = {
    row.name.lower(): row.name_setting for facts in capability_facts() for row in facts.types if row.name_setting
}


#: Names of subnets that Azure sets.
_FIXED = frozenset(subnet.name for subnet in HUB_SUBNETS.values() if not subnet.name.startswith("snet-"))
_PATTERNS = {arm_type.lower(): kind for kind, arm_type in TYPES.items() if kind not in FROM_KEYS}


def _pattern(resource: Resource) -> str | None:
    """The key of the pattern for a kind of names."""
    kind = _PATTERNS.get(resource.arm_type.lower())
    return f"naming.patterns.{kind}" if kind is not None and resource.name not in _FIXED else None


def name_setting(resource: Resource) -> str | None:
    """The key of the setting; None where no setting of the stack file sets the name."""
    _, _, rest = resource.urn.partition("::amlz:")
    chain, _, logical = f"amlz:{rest}".partition("::")
    components = tuple(part for part in chain.split("$")[:-1] if part != "amlz:index:LandingZone")
    key = _SETTINGS.get((components, resource.arm_type)) or _CAPABILITIES.get(resource.arm_type.lower())
    if key is None:
        return _pattern(resource)
    spoke = logical.removeprefix("spoke-").rpartition("-")[0]
    if key.startswith(".") and resource.project and resource.environment:
        return f"projects.{resource.project}.environments.{resource.environment}{key}"
    return key.format(spoke=spoke)
