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
    "peering": NameRule("peer-", 1, 80, WORDS, WORDS_SAY, "parent"),
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
