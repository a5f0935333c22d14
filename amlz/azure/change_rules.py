"""Effect of a changed property on an existing resource: one row a property, the source on each.

Paths are those of the request's body, members of lists as `[]`; a row also holds for everything below its path. The
first row that fits counts. A property without a row is unknown. The kind follows the plan of Pulumi's provider
azure-native: create-only properties of its list (provider/pkg/gen/replacement.go) and those whose specification marks
them so (x-ms-mutability, top level only: provider/pkg/gen/properties.go). Everything else it sends as an update.
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.azure.change_rule import CREATE_ONLY, ChangeRule, Kind, default, properties, tracked, updates

_LEARN = "https://learn.microsoft.com/azure/"
_REST = "https://learn.microsoft.com/rest/api/"
_GITHUB = "https://github.com/"
_SPEC = _GITHUB + "Azure/azure-rest-api-specs/tree/main/specification/"
_ADDS = _GITHUB + "pulumi/pulumi-azure-native/blob/master/provider/pkg/provider/provider.go"
#: Recorded conversations with Azure of public test suites (2019 to 2026).
_CLI_TESTS = _GITHUB + "ReaNAiveD/azure-cli/tree/d845393/src/azure-cli/azure/cli/command_modules/"
_FIREWALLS = (
    _GITHUB + "jddarby/azure-cli-extensions/tree/9438a1e/src/azure-firewall/azext_firewall/tests/latest/recordings/"
)
_TERRAFORM = "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/"
_AS_NEW = "Terraform's provider makes another resource instead"
_COMPUTE = _GITHUB + "Azure/bicep-types-az/issues/2543"
_MANAGED = _LEARN + "machine-learning/how-to-managed-network"
_SINGLE_LRS = ("Standard_LRS", "Standard_GRS", "Standard_RAGRS")
_ZONES_ZRS = ("Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS")

#: For every type, after its own rows.
EVERY = (
    ChangeRule("tags", Kind.UPDATES, _LEARN + "azure-resource-manager/management/tag-resources"),
    ChangeRule(
        "location",
        Kind.REFUSED,
        _GITHUB + "MicrosoftDocs/azure-docs/issues/70422",
        "a resource stays in its region",
        code="InvalidResourceLocation",
    ),
)


RULES: Mapping[str, tuple[ChangeRule, ...]] = {
    "Microsoft.Resources/resourceGroups": (
        ChangeRule("location", Kind.REPLACES, CREATE_ONLY, "everything in the resource group is deleted with it"),
    ),
    "Microsoft.Network/virtualNetworks": (
        ChangeRule("location", Kind.REPLACES, CREATE_ONLY),
        ChangeRule("properties.addressSpace", Kind.UPDATES, _LEARN + "virtual-network/manage-virtual-network", "peerings must be synchronised then"),
        ChangeRule("properties.subnets[].properties.addressPrefix", Kind.IN_USE, _LEARN + "virtual-network/virtual-network-manage-subnet", code="InUsePrefixCannotBeDeleted"),
        ChangeRule("properties.subnets[].properties.defaultOutboundAccess", Kind.FIXED, "https://www.pulumi.com/registry/packages/azure-native/api-docs/network/subnet/", "the published type states that it is set when the subnet is made"),
        *updates(_LEARN + "virtual-network/virtual-network-manage-subnet", "properties.subnets[].properties"),
        ChangeRule("properties.subnets[]", Kind.IN_USE, _GITHUB + "Azure/bicep/issues/13267", "Pulumi deletes what is in a subnet only after it has updated the network", new=(None,), code="InUseSubnetCannotBeDeleted"),
        ChangeRule("properties.subnets", Kind.UPDATES, _GITHUB + "pulumi/pulumi-azure-native/blob/master/provider/pkg/provider/crud/crud.go", "azure-native keeps the subnets that exist", new=(None, [])),
        ChangeRule("properties.subnets[]", Kind.UPDATES, _LEARN + "virtual-network/virtual-network-manage-subnet", old=(None,)),
        *properties(_CLI_TESTS + "network", "bgpCommunities", "encryption"),
        *properties(_TERRAFORM + "virtual_network", "dhcpOptions", "enableDdosProtection", "ddosProtectionPlan", "flowTimeoutInMinutes"),
    ),
    "Microsoft.Network/virtualNetworks/subnets": (
        ChangeRule("properties.addressPrefix", Kind.IN_USE, _LEARN + "virtual-network/virtual-network-manage-subnet", code="InUsePrefixCannotBeDeleted"),
        ChangeRule("properties.defaultOutboundAccess", Kind.FIXED, "https://www.pulumi.com/registry/packages/azure-native/api-docs/network/subnet/", "the published type states that it is set when the subnet is made"),
        *updates(_LEARN + "virtual-network/virtual-network-manage-subnet", "properties"),
    ),
    "Microsoft.Network/networkSecurityGroups": (
        *properties(_LEARN + "virtual-network/manage-network-security-group", "securityRules"),
    ),
    "Microsoft.Network/routeTables": (
        *properties(_LEARN + "virtual-network/manage-route-table", "routes", "disableBgpRoutePropagation"),
    ),
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": (
        ChangeRule("properties.remoteVirtualNetwork", Kind.FIXED, _TERRAFORM + "virtual_network_peering", _AS_NEW),
        *properties(_LEARN + "virtual-network/virtual-network-manage-peering", "allowForwardedTraffic", "allowGatewayTransit", "allowVirtualNetworkAccess", "useRemoteGateways"),
    ),
    "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections": (
        ChangeRule("properties.remoteVirtualNetwork", Kind.FIXED, _TERRAFORM + "virtual_hub_connection", _AS_NEW),
    ),
    "Microsoft.Network/publicIPAddresses": (
        *(ChangeRule(path, Kind.REPLACES, CREATE_ONLY) for path in ("location", "sku", "properties.publicIPAddressVersion", "properties.publicIPPrefix")),
        ChangeRule("zones", Kind.FIXED, _TERRAFORM + "public_ip", _AS_NEW),
        *properties(_CLI_TESTS + "network", "publicIPAllocationMethod"),
        *properties(_TERRAFORM + "public_ip", "idleTimeoutInMinutes", "ddosSettings", "dnsSettings"),
    ),
    "Microsoft.Network/azureFirewalls": (
        ChangeRule("properties.sku.tier", Kind.UPDATES, _LEARN + "firewall/change-sku", "between Standard and Premium", old=("Standard", "Premium"), new=("Standard", "Premium")),
        ChangeRule("properties.sku.tier", Kind.FIXED, _LEARN + "firewall/change-sku", "the Basic tier can be neither reached nor left"),
        ChangeRule("properties.sku.name", Kind.FIXED, _TERRAFORM + "firewall", _AS_NEW),
        ChangeRule("properties.ipConfigurations[].properties.subnet", Kind.FIXED, _TERRAFORM + "firewall", _AS_NEW),
        ChangeRule("zones", Kind.UPDATES, _FIREWALLS + "test_azure_firewall_zones.yaml", "recorded once: from zones 1 and 3 to zone 1"),
        *properties(_TERRAFORM + "firewall", "firewallPolicy", "threatIntelMode"),
    ),
    "Microsoft.Network/firewallPolicies": (
        ChangeRule("properties.sku", Kind.FIXED, _TERRAFORM + "firewall_policy", _AS_NEW),
        *properties(_TERRAFORM + "firewall_policy", "threatIntelMode", "threatIntelWhitelist", "dnsSettings", "basePolicy", "snat", "insights", "intrusionDetection"),
    ),
    "Microsoft.Network/firewallPolicies/ruleCollectionGroups": (
        ChangeRule("properties", Kind.UPDATES, _GITHUB + "Azure/azure-sdk-for-python/issues/24182", "all rules at once"),
    ),
    "Microsoft.Network/privateEndpoints": (
        ChangeRule("properties.subnet", Kind.REPLACES, CREATE_ONLY),
        ChangeRule("properties.privateLinkServiceConnections[].properties.privateLinkServiceId", Kind.REPLACES, "https://www.pulumi.com/docs/iac/concepts/resources/options/replaceonchanges/", "not azure-native but Pulumi, since each endpoint of this program requests it"),
        *updates(_CLI_TESTS + "network", "properties.privateLinkServiceConnections[].id", "properties.privateLinkServiceConnections[].properties.privateLinkServiceConnectionState"),
        ChangeRule("properties.privateLinkServiceConnections", Kind.FIXED, _TERRAFORM + "private_endpoint", _AS_NEW),
        ChangeRule("properties.manualPrivateLinkServiceConnections[].properties.privateLinkServiceId", Kind.REPLACES, "https://www.pulumi.com/docs/iac/concepts/resources/options/replaceonchanges/", "not azure-native but Pulumi, since each endpoint of this program requests it"),
        ChangeRule("properties.manualPrivateLinkServiceConnections", Kind.FIXED, _TERRAFORM + "private_endpoint", _AS_NEW),
        ChangeRule("properties.customNetworkInterfaceName", Kind.FIXED, _TERRAFORM + "private_endpoint", _AS_NEW),
        ChangeRule("properties.ipConfigurations", Kind.UPDATES, _CLI_TESTS + "network", "recorded once: an address was added"),
    ),
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": (
        ChangeRule("properties.privateDnsZoneConfigs[].properties.privateDnsZoneId", Kind.FIXED, _GITHUB + "hashicorp/terraform-provider-azurerm/issues/27559", "the zone group has to be created again"),
        *properties(_TERRAFORM + "private_endpoint", "privateDnsZoneConfigs"),
    ),
    "Microsoft.Network/privateDnsZones": (
        ChangeRule("location", Kind.REPLACES, _SPEC + "privatedns", "create-only in the specification"),
    ),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": (
        ChangeRule("location", Kind.REPLACES, _SPEC + "privatedns", "create-only in the specification"),
        ChangeRule("properties.virtualNetwork", Kind.FIXED, _TERRAFORM + "private_dns_zone_virtual_network_link", _AS_NEW),
        *properties(_TERRAFORM + "private_dns_zone_virtual_network_link", "registrationEnabled", "resolutionPolicy"),
    ),
    "Microsoft.ManagedIdentity/userAssignedIdentities": (
        ChangeRule("location", Kind.REPLACES, _SPEC + "msi", "create-only in the specification"),
    ),
    "Microsoft.KeyVault/vaults": (
        ChangeRule("properties.enablePurgeProtection", Kind.REFUSED, _REST + "keyvault/keyvault/vaults/create-or-update", "the property does not take false", old=(True,), new=(False,)),
        ChangeRule("properties.enablePurgeProtection", Kind.FIXED, _LEARN + "key-vault/general/soft-delete-overview", "once on, it stays on", old=(True,)),
        *default("properties.enableSoftDelete", True, _CLI_TESTS + "keyvault"),
        ChangeRule("properties.enableSoftDelete", Kind.UPDATES, _CLI_TESTS + "keyvault", "recorded 4 times", old=(False,), new=(True,)),
        ChangeRule("properties.enableSoftDelete", Kind.FIXED, _LEARN + "key-vault/general/soft-delete-overview", "once on, it stays on", old=(True,)),
        *default("properties.softDeleteRetentionInDays", 90, _LEARN + "key-vault/general/soft-delete-overview"),
        ChangeRule("properties.softDeleteRetentionInDays", Kind.FIXED, _LEARN + "key-vault/general/soft-delete-overview", "it is set when the vault is made"),
        *properties(_REST + "keyvault/keyvault/vaults/update", "enablePurgeProtection", "enableRbacAuthorization", "enabledForDeployment", "enabledForDiskEncryption", "enabledForTemplateDeployment", "networkAcls", "publicNetworkAccess", "sku", "accessPolicies"),
        ChangeRule("properties.tenantId", Kind.UPDATES, _LEARN + "key-vault/general/move-subscription", "and nobody has access until it is granted again"),
    ),
    "Microsoft.KeyVault/vaults/keys": (
        ChangeRule("properties", Kind.IGNORED, _REST + "keyvault/keyvault/keys/create-if-not-exist", "nothing is written to an existing key"),
    ),
    "Microsoft.Storage/storageAccounts": (
        ChangeRule("properties.isHnsEnabled", Kind.REPLACES, CREATE_ONLY),
        ChangeRule("location", Kind.REPLACES, CREATE_ONLY),
        ChangeRule("kind", Kind.UPDATES, _REST + "storagerp/storage-accounts/update", "an upgrade", old=("Storage", "BlobStorage"), new=("StorageV2",)),
        ChangeRule("kind", Kind.FIXED, _REST + "storagerp/storage-accounts/update", "an update takes StorageV2 alone"),
        ChangeRule("sku.name", Kind.UPDATES, _LEARN + "storage/common/redundancy-migration", old=_SINGLE_LRS, new=_SINGLE_LRS),
        ChangeRule("sku.name", Kind.UPDATES, _LEARN + "storage/common/redundancy-migration", old=_ZONES_ZRS, new=_ZONES_ZRS),
        ChangeRule("sku.name", Kind.FIXED, _LEARN + "storage/common/redundancy-migration", "zones are changed by a conversion on request, not by an update; performance never changes"),
        ChangeRule("properties.encryption.requireInfrastructureEncryption", Kind.FIXED, _LEARN + "storage/common/infrastructure-encryption-enable", "it is set when the account is made"),
        ChangeRule("properties.isNfsV3Enabled", Kind.FIXED, _TERRAFORM + "storage_account", _AS_NEW),
        ChangeRule("properties.largeFileSharesState", Kind.FIXED, _TERRAFORM + "storage_account", "once on, it stays on", old=("Enabled",)),
        ChangeRule("properties.networkAcls", Kind.UPDATES, _GITHUB + "pulumi/pulumi-azure-native/blob/master/provider/pkg/gen/propertyDefaults.go", "azure-native opens the account to all networks", new=(None,)),
        *properties(_REST + "storagerp/storage-accounts/update", "accessTier", "allowBlobPublicAccess", "allowCrossTenantReplication", "allowSharedKeyAccess", "allowedCopyScope", "azureFilesIdentityBasedAuthentication", "defaultToOAuthAuthentication", "supportsHttpsTrafficOnly", "encryption", "isLocalUserEnabled", "isSftpEnabled", "keyPolicy", "largeFileSharesState", "minimumTlsVersion", "networkAcls", "publicNetworkAccess", "routingPreference", "sasPolicy"),
        *updates(_REST + "storagerp/storage-accounts/update", "identity"),
    ),
    "Microsoft.Storage/storageAccounts/blobServices": (
        ChangeRule("properties", Kind.UPDATES, _REST + "storagerp/blob-services/set-service-properties"),
    ),
    "Microsoft.Storage/storageAccounts/fileServices": (
        ChangeRule("properties", Kind.UPDATES, _REST + "storagerp/file-services/set-service-properties"),
    ),
    "Microsoft.Storage/storageAccounts/blobServices/containers": (
        ChangeRule("properties.immutableStorageWithVersioning", Kind.FIXED, "https://www.pulumi.com/registry/packages/azure-native/api-docs/storage/blobcontainer/", "it is set when the container is made"),
        *properties(_REST + "storagerp/blob-containers/update", "publicAccess", "metadata"),
        *properties(_CLI_TESTS + "storage", "enableNfsV3AllSquash", "enableNfsV3RootSquash"),
    ),
    "Microsoft.ContainerRegistry/registries": (
        ChangeRule("location", Kind.REPLACES, _SPEC + "containerregistry", "create-only in the specification"),
        *default("properties.zoneRedundancy", "Disabled", _CLI_TESTS + "acr"),
        ChangeRule("properties.zoneRedundancy", Kind.FIXED, _LEARN + "container-registry/zone-redundancy", "it is set when the registry is made"),
        ChangeRule("properties.encryption.status", Kind.FIXED, _LEARN + "container-registry/tutorial-customer-managed-keys", "a registry begins with a customer-managed key or never has one"),
        *properties(_REST + "containerregistry/registries/update", "adminUserEnabled", "anonymousPullEnabled", "dataEndpointEnabled", "encryption", "networkRuleBypassOptions", "networkRuleSet", "policies", "publicNetworkAccess"),
        *updates(_REST + "containerregistry/registries/update", "sku", "identity"),
    ),
    "Microsoft.ContainerRegistry/registries/replications": (
        ChangeRule("location", Kind.REPLACES, _SPEC + "containerregistry", "create-only in the specification"),
        ChangeRule("properties.zoneRedundancy", Kind.FIXED, _LEARN + "container-registry/zone-redundancy", "it is set when the replica is made"),
        *properties(_REST + "containerregistry/replications/update", "regionEndpointEnabled"),
    ),
    "Microsoft.Insights/components": (
        ChangeRule("location", Kind.REPLACES, _SPEC + "applicationinsights", "create-only in the specification"),
        ChangeRule("properties.Application_Type", Kind.REPLACES, _SPEC + "applicationinsights", "create-only in the specification"),
        *properties(_TERRAFORM + "application_insights", "RetentionInDays", "SamplingPercentage", "DisableIpMasking", "DisableLocalAuth", "publicNetworkAccessForIngestion", "publicNetworkAccessForQuery"),
    ),
    "Microsoft.OperationalInsights/workspaces": (
        ChangeRule("location", Kind.REPLACES, _SPEC + "operationalinsights", "create-only in the specification"),
        *properties(_REST + "loganalytics/workspaces/update", "sku", "retentionInDays", "workspaceCapping", "features", "publicNetworkAccessForIngestion", "publicNetworkAccessForQuery", "forceCmkForQuery", "defaultDataCollectionRuleResourceId"),
    ),
    "Microsoft.MachineLearningServices/workspaces": (
        *(ChangeRule(f"properties.{name}", Kind.REFUSED, _GITHUB + "Azure/azure-rest-api-specs/blob/main/specification/machinelearningservices/resource-manager/Microsoft.MachineLearningServices/stable/2024-10-01/workspaceRP.json", "it is set when the workspace is made") for name in ("storageAccount", "keyVault")),
        ChangeRule("kind", Kind.FIXED, _TERRAFORM + "machine_learning_workspace", _AS_NEW),
        ChangeRule("properties.hbiWorkspace", Kind.FIXED, _LEARN + "machine-learning/concept-data-encryption", "it is set when the workspace is made"),
        ChangeRule("properties.enableDataIsolation", Kind.FIXED, _LEARN + "machine-learning/how-to-identity-based-service-authentication", "it is set when the workspace is made"),
        ChangeRule("properties.hubResourceId", Kind.FIXED, _REST + "azureml/workspaces/update", "no update takes it"),
        ChangeRule("properties.encryption.keyVaultProperties.keyIdentifier", Kind.UPDATES, _LEARN + "machine-learning/concept-customer-managed-keys", "another version of the key"),
        ChangeRule("properties.encryption", Kind.FIXED, _LEARN + "machine-learning/concept-customer-managed-keys", "it is set when the workspace is made"),
        ChangeRule("properties.enableServiceSideCMKEncryption", Kind.FIXED, _LEARN + "machine-learning/concept-customer-managed-keys", "it is set when the workspace is made"),
        ChangeRule("properties.serviceManagedResourcesSettings", Kind.UPDATES, _REST + "azureml/workspaces/update"),
        ChangeRule("properties.managedNetwork.isolationMode", Kind.FIXED, _MANAGED, "a managed network cannot be given up", old=("AllowInternetOutbound", "AllowOnlyApprovedOutbound"), new=("Disabled", None)),
        ChangeRule("properties.managedNetwork.isolationMode", Kind.FIXED, _MANAGED, "approved destinations cannot become all of the internet", old=("AllowOnlyApprovedOutbound",), new=("AllowInternetOutbound",)),
        ChangeRule("properties.managedNetwork.isolationMode", Kind.UPDATES, _MANAGED, "compute targets and online endpoints must be deleted and created again", old=("Disabled", None)),
        ChangeRule("properties.managedNetwork.isolationMode", Kind.UNKNOWN, _MANAGED, "the page forbids only the way back; others report that neither way works", old=("AllowInternetOutbound",)),
        ChangeRule("properties.managedNetwork.managedNetworkKind", Kind.FIXED, "https://www.pulumi.com/registry/packages/azure-native/api-docs/machinelearningservices/workspace/", "V2 does not become V1", old=("V2",)),
        ChangeRule("properties.provisionNetworkNow", Kind.IGNORED, "https://www.pulumi.com/registry/packages/azure-native/api-docs/machinelearningservices/workspace/", "it does something only when the workspace is made"),
        ChangeRule("identity.type", Kind.FIXED, _LEARN + "machine-learning/how-to-identity-based-service-authentication", "a user-assigned identity that was added to the system's stays", old=("SystemAssigned,UserAssigned", "SystemAssigned, UserAssigned"), new=("SystemAssigned",)),
        ChangeRule("properties.featureStoreSettings.offlineStoreConnectionName", Kind.UPDATES, _GITHUB + "Azure/azure-sdk-for-python/blob/main/sdk/ml/azure-ai-ml/azure/ai/ml/operations/_feature_store_operations.py", "features that were materialised into the earlier store are not available: run a backfill again"),
        *properties(_REST + "azureml/workspaces/update", "description", "friendlyName", "imageBuildCompute", "primaryUserAssignedIdentity", "serverlessComputeSettings", "publicNetworkAccess", "applicationInsights", "containerRegistry", "featureStoreSettings"),
        ChangeRule("properties.v1LegacyMode", Kind.UPDATES, _LEARN + "machine-learning/how-to-configure-network-isolation-with-v2", "half an hour or more until it holds"),
        ChangeRule("properties.systemDatastoresAuthMode", Kind.UPDATES, _LEARN + "machine-learning/how-to-disable-local-auth-storage"),
        *updates(_REST + "azureml/workspaces/update", "sku", "identity"),
    ),
    "Microsoft.MachineLearningServices/workspaces/computes": (
        ChangeRule("properties.properties.scaleSettings", Kind.UPDATES, _REST + "azureml/compute/update"),
        ChangeRule("properties", Kind.IGNORED, _COMPUTE, "an existing compute keeps the settings that it was created with"),
        ChangeRule("tags", Kind.UNKNOWN, _COMPUTE, "an update takes only the scale settings"),
        *updates(_GITHUB + "hashicorp/terraform-provider-azurerm/pull/26404", "identity"),
    ),
    "Microsoft.Insights/diagnosticSettings": (
        *properties(_REST + "monitor/diagnostic-settings/create-or-update", "logs", "metrics", "workspaceId"),
        *properties(_TERRAFORM + "monitor_diagnostic_setting", "logAnalyticsDestinationType"),
    ),
    "Microsoft.Authorization/roleAssignments": (
        ChangeRule("properties.principalId", Kind.REPLACES, CREATE_ONLY),
        *properties(_LEARN + "role-based-access-control/conditions-role-assignments-cli", "description", "condition", "conditionVersion"),
    ),
    "Microsoft.Authorization/locks": (
        *properties(_LEARN + "azure-resource-manager/management/lock-resources", "level", "notes"),
    ),
    "Microsoft.Authorization/policyDefinitions": (
        ChangeRule("properties.policyType", Kind.FIXED, _TERRAFORM + "policy_definition", _AS_NEW),
        ChangeRule("properties.parameters.*", Kind.REFUSED, _GITHUB + "hashicorp/terraform-provider-azurerm/issues/15444", "a parameter is not taken out of a definition: it needs another name", new=(None,)),
        ChangeRule("properties.parameters.*", Kind.UPDATES, _LEARN + "governance/policy/concepts/definition-structure-parameters", "where it is assigned, only with a default", old=(None,)),
        *properties(_TERRAFORM + "policy_definition", "displayName", "description", "metadata", "policyRule", "mode"),
    ),
    "Microsoft.Authorization/policySetDefinitions": (
        ChangeRule("properties.policyType", Kind.FIXED, _TERRAFORM + "policy_set_definition", _AS_NEW),
        ChangeRule("properties.parameters.*", Kind.REFUSED, _GITHUB + "hashicorp/terraform-provider-azurerm/issues/15444", "a parameter is not taken out of a definition: it needs another name", new=(None,)),
        ChangeRule("properties.parameters.*", Kind.UPDATES, _LEARN + "governance/policy/concepts/definition-structure-parameters", "where it is assigned, only with a default", old=(None,)),
        *properties(_TERRAFORM + "policy_set_definition", "displayName", "description", "metadata", "policyDefinitions", "policyDefinitionGroups"),
    ),
    "Microsoft.Authorization/policyAssignments": (
        ChangeRule("location", Kind.UPDATES, _ADDS, "azure-native sends the provider's region where the program gives none", old=(None,)),
        ChangeRule("location", Kind.FIXED, _GITHUB + "Azure/enterprise-azure-policy-as-code/issues/246", "the assignment has to be created again"),
        ChangeRule("properties.policyDefinitionId", Kind.FIXED, _TERRAFORM + "subscription_policy_assignment", _AS_NEW),
        *properties(_TERRAFORM + "subscription_policy_assignment", "displayName", "description", "metadata", "parameters", "enforcementMode", "notScopes", "nonComplianceMessages", "overrides", "resourceSelectors"),
        *updates(_TERRAFORM + "subscription_policy_assignment", "identity"),
    ),
    "Microsoft.Authorization/policyExemptions": (
        ChangeRule("properties.policyAssignmentId", Kind.FIXED, _TERRAFORM + "subscription_policy_exemption", _AS_NEW),
        *properties(_TERRAFORM + "subscription_policy_exemption", "displayName", "description", "metadata", "exemptionCategory", "expiresOn", "policyDefinitionReferenceIds"),
    ),
    "Microsoft.Insights/privateLinkScopes": tracked(),
    "Microsoft.Authorization/roleDefinitions": properties(_CLI_TESTS + "role", "permissions"),
    "Microsoft.Network/networkSecurityGroups/securityRules": properties(_CLI_TESTS + "network", "access", "description", "destinationApplicationSecurityGroups", "destinationPortRange", "direction", "priority", "protocol", "sourceAddressPrefix"),
}  # fmt: skip
