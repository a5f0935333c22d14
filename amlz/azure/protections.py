"""Protections of the core's resources, by ARM type: the changes that take them away from what is deployed.

Meaning and values of the properties: https://learn.microsoft.com/azure/templates/ and the ARM type (2026-11). A
property that is left out counts as its least protected value, unless `absent` names another one.
"""

from __future__ import annotations

from amlz.azure.protection import (
    Protection,
    fewer,
    gone,
    items,
    keys,
    less,
    more,
    nsg_rules,
    other,
    per_rule,
    ranked,
    reached,
    rerouted,
)

_STORAGE = "Microsoft.Storage/storageAccounts"
_BLOBS = f"{_STORAGE}/blobServices"
_FILES = f"{_STORAGE}/fileServices"
_VAULT = "Microsoft.KeyVault/vaults"
_REGISTRY = "Microsoft.ContainerRegistry/registries"
_ML = "Microsoft.MachineLearningServices/workspaces"
_LOGS = "Microsoft.OperationalInsights/workspaces"
_INSIGHTS = "Microsoft.Insights/components"
_SCOPE = "Microsoft.Insights/privateLinkScopes"
_FIREWALL = "Microsoft.Network/firewallPolicies"
_RULES = f"{_FIREWALL}/ruleCollectionGroups"
_NETWORK = "Microsoft.Network/virtualNetworks"
_SUBNET = f"{_NETWORK}/subnets"
_NSG = "Microsoft.Network/networkSecurityGroups"
_ASSIGNMENT = "Microsoft.Authorization/policyAssignments"
_EXEMPTION = "Microsoft.Authorization/policyExemptions"
_DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"

PUBLIC = "open to public networks"
_LETS_IN = "more is allowed past the network rules"
KEYS = "access with keys or passwords"
_SHORTER = "what is deleted is kept for a shorter time"
_OWN_KEY = "no longer encrypted with the customer's key"
_LOG_ACCESS = "logs open to public networks"

