"""The resource classes whose shapes are derived: each with its ARM type and the inputs that form its id."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A class of the SDK. `path`: inputs that the URL carries, resource group or scope first; `query`: those after the
    `?`.

    A part of the path in braces is no input: `{subscription}` is the provider's, `{=default}` always that word. A
    segment of the type in braces is the value of that input. `url`: further inputs that only choose the URL.
    """

    module: str
    name: str
    arm_type: str
    path: tuple[str, ...]
    scope: str = "resourceGroup"
    init: bool = False
    query: tuple[str, ...] = ()
    url: tuple[str, ...] = ()

    @property
    def args(self) -> str:
        """The Args class of the resource: network calls some XInitArgs, since XArgs is the nested type."""
        return f"{self.name}{'Init' if self.init else ''}Args"


_GROUP = "resourceGroupName"
_NETWORK, _ML = "Microsoft.Network", "Microsoft.MachineLearningServices"
_AUTH, _POLICY = "Microsoft.Authorization", "Microsoft.PolicyInsights"

TOKENS = (
    Token("resources", "ResourceGroup", "Microsoft.Resources/resourceGroups", (_GROUP,)),
    Token("network", "VirtualNetwork", f"{_NETWORK}/virtualNetworks", (_GROUP, "virtualNetworkName"), init=True),
    Token("network", "NetworkSecurityGroup", f"{_NETWORK}/networkSecurityGroups", (_GROUP, "networkSecurityGroupName"), init=True),
    Token("network", "ServiceEndpointPolicy", f"{_NETWORK}/serviceEndpointPolicies", (_GROUP, "serviceEndpointPolicyName"), init=True),
    Token("network", "RouteTable", f"{_NETWORK}/routeTables", (_GROUP, "routeTableName"), init=True),
    Token(
        "network", "VirtualNetworkPeering", f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings",
        (_GROUP, "virtualNetworkName", "virtualNetworkPeeringName"), init=True, query=("syncRemoteAddressSpace",),
    ),
    Token(
        "network", "HubVirtualNetworkConnection", f"{_NETWORK}/virtualHubs/hubVirtualNetworkConnections",
        (_GROUP, "virtualHubName", "connectionName"),
    ),
    Token("network", "PublicIPAddress", f"{_NETWORK}/publicIPAddresses", (_GROUP, "publicIpAddressName"), init=True),
    Token("network", "AzureFirewall", f"{_NETWORK}/azureFirewalls", (_GROUP, "azureFirewallName")),
    Token("network", "FirewallPolicy", f"{_NETWORK}/firewallPolicies", (_GROUP, "firewallPolicyName")),
    Token(
        "network", "FirewallPolicyRuleCollectionGroup", f"{_NETWORK}/firewallPolicies/ruleCollectionGroups",
        (_GROUP, "firewallPolicyName", "ruleCollectionGroupName"),
    ),
    Token("network", "BastionHost", f"{_NETWORK}/bastionHosts", (_GROUP, "bastionHostName")),
    Token("network", "PrivateEndpoint", f"{_NETWORK}/privateEndpoints", (_GROUP, "privateEndpointName")),
    Token(
        "network", "PrivateDnsZoneGroup", f"{_NETWORK}/privateEndpoints/privateDnsZoneGroups",
        (_GROUP, "privateEndpointName", "privateDnsZoneGroupName"),
    ),
    Token("privatedns", "PrivateZone", f"{_NETWORK}/privateDnsZones", (_GROUP, "privateZoneName")),
    Token(
        "privatedns", "VirtualNetworkLink", f"{_NETWORK}/privateDnsZones/virtualNetworkLinks",
        (_GROUP, "privateZoneName", "virtualNetworkLinkName"),
    ),
    Token("managedidentity", "UserAssignedIdentity", "Microsoft.ManagedIdentity/userAssignedIdentities", (_GROUP, "resourceName")),
    Token("keyvault", "Vault", "Microsoft.KeyVault/vaults", (_GROUP, "vaultName")),
    Token("storage", "StorageAccount", "Microsoft.Storage/storageAccounts", (_GROUP, "accountName")),
    Token("containerregistry", "Registry", "Microsoft.ContainerRegistry/registries", (_GROUP, "registryName")),
    Token(
        "containerregistry", "Replication", "Microsoft.ContainerRegistry/registries/replications",
        (_GROUP, "registryName", "replicationName"),
    ),
    Token("applicationinsights", "Component", "Microsoft.Insights/components", (_GROUP, "resourceName")),
    Token("applicationinsights", "Workbook", "Microsoft.Insights/workbooks", (_GROUP, "resourceName")),
    Token("operationalinsights", "Workspace", "Microsoft.OperationalInsights/workspaces", (_GROUP, "workspaceName")),
    Token("machinelearningservices", "Workspace", f"{_ML}/workspaces", (_GROUP, "workspaceName")),
    Token("machinelearningservices", "Compute", f"{_ML}/workspaces/computes", (_GROUP, "workspaceName", "computeName")),
    Token("monitor", "DiagnosticSetting", "Microsoft.Insights/diagnosticSettings", ("resourceUri", "name"), scope="extension"),
    Token(
        "authorization", "RoleAssignment", "Microsoft.Authorization/roleAssignments", ("scope", "roleAssignmentName"),
        scope="extension",
    ),
    Token("authorization", "ManagementLockByScope", "Microsoft.Authorization/locks", ("scope", "lockName"), scope="extension"),
    Token("network", "Subnet", f"{_NETWORK}/virtualNetworks/subnets", (_GROUP, "virtualNetworkName", "subnetName"), init=True),
    Token(
        "network", "SecurityRule", f"{_NETWORK}/networkSecurityGroups/securityRules",
        (_GROUP, "networkSecurityGroupName", "securityRuleName"), init=True,
    ),
    Token("network", "Route", f"{_NETWORK}/routeTables/routes", (_GROUP, "routeTableName", "routeName"), init=True),
    Token("network", "IpGroup", f"{_NETWORK}/ipGroups", (_GROUP, "ipGroupsName")),
    Token("network", "NatGateway", f"{_NETWORK}/natGateways", (_GROUP, "natGatewayName"), init=True),
    Token(
        "network", "VirtualNetworkGateway", f"{_NETWORK}/virtualNetworkGateways", (_GROUP, "virtualNetworkGatewayName"),
        init=True,
    ),
    Token("network", "FlowLog", f"{_NETWORK}/networkWatchers/flowLogs", (_GROUP, "networkWatcherName", "flowLogName")),
    Token("network", "DdosProtectionPlan", f"{_NETWORK}/ddosProtectionPlans", (_GROUP, "ddosProtectionPlanName")),
    Token("network", "NetworkManager", f"{_NETWORK}/networkManagers", (_GROUP, "networkManagerName")),
    Token(
        "privatedns", "PrivateRecordSet", f"{_NETWORK}/privateDnsZones/{{recordType}}",
        (_GROUP, "privateZoneName", "relativeRecordSetName"), url=("recordType",),
    ),
    Token("dnsresolver", "DnsResolver", f"{_NETWORK}/dnsResolvers", (_GROUP, "dnsResolverName")),
    Token(
        "dnsresolver", "InboundEndpoint", f"{_NETWORK}/dnsResolvers/inboundEndpoints",
        (_GROUP, "dnsResolverName", "inboundEndpointName"),
    ),
    Token(
        "dnsresolver", "OutboundEndpoint", f"{_NETWORK}/dnsResolvers/outboundEndpoints",
        (_GROUP, "dnsResolverName", "outboundEndpointName"),
    ),
    Token("dnsresolver", "DnsResolverPolicy", f"{_NETWORK}/dnsResolverPolicies", (_GROUP, "dnsResolverPolicyName")),
    Token(
        "dnsresolver", "DnsSecurityRule", f"{_NETWORK}/dnsResolverPolicies/dnsSecurityRules",
        (_GROUP, "dnsResolverPolicyName", "dnsSecurityRuleName"),
    ),
    Token(
        "dnsresolver", "DnsResolverPolicyVirtualNetworkLink", f"{_NETWORK}/dnsResolverPolicies/virtualNetworkLinks",
        (_GROUP, "dnsResolverPolicyName", "dnsResolverPolicyVirtualNetworkLinkName"),
    ),
    Token("dnsresolver", "DnsResolverDomainList", f"{_NETWORK}/dnsResolverDomainLists", (_GROUP, "dnsResolverDomainListName")),
    Token("dnsresolver", "DnsForwardingRuleset", f"{_NETWORK}/dnsForwardingRulesets", (_GROUP, "dnsForwardingRulesetName")),
    Token(
        "dnsresolver", "ForwardingRule", f"{_NETWORK}/dnsForwardingRulesets/forwardingRules",
        (_GROUP, "dnsForwardingRulesetName", "forwardingRuleName"),
    ),
    Token(
        "dnsresolver", "PrivateResolverVirtualNetworkLink", f"{_NETWORK}/dnsForwardingRulesets/virtualNetworkLinks",
        (_GROUP, "dnsForwardingRulesetName", "virtualNetworkLinkName"),
    ),
    Token(
        "machinelearningservices", "Datastore", f"{_ML}/workspaces/datastores", (_GROUP, "workspaceName", "name"),
        query=("skipValidation",),
    ),
    Token(
        "machinelearningservices", "WorkspaceConnection", f"{_ML}/workspaces/connections",
        (_GROUP, "workspaceName", "connectionName"),
    ),
    Token("machinelearningservices", "Registry", f"{_ML}/registries", (_GROUP, "registryName")),
    Token(
        "machinelearningservices", "OnlineEndpoint", f"{_ML}/workspaces/onlineEndpoints",
        (_GROUP, "workspaceName", "endpointName"),
    ),
    Token(
        "machinelearningservices", "OnlineDeployment", f"{_ML}/workspaces/onlineEndpoints/deployments",
        (_GROUP, "workspaceName", "endpointName", "deploymentName"),
    ),
    Token(
        "machinelearningservices", "BatchEndpoint", f"{_ML}/workspaces/batchEndpoints",
        (_GROUP, "workspaceName", "endpointName"),
    ),
    Token(
        "machinelearningservices", "ManagedNetworkSettingsRule", f"{_ML}/workspaces/outboundRules",
        (_GROUP, "workspaceName", "ruleName"),
    ),
    Token(
        "machinelearningservices", "PrivateEndpointConnection", f"{_ML}/workspaces/privateEndpointConnections",
        (_GROUP, "workspaceName", "privateEndpointConnectionName"),
    ),
    Token("keyvault", "Key", "Microsoft.KeyVault/vaults/keys", (_GROUP, "vaultName", "keyName")),
    Token("keyvault", "Secret", "Microsoft.KeyVault/vaults/secrets", (_GROUP, "vaultName", "secretName")),
    Token(
        "storage", "BlobContainer", "Microsoft.Storage/storageAccounts/blobServices/containers",
        (_GROUP, "accountName", "{=default}", "containerName"),
    ),
    Token(
        "storage", "BlobServiceProperties", "Microsoft.Storage/storageAccounts/blobServices",
        (_GROUP, "accountName", "blobServicesName"),
    ),
    Token(
        "storage", "FileServiceProperties", "Microsoft.Storage/storageAccounts/fileServices",
        (_GROUP, "accountName", "fileServicesName"),
    ),
    Token(
        "storage", "ManagementPolicy", "Microsoft.Storage/storageAccounts/managementPolicies",
        (_GROUP, "accountName", "managementPolicyName"),
    ),
    Token(
        "monitor", "ManagementGroupDiagnosticSetting", "Microsoft.Insights/diagnosticSettings",
        ("managementGroupId", "name"), scope="managementGroup",
    ),
    Token("monitor", "ActionGroup", "Microsoft.Insights/actionGroups", (_GROUP, "actionGroupName"), init=True),
    Token("monitor", "MetricAlert", "Microsoft.Insights/metricAlerts", (_GROUP, "ruleName")),
    Token("monitor", "PrivateLinkScope", "Microsoft.Insights/privateLinkScopes", (_GROUP, "scopeName")),
    Token(
        "monitor", "PrivateLinkScopedResource", "Microsoft.Insights/privateLinkScopes/scopedResources",
        (_GROUP, "scopeName", "name"),
    ),
    Token("authorization", "PolicyDefinition", f"{_AUTH}/policyDefinitions", ("policyDefinitionName",), scope="subscription"),
    Token(
        "authorization", "PolicyDefinitionAtManagementGroup", f"{_AUTH}/policyDefinitions",
        ("managementGroupId", "policyDefinitionName"), scope="managementGroup",
    ),
    Token(
        "authorization", "PolicyDefinitionVersion", f"{_AUTH}/policyDefinitions/versions",
        ("policyDefinitionName", "policyDefinitionVersion"), scope="subscription",
    ),
    Token(
        "authorization", "PolicySetDefinition", f"{_AUTH}/policySetDefinitions", ("policySetDefinitionName",),
        scope="subscription",
    ),
    Token(
        "authorization", "PolicySetDefinitionAtManagementGroup", f"{_AUTH}/policySetDefinitions",
        ("managementGroupId", "policySetDefinitionName"), scope="managementGroup",
    ),
    Token(
        "authorization", "PolicyAssignment", f"{_AUTH}/policyAssignments", ("scope", "policyAssignmentName"),
        scope="extension",
    ),
    Token(
        "authorization", "PolicyExemption", f"{_AUTH}/policyExemptions", ("scope", "policyExemptionName"),
        scope="extension",
    ),
    Token("authorization", "RoleDefinition", f"{_AUTH}/roleDefinitions", ("scope", "roleDefinitionId"), scope="extension"),
    Token("authorization", "ManagementLockAtResourceGroupLevel", f"{_AUTH}/locks", (_GROUP, "lockName")),
    Token(
        "policyinsights", "RemediationAtSubscription", f"{_POLICY}/remediations", ("remediationName",), scope="subscription",
    ),
    Token("policyinsights", "RemediationAtResourceGroup", f"{_POLICY}/remediations", (_GROUP, "remediationName")),
    Token(
        "policyinsights", "RemediationAtManagementGroup", f"{_POLICY}/remediations",
        ("managementGroupId", "remediationName"), scope="managementGroup", url=("managementGroupsNamespace",),
    ),
    Token(
        "policyinsights", "RemediationAtResource", f"{_POLICY}/remediations", ("resourceId", "remediationName"),
        scope="extension",
    ),
    Token(
        "policyinsights", "AttestationAtSubscription", f"{_POLICY}/attestations", ("attestationName",), scope="subscription",
    ),
    Token("management", "ManagementGroup", "Microsoft.Management/managementGroups", ("groupId",), scope="tenant"),
    Token(
        "management", "ManagementGroupSubscription", "Microsoft.Management/managementGroups/subscriptions",
        ("groupId", "{subscription}"), scope="tenant",
    ),
    Token(
        "managedidentity", "FederatedIdentityCredential",
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        (_GROUP, "resourceName", "federatedIdentityCredentialResourceName"),
    ),
    Token("containerservice", "ManagedCluster", "Microsoft.ContainerService/managedClusters", (_GROUP, "resourceName")),
    Token(
        "containerservice", "AgentPool", "Microsoft.ContainerService/managedClusters/agentPools",
        (_GROUP, "resourceName", "agentPoolName"),
    ),
    Token(
        "containerservice", "MaintenanceConfiguration", "Microsoft.ContainerService/managedClusters/maintenanceConfigurations",
        (_GROUP, "resourceName", "configName"),
    ),
    Token(
        "containerservice", "TrustedAccessRoleBinding",
        "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings",
        (_GROUP, "resourceName", "trustedAccessRoleBindingName"),
    ),
    Token(
        "kubernetesconfiguration", "Extension", "Microsoft.KubernetesConfiguration/extensions",
        (_GROUP, "clusterRp", "clusterResourceName", "clusterName", "extensionName"), scope="cluster",
    ),
    Token(
        "kubernetesconfiguration", "FluxConfiguration", "Microsoft.KubernetesConfiguration/fluxConfigurations",
        (_GROUP, "clusterRp", "clusterResourceName", "clusterName", "fluxConfigurationName"), scope="cluster",
    ),
    Token("security", "Pricing", "Microsoft.Security/pricings", ("scopeId", "pricingName"), scope="extension"),
    Token("consumption", "Budget", "Microsoft.Consumption/budgets", ("scope", "budgetName"), scope="extension"),
    Token("costmanagement", "Budget", "Microsoft.CostManagement/budgets", ("scope", "budgetName"), scope="extension"),
    Token("dashboard", "Grafana", "Microsoft.Dashboard/grafana", (_GROUP, "workspaceName")),
    Token(
        "dashboard", "ManagedPrivateEndpoint", "Microsoft.Dashboard/grafana/managedPrivateEndpoints",
        (_GROUP, "workspaceName", "managedPrivateEndpointName"),
    ),
    Token("monitor", "AzureMonitorWorkspace", "Microsoft.Monitor/accounts", (_GROUP, "azureMonitorWorkspaceName")),
    Token("monitor", "DataCollectionEndpoint", "Microsoft.Insights/dataCollectionEndpoints", (_GROUP, "dataCollectionEndpointName")),
    Token("monitor", "DataCollectionRule", "Microsoft.Insights/dataCollectionRules", (_GROUP, "dataCollectionRuleName")),
    Token(
        "monitor", "DataCollectionRuleAssociation", "Microsoft.Insights/dataCollectionRuleAssociations",
        ("resourceUri", "associationName"), scope="extension",
    ),
    Token("portal", "Dashboard", "Microsoft.Portal/dashboards", (_GROUP, "dashboardName")),
    Token("cognitiveservices", "Account", "Microsoft.CognitiveServices/accounts", (_GROUP, "accountName")),
    Token("search", "Service", "Microsoft.Search/searchServices", (_GROUP, "searchServiceName")),
    Token("datafactory", "Factory", "Microsoft.DataFactory/factories", (_GROUP, "factoryName")),
    Token("synapse", "Workspace", "Microsoft.Synapse/workspaces", (_GROUP, "workspaceName")),
    Token("synapse", "BigDataPool", "Microsoft.Synapse/workspaces/bigDataPools", (_GROUP, "workspaceName", "bigDataPoolName")),
    Token("synapse", "PrivateLinkHub", "Microsoft.Synapse/privateLinkHubs", (_GROUP, "privateLinkHubName")),
    Token("purview", "Account", "Microsoft.Purview/accounts", (_GROUP, "accountName")),
    Token("fabric", "FabricCapacity", "Microsoft.Fabric/capacities", (_GROUP, "capacityName")),
    Token("databricks", "Workspace", "Microsoft.Databricks/workspaces", (_GROUP, "workspaceName")),
    Token("databricks", "AccessConnector", "Microsoft.Databricks/accessConnectors", (_GROUP, "connectorName")),
    Token("monitor", "ActivityLogAlert", "Microsoft.Insights/activityLogAlerts", (_GROUP, "activityLogAlertName")),
    Token("monitor", "ScheduledQueryRule", "Microsoft.Insights/scheduledQueryRules", (_GROUP, "ruleName")),
    Token(
        "alertsmanagement", "AlertProcessingRuleByName", "Microsoft.AlertsManagement/actionRules",
        (_GROUP, "alertProcessingRuleName"),
    ),
    Token(
        "alertsmanagement", "PrometheusRuleGroup", "Microsoft.AlertsManagement/prometheusRuleGroups",
        (_GROUP, "ruleGroupName"),
    ),
)  # fmt: skip
