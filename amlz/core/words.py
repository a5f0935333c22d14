"""Usual names of ARM types and locations."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.capability_facts import Noun
from amlz.core.discovery import capability_facts
from amlz.core.facts.clouds import PUBLIC, title
from amlz.core.plan import LandingZonePlan
from amlz.core.terminal import terminal

#: One and several of a type, by its name in lower case.
WORDS: Mapping[str, Noun] = {
    key.lower(): Noun(*words)
    for key, words in {
        "Microsoft.Authorization/locks": ("lock", "locks"),
        "Microsoft.Authorization/policyAssignments": ("policy assignment", "policy assignments"),
        "Microsoft.Authorization/policyDefinitions": ("policy definition", "policy definitions"),
        "Microsoft.Authorization/policyExemptions": ("policy exemption", "policy exemptions"),
        "Microsoft.Authorization/policySetDefinitions": ("policy initiative", "policy initiatives"),
        "Microsoft.Authorization/roleAssignments": ("role assignment", "role assignments"),
        "Microsoft.ContainerRegistry/registries": ("container registry", "container registries"),
        "Microsoft.ContainerRegistry/registries/replications": ("registry replica", "registry replicas"),
        "Microsoft.Insights/components": ("Application Insights", "Application Insights"),
        "Microsoft.Insights/diagnosticSettings": ("diagnostic setting", "diagnostic settings"),
        "Microsoft.Insights/privateLinkScopes": ("private link scope", "private link scopes"),
        "Microsoft.Insights/privateLinkScopes/scopedResources": ("scoped resource", "scoped resources"),
        "Microsoft.KeyVault/vaults": ("key vault", "key vaults"),
        "Microsoft.KeyVault/vaults/keys": ("key", "keys"),
        "Microsoft.MachineLearningServices/workspaces": ("ML workspace", "ML workspaces"),
        "Microsoft.MachineLearningServices/workspaces/computes": ("compute", "computes"),
        "Microsoft.MachineLearningServices/workspaces/datastores": ("datastore", "datastores"),
        "Microsoft.MachineLearningServices/workspaces/outboundRules": ("outbound rule", "outbound rules"),
        "Microsoft.ManagedIdentity/userAssignedIdentities": ("identity", "identities"),
        "Microsoft.Network/azureFirewalls": ("firewall", "firewalls"),
        "Microsoft.Network/firewallPolicies": ("firewall policy", "firewall policies"),
        "Microsoft.Network/firewallPolicies/ruleCollectionGroups": ("rule group", "rule groups"),
        "Microsoft.Network/networkSecurityGroups": ("network security group", "network security groups"),
        "Microsoft.Network/privateDnsZones": ("private DNS zone", "private DNS zones"),
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks": ("zone link", "zone links"),
        "Microsoft.Network/privateEndpoints": ("private endpoint", "private endpoints"),
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": ("zone group", "zone groups"),
        "Microsoft.Network/publicIPAddresses": ("public address", "public addresses"),
        "Microsoft.Network/routeTables": ("route table", "route tables"),
        "Microsoft.Network/serviceEndpointPolicies": ("service endpoint policy", "service endpoint policies"),
        "Microsoft.Network/virtualNetworks": ("virtual network", "virtual networks"),
        "Microsoft.Network/virtualNetworks/subnets": ("subnet", "subnets"),
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": ("peering", "peerings"),
        "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections": ("hub connection", "hub connections"),
        "Microsoft.OperationalInsights/workspaces": ("Log Analytics workspace", "Log Analytics workspaces"),
        "Microsoft.Resources/resourceGroups": ("resource group", "resource groups"),
        "Microsoft.Storage/storageAccounts": ("storage account", "storage accounts"),
        "Microsoft.Storage/storageAccounts/blobServices": ("blob service", "blob services"),
        "Microsoft.Storage/storageAccounts/fileServices": ("file service", "file services"),
        "Microsoft.Storage/storageAccounts/blobServices/containers": ("container", "containers"),
        **{row.name: row.noun for facts in capability_facts() for row in facts.types},
    }.items()
}


def counted(count: int, arm_type: str) -> str:
    """`1 key vault`, `3 key vaults`."""
    noun = noun_of(arm_type)
    return f"{count} {noun.one if count == 1 else noun.several}"


def noun_of(arm_type: str) -> Noun:
    """Returns a type in words; one that is not in the table by its name."""
    return WORDS.get(arm_type.lower(), Noun(arm_type, arm_type))


def short_noun(arm_type: str) -> Noun:
    """Returns a type in words; one that is not in the table by the last part of its name."""
    last = arm_type.rpartition("/")[2]
    return WORDS.get(arm_type.lower(), Noun(last, last))


def printable(text: str) -> str:
    """A text for a terminal."""
    return terminal(text)


def plural(count: int, one: str, several: str = "") -> str:
    """`1 project`, `2 projects`."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def place(plan: LandingZonePlan) -> str:
    """The region; outside of the public cloud with its cloud."""
    return plan.location if plan.cloud == PUBLIC else f"{plan.location} ({title(plan.cloud)})"
