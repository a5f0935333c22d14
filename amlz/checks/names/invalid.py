"""names/invalid: a name that Azure refuses."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import all_subnets, value
from amlz.core.discovery import capability_facts
from amlz.core.facts.names import NAME_RULES

CHECK = Check(
    id="names/invalid",
    severity=Severity.ERROR,
    says="{problem}.",
    remedy="In the component, change the name to {expected}.",
    why="Azure checks a name only when it creates the resource, in the middle of a deployment. Names that the"
    " stack file decides are checked before.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
)

#: Naming rule of each type; types that the table does not know are not checked.
ROLE_OF = {
    "microsoft.containerregistry/registries": "containerRegistry",
    "microsoft.insights/components": "applicationInsights",
    "microsoft.keyvault/vaults": "keyVault",
    "microsoft.machinelearningservices/workspaces": "workspace",
    "microsoft.machinelearningservices/workspaces/outboundrules": "outboundRule",
    "microsoft.managedidentity/userassignedidentities": "identity",
    "microsoft.network/azurefirewalls": "firewall",
    "microsoft.network/firewallpolicies": "firewallPolicy",
    "microsoft.network/networkinterfaces": "networkInterface",
    "microsoft.network/networksecuritygroups": "networkSecurityGroup",
    "microsoft.network/privateendpoints": "privateEndpoint",
    "microsoft.network/publicipaddresses": "publicAddress",
    "microsoft.network/routetables": "routeTable",
    "microsoft.network/virtualnetworks": "virtualNetwork",
    "microsoft.network/virtualnetworks/virtualnetworkpeerings": "peering",
    "microsoft.operationalinsights/workspaces": "logAnalytics",
    "microsoft.resources/resourcegroups": "resourceGroup",
    "microsoft.storage/storageaccounts": "storageAccount",
    **{row.name.lower(): row.kind for facts in capability_facts() for row in facts.types if row.kind},
}
_COMPUTES = {"amlcompute": "cluster", "computeinstance": "computeInstance"}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Names that do not fit the rule of their type."""
    for resource in graph:
        role = role_of(resource)
        problem = NAME_RULES[role].problem(resource.name) if role else None
        if problem:
            place = FindingLocation("name", NAME_RULES[role].says, resource.name)
            yield CHECK.finding(resource, place, problem=f"Name {problem}")
    for subnet in all_subnets(graph):
        problem = NAME_RULES["subnet"].problem(subnet.name)
        if problem and " " not in subnet.name:
            place = FindingLocation(
                f"{subnet.path.removesuffix('.properties')}.name", NAME_RULES["subnet"].says, subnet.name
            )
            yield CHECK.finding(subnet.resource, place, problem=f"Name {problem}")


def role_of(resource: Resource) -> str:
    """The key of the rule that a resource's name follows; nothing for a type that the table does not know."""
    if resource.arm_type.lower() == "microsoft.machinelearningservices/workspaces/computes":
        return _COMPUTES.get(str(value(resource, "properties.computeType")).lower(), "")
    return ROLE_OF.get(resource.arm_type.lower(), "")
