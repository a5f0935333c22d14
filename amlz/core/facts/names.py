"""Azure's rules for names.

Limits and characters: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, and the
published resource types where they are stricter; of federated credentials:
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations. Abbreviations:
https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-abbreviations
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.capability_facts import NameRule
from amlz.core.discovery import capability_facts
from amlz.core.facts.name_rules import WORDS, WORDS_SAY

_RULES: Mapping[str, NameRule] = {
    "resourceGroup": NameRule("rg-", 1, 90, r"[\w().-]*[\w()-]", "letters, digits, _ - . ( ), not ending in a period", "subscription"),
    "virtualNetwork": NameRule("vnet-", 2, 64, WORDS, WORDS_SAY, "group"),
    "subnet": NameRule("snet-", 1, 80, WORDS, WORDS_SAY, "parent"),
    "networkSecurityGroup": NameRule("nsg-", 1, 80, WORDS, WORDS_SAY, "group"),
    "routeTable": NameRule("rt-", 1, 80, WORDS, WORDS_SAY, "group"),
    "hubConnection": NameRule("conn-", 1, 80, WORDS, WORDS_SAY, "parent"),
    "peering": NameRule("peer-", 1, 80, WORDS, WORDS_SAY, "parent"),
    "ruleCollectionGroup": NameRule("rcg-", 1, 80, WORDS, WORDS_SAY, "parent"),
    "zoneLink": NameRule("link-", 1, 80, WORDS, WORDS_SAY, "parent"),
    # The page does not list these two: the characters of other parts of networks will do.
    "zoneGroup": NameRule("zg-", 1, 80, WORDS, WORDS_SAY, "parent"),
    "diagnosticSetting": NameRule("diag-", 1, 80, WORDS, WORDS_SAY, "parent"),
    "lock": NameRule("lock-", 1, 90, r"[\w().-]*[\w()-]", "letters, digits, _ - . ( ), not ending in a period", "parent"),
    "firewall": NameRule("afw-", 1, 56, WORDS, WORDS_SAY, "group"),
    "firewallPolicy": NameRule("afwp-", 1, 80, WORDS, WORDS_SAY, "group"),
    "publicAddress": NameRule("pip-", 1, 80, WORDS, WORDS_SAY, "group"),
    # The pages on names do not list it: as other resources of Azure Monitor, letters, digits and hyphens will do.
    "privateLinkScope": NameRule("pls-", 1, 255, r"[A-Za-z0-9][A-Za-z0-9-]*", "letters, digits and hyphens", "group"),
    "privateEndpoint": NameRule("pep-", 2, 64, WORDS, WORDS_SAY, "group"),
    "networkInterface": NameRule("nic-", 1, 80, WORDS, WORDS_SAY, "group"),
    "identity": NameRule("id-", 3, 128, r"[A-Za-z0-9][A-Za-z0-9_-]*", "letters, digits, hyphens and underscores", "group"),
    "logAnalytics": NameRule(
        "log-", 4, 63, r"[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]", "letters, digits and hyphens", "group"
    ),
    "applicationInsights": NameRule("appi-", 1, 260, r"[^%&\\?/]*[^%&\\?/ .]", "any but % & \\ ? /", "group"),
    "keyVault": NameRule(
        "kv-", 3, 24, r"[A-Za-z](?!.*--)[A-Za-z0-9-]*[A-Za-z0-9]",
        "letters, digits and single hyphens, starting with a letter", "azure",
    ),
    "storageAccount": NameRule("st", 3, 24, r"[a-z0-9]+", "lower-case letters and digits", "azure"),
    "containerRegistry": NameRule("cr", 5, 50, r"[A-Za-z0-9]+", "letters and digits", "azure"),
    "workspace": NameRule(
        "mlw-", 3, 33, r"[A-Za-z0-9][A-Za-z0-9_-]*", "letters, digits, hyphens and underscores", "group"
    ),
    "computeInstance": NameRule(
        "", 3, 24, r"[A-Za-z](?![A-Za-z0-9-]*-\d+$)[A-Za-z0-9-]*", "letters, digits and hyphens, starting with a letter", "region"
    ),
    "cluster": NameRule(
        "", 3, 16, r"[A-Za-z](?![A-Za-z0-9-]*-\d+$)[A-Za-z0-9-]*", "letters, digits and hyphens, starting with a letter", "parent"
    ),
    # https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
    "container": NameRule(
        "", 3, 63, r"[a-z0-9]+(?:-[a-z0-9]+)*", "lower-case letters, digits and single hyphens", "parent"
    ),
    # The published type has no rule for it: those made here have these characters alone, and nobody else names them.
    "datastore": NameRule("", 1, 255, r"[A-Za-z0-9_]+", "letters, digits and underscores", "parent"),
    "serviceEndpointPolicy": NameRule("se-", 1, 80, WORDS, WORDS_SAY, "group"),
    "connection": NameRule(
        "", 3, 33, r"[A-Za-z0-9][A-Za-z0-9_-]*", "letters, digits, hyphens and underscores", "parent"
    ),
    "outboundRule": NameRule(
        "", 3, 33, r"[A-Za-z0-9][A-Za-z0-9_-]*", "letters, digits, hyphens and underscores", "parent"
    ),
}  # fmt: skip

#: Rules by kind of name: those above, and those of capabilities.
NAME_RULES: Mapping[str, NameRule] = {
    **_RULES,
    **{
        row.kind: row.names
        for facts in capability_facts()
        for row in facts.types
        if row.kind is not None and row.names is not None
    },
}

_NETWORK = "Microsoft.Network"
_ML = "Microsoft.MachineLearningServices/workspaces"
#: Type of each kind of name, apart from compute targets, which have one type.
TYPES: Mapping[str, str] = {
    "resourceGroup": "Microsoft.Resources/resourceGroups",
    "virtualNetwork": f"{_NETWORK}/virtualNetworks",
    "subnet": f"{_NETWORK}/virtualNetworks/subnets",
    "networkSecurityGroup": f"{_NETWORK}/networkSecurityGroups",
    "routeTable": f"{_NETWORK}/routeTables",
    "hubConnection": f"{_NETWORK}/virtualHubs/hubVirtualNetworkConnections",
    "peering": f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings",
    "ruleCollectionGroup": f"{_NETWORK}/firewallPolicies/ruleCollectionGroups",
    "zoneLink": f"{_NETWORK}/privateDnsZones/virtualNetworkLinks",
    "zoneGroup": f"{_NETWORK}/privateEndpoints/privateDnsZoneGroups",
    "diagnosticSetting": "Microsoft.Insights/diagnosticSettings",
    "lock": "Microsoft.Authorization/locks",
    "firewall": f"{_NETWORK}/azureFirewalls",
    "firewallPolicy": f"{_NETWORK}/firewallPolicies",
    "publicAddress": f"{_NETWORK}/publicIPAddresses",
    "privateLinkScope": "Microsoft.Insights/privateLinkScopes",
    "privateEndpoint": f"{_NETWORK}/privateEndpoints",
    "networkInterface": f"{_NETWORK}/networkInterfaces",
    "serviceEndpointPolicy": f"{_NETWORK}/serviceEndpointPolicies",
    "identity": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "logAnalytics": "Microsoft.OperationalInsights/workspaces",
    "applicationInsights": "Microsoft.Insights/components",
    "keyVault": "Microsoft.KeyVault/vaults",
    "storageAccount": "Microsoft.Storage/storageAccounts",
    "containerRegistry": "Microsoft.ContainerRegistry/registries",
    "workspace": _ML,
    "outboundRule": f"{_ML}/outboundRules",
    **{row.kind: row.name for facts in capability_facts() for row in facts.types if row.kind is not None},
}
#: Kinds that Microsoft's page does not list: other characters may be allowed than those of their rules.
UNLISTED = frozenset({"diagnosticSetting", "privateLinkScope", "zoneGroup"})