PROTECTIONS: tuple[Protection, ...] = (
    *(
        Protection(arm_type, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled"))
        for arm_type in (_STORAGE, _VAULT, _REGISTRY, _ML)
    ),
    *(
        Protection(arm_type, PUBLIC, ranked("networkAcls.defaultAction", "Deny", "Allow"))
        for arm_type in (_STORAGE, _VAULT)
    ),
    *(Protection(arm_type, _LETS_IN, more(items("networkAcls.ipRules.*.value"))) for arm_type in (_STORAGE, _VAULT)),
    Protection(_STORAGE, _LETS_IN, more(items("networkAcls.resourceAccessRules.*.resourceId"))),
    Protection(_STORAGE, KEYS, ranked("allowSharedKeyAccess", "false", "true")),
    Protection(_STORAGE, KEYS, ranked("isLocalUserEnabled", "false", "true")),
    Protection(_STORAGE, "blobs open to everyone", ranked("allowBlobPublicAccess", "false", "true", absent="false")),
    Protection(
        _STORAGE, "copies to other tenants", ranked("allowCrossTenantReplication", "false", "true", absent="false")
    ),
    Protection(_STORAGE, "connections without TLS", ranked("supportsHttpsTrafficOnly", "true", "false", absent="true")),
    Protection(
        _STORAGE, "older TLS", ranked("minimumTlsVersion", "TLS1_3", "TLS1_2", "TLS1_1", "TLS1_0", absent="TLS1_0")
    ),
    Protection(_STORAGE, _OWN_KEY, ranked("encryption.keySource", "Microsoft.Keyvault", "Microsoft.Storage")),
    Protection(_BLOBS, _SHORTER, less("deleteRetentionPolicy.days")),
    Protection(_BLOBS, _SHORTER, less("containerDeleteRetentionPolicy.days")),
    Protection(_BLOBS, "earlier versions not kept", ranked("isVersioningEnabled", "true", "false")),
    Protection(_BLOBS, "blobs restored to fewer points in time", less("restorePolicy.days")),
    Protection(_FILES, _SHORTER, less("shareDeleteRetentionPolicy.days")),
    Protection(_VAULT, _SHORTER, less("softDeleteRetentionInDays")),
    Protection(_VAULT, "can be purged", ranked("enablePurgeProtection", "true", "false")),
    Protection(_VAULT, "access policies instead of roles", ranked("enableRbacAuthorization", "true", "false")),
    Protection(_REGISTRY, KEYS, ranked("adminUserEnabled", "false", "true", absent="false")),
    Protection(_REGISTRY, "images open to everyone", ranked("anonymousPullEnabled", "false", "true", absent="false")),
    Protection(_REGISTRY, "images can be exported", ranked("policies.exportPolicy.status", "disabled", "enabled")),
    Protection(_REGISTRY, _OWN_KEY, ranked("encryption.status", "enabled", "disabled")),
    Protection(
        _REGISTRY, "images without a tag are deleted sooner", less("policies.retentionPolicy.days", float("inf"))
    ),
    Protection(_ML, _OWN_KEY, gone("encryption")),
    Protection(_ML, "disks and diagnostics as for public data", ranked("hbiWorkspace", "true", "false")),
    Protection(_ML, "data not isolated from other workspaces", ranked("enableDataIsolation", "true", "false")),
    # Without a managed network, compute targets are in a subnet behind the firewall.
    Protection(
        _ML,
        "outbound traffic not restricted",
        ranked(
            "managedNetwork.isolationMode",
            "AllowOnlyApprovedOutbound|Disabled",
            "AllowInternetOutbound",
            absent="Disabled",
        ),
    ),
    Protection(
        _ML, "a smaller firewall tier", ranked("managedNetwork.firewallSku", "Standard", "Basic", absent="Standard")
    ),
    Protection(f"{_ML}/outboundRules", "outbound destinations changed", other("destination")),
    Protection(f"{_ML}/computes", "nodes with public IPs", ranked("properties.enableNodePublicIp", "false", "true")),
    *(
        Protection(arm_type, "another identity is used", more(keys("identity.userAssignedIdentities")))
        for arm_type in (_ML, f"{_ML}/computes", _FIREWALL)
    ),
    *(
        Protection(arm_type, _LOG_ACCESS, ranked(f"publicNetworkAccessFor{what}", "Disabled", "Enabled"))
        for arm_type in (_LOGS, _INSIGHTS)
        for what in ("Ingestion", "Query")
    ),
    *(
        Protection(_SCOPE, _LOG_ACCESS, ranked(f"accessModeSettings.{what}AccessMode", "PrivateOnly", "Open"))
        for what in ("ingestion", "query")
    ),
    Protection(_LOGS, KEYS, ranked("features.disableLocalAuth", "true", "false")),
    Protection(_INSIGHTS, KEYS, ranked("DisableLocalAuth", "true", "false")),
    Protection(_LOGS, "logs kept for a shorter time", less("retentionInDays")),
    Protection(_LOGS, "fewer logs a day", less("workspaceCapping.dailyQuotaGb", absent=float("inf"))),
    Protection(_DIAGNOSTICS, "logs sent elsewhere", other("workspaceId")),
    Protection(_DIAGNOSTICS, "fewer logs", fewer(items("logs.*.category"))),
    Protection(_DIAGNOSTICS, "fewer logs", fewer(items("logs.*.categoryGroup"))),
    Protection(_FIREWALL, "known malicious traffic allowed", ranked("threatIntelMode", "Deny", "Alert", "Off")),
    Protection(_FIREWALL, "intrusions allowed", ranked("intrusionDetection.mode", "Deny", "Alert", "Off")),
    Protection(_FIREWALL, "TLS not inspected", gone("transportSecurity")),
    Protection(
        _FIREWALL, "another certificate authority", other("transportSecurity.certificateAuthority.keyVaultSecretId")
    ),
    Protection(_RULES, "more reached through the firewall", reached),
    Protection(_RULES, "TLS not inspected", per_rule("terminateTLS")),
    Protection(_RULES, "sign-in to other tenants", per_rule("httpHeadersToInsert")),
    Protection("Microsoft.Network/routeTables", "traffic takes another route", rerouted),
    Protection(_NETWORK, "names resolved by other servers", other("dhcpOptions.dnsServers.*")),
    Protection(_NETWORK, "networks without DDoS protection", ranked("enableDdosProtection", "true", "false")),
    Protection(_SUBNET, "storage of any tenant can be reached", gone("serviceEndpointPolicies")),
    Protection(_SUBNET, "no security group", gone("networkSecurityGroup")),
    Protection(_SUBNET, "no route through the firewall", gone("routeTable")),
    Protection(_SUBNET, "outbound access by default", ranked("defaultOutboundAccess", "false", "true")),
    Protection(
        _SUBNET,
        "security groups do not apply to private endpoints",
        ranked("privateEndpointNetworkPolicies", "Enabled", "NetworkSecurityGroupEnabled", "Disabled"),
    ),
    Protection(
        "Microsoft.Network/serviceEndpointPolicies",
        "more storage accounts can be reached",
        more(items("serviceEndpointPolicyDefinitions.*.properties.serviceResources.*")),
    ),
    Protection(_NSG, "more connections allowed", more(nsg_rules("allow")), own=True),
    Protection(_NSG, "fewer connections denied", fewer(nsg_rules("deny"))),
    Protection(
        "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections",
        "no route through the firewall",
        ranked("enableInternetSecurity", "true", "false"),
    ),
    Protection(f"{_NETWORK}/virtualNetworkPeerings", "a gateway is used", ranked("useRemoteGateways", "false", "true")),
    Protection(_ASSIGNMENT, "lists of a policy with more values", more(items("parameters.*.value.*"))),
    Protection(_ASSIGNMENT, "scopes without a policy", more(items("notScopes.*"))),
    Protection(_ASSIGNMENT, "effects of a policy overridden", more(items("overrides.*"))),
    Protection(_ASSIGNMENT, "a policy applies to a part", more(items("resourceSelectors.*"))),
    Protection(_EXEMPTION, "an exemption changed", other("expiresOn")),
    Protection(_EXEMPTION, "an exemption changed", other("policyDefinitionReferenceIds.*")),
)

#: ARM types whose deletion takes protection away, with its words.
REMOVED: dict[str, str] = {
    "Microsoft.Network/azureFirewalls": "firewalls deleted",
    f"{_REGISTRY}/replications": "images in fewer regions",
    f"{_SCOPE}/scopedResources": "logs without a private link",
}
#: ARM types whose creation takes protection away from what exists, with its words.
ADDED: dict[str, str] = {
    _EXEMPTION: "exempt from policies",
    f"{_ML}/outboundRules": "outbound rules added",
}
