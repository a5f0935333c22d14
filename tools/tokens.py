"""The resource classes whose shapes are derived: each with its ARM type and the inputs that form its id."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A class of the SDK. `path`: inputs that the URL carries, group or scope first; `query`: those after the `?`."""

    module: str
    name: str
    arm_type: str
    path: tuple[str, ...]
    scope: str = "resourceGroup"
    init: bool = False
    query: tuple[str, ...] = ()

    @property
    def args(self) -> str:
        """The Args class of the resource: network calls some XInitArgs, since XArgs is the nested type."""
        return f"{self.name}{'Init' if self.init else ''}Args"


_GROUP = "resourceGroupName"
_NETWORK, _ML = "Microsoft.Network", "Microsoft.MachineLearningServices"

TOKENS = (
    Token("resources", "ResourceGroup", "Microsoft.Resources/resourceGroups", (_GROUP,)),
    Token("network", "VirtualNetwork", f"{_NETWORK}/virtualNetworks", (_GROUP, "virtualNetworkName"), init=True),
    Token("network", "NetworkSecurityGroup", f"{_NETWORK}/networkSecurityGroups", (_GROUP, "networkSecurityGroupName"), init=True),
    Token("network", "RouteTable", f"{_NETWORK}/routeTables", (_GROUP, "routeTableName"), init=True),
    Token(
        "network", "VirtualNetworkPeering", f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings",
        (_GROUP, "virtualNetworkName", "virtualNetworkPeeringName"), init=True, query=("syncRemoteAddressSpace",),
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
    Token("applicationinsights", "Component", "Microsoft.Insights/components", (_GROUP, "resourceName")),
    Token("operationalinsights", "Workspace", "Microsoft.OperationalInsights/workspaces", (_GROUP, "workspaceName")),
    Token("machinelearningservices", "Workspace", f"{_ML}/workspaces", (_GROUP, "workspaceName")),
    Token("machinelearningservices", "Compute", f"{_ML}/workspaces/computes", (_GROUP, "workspaceName", "computeName")),
    Token("monitor", "DiagnosticSetting", "Microsoft.Insights/diagnosticSettings", ("resourceUri", "name"), scope="extension"),
    Token(
        "authorization", "RoleAssignment", "Microsoft.Authorization/roleAssignments", ("scope", "roleAssignmentName"),
        scope="extension",
    ),
    Token("authorization", "ManagementLockByScope", "Microsoft.Authorization/locks", ("scope", "lockName"), scope="extension"),
)  # fmt: skip
