"""What components are given: every value decided, one frozen dataclass a component.

Ids are decided too: names are, so `spec.id` is where the resource will be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arm.ids import extension_id, resource_group_id, resource_id

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where resources go: a subscription's GUID, a resource group's name, a region."""

    subscription: str
    resource_group: str
    location: str

    @property
    def group_id(self) -> str:
        """The id of the resource group."""
        return resource_group_id(self.subscription, self.resource_group)

    def id(self, arm_type: str, *names: str) -> str:
        """The id of a resource in this place."""
        return resource_id(self.subscription, self.resource_group, arm_type, *names)


@dataclass(frozen=True, slots=True)
class ResourceGroupSpec:
    """A resource group."""

    place: Place
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.group_id


# --- what every component has: diagnostics, roles, locks, private endpoints


@dataclass(frozen=True, slots=True)
class DiagnosticsSpec:
    """Diagnostics of one resource (`target`: its id) to the central log. `tables`: Dedicated, or "" for the default."""

    target: str
    log_analytics: str
    logs: bool
    metrics: bool
    tables: str = ""


@dataclass(frozen=True, slots=True)
class PrincipalSpec:
    """Who gets a role: an Entra object id, or the id of an identity that is built here."""

    kind: str  # Group or ServicePrincipal
    object_id: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True)
class RoleAssignmentSpec:
    """A role on a scope. `key` is its part of the logical name; `name` the GUID that Azure keeps it under."""

    key: str
    name: str
    subscription: str
    scope: str
    role: str
    role_id: str
    principal: PrincipalSpec
    who: str
    why: str

    @property
    def id(self) -> str:
        return extension_id(self.scope, "Microsoft.Authorization/roleAssignments", self.name)


@dataclass(frozen=True, slots=True)
class LockSpec:
    """A lock against deletion. `notes` say why, to whoever meets it."""

    name: str
    scope: str
    notes: str


@dataclass(frozen=True, slots=True)
class ZoneSpec:
    """A private DNS zone."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class PrivateEndpointSpec:
    """A private endpoint for one group of one resource, and the zones that its names are written to.

    `after`: ids of what must stand before it, besides target, subnet and zones.
    """

    name: str
    interface: str
    group: str
    target: str
    subnet: str
    zones: tuple[ZoneSpec, ...]
    place: Place
    tags: Tags
    after: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/privateEndpoints", self.name)

    @property
    def zone_group(self) -> str:
        """The id of its zone group: once that stands, its names resolve."""
        return self.place.id("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", self.name, "default")


# --- networks


@dataclass(frozen=True, slots=True)
class NsgRuleSpec:
    """A rule of a network security group. Sources and destinations are ranges or service tags; `*` is any."""

    name: str
    priority: int
    direction: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ports: tuple[str, ...]
    why: str
    protocol: str = "*"
    access: str = "Allow"


@dataclass(frozen=True, slots=True)
class NetworkSecurityGroupSpec:
    """A network security group with all its rules."""

    role: str
    name: str
    place: Place
    rules: tuple[NsgRuleSpec, ...]
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/networkSecurityGroups", self.name)


@dataclass(frozen=True, slots=True)
class SubnetSpec:
    """A subnet inside a virtual network. `security_group` and `route_table` are ids, "" where Azure takes none."""

    name: str
    cidr: str
    security_group: str
    route_table: str


@dataclass(frozen=True, slots=True)
class VirtualNetworkSpec:
    """A virtual network and its subnets. `uses_firewall_dns`: its resources ask the firewall's DNS proxy."""

    name: str
    place: Place
    ranges: tuple[str, ...]
    subnets: tuple[SubnetSpec, ...]
    uses_firewall_dns: bool
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/virtualNetworks", self.name)

    def subnet_id(self, name: str) -> str:
        """The id of one of its subnets."""
        return self.place.id("Microsoft.Network/virtualNetworks/subnets", self.name, name)


@dataclass(frozen=True, slots=True)
class PeeringSpec:
    """One side of a peering: from the network in whose place it is to `remote`."""

    name: str
    network: str
    place: Place
    remote: str
    allow_gateway_transit: bool

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", self.network, self.name)

    @property
    def network_id(self) -> str:
        return self.place.id("Microsoft.Network/virtualNetworks", self.network)


@dataclass(frozen=True, slots=True)
class RouteTableSpec:
    """Routes of a spoke: everything to the firewall, whose private address only Azure knows."""

    name: str
    place: Place
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/routeTables", self.name)


@dataclass(frozen=True, slots=True)
class PublicAddressSpec:
    """A static public address of the Standard tier."""

    name: str
    place: Place
    zones: tuple[str, ...]
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/publicIPAddresses", self.name)


@dataclass(frozen=True, slots=True)
class NetworkRuleSpec:
    """A firewall rule by address and service tag."""

    name: str
    protocols: tuple[str, ...]
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ports: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class ApplicationRuleSpec:
    """A firewall rule by host name, HTTPS."""

    name: str
    sources: tuple[str, ...]
    hosts: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class RuleGroupSpec:
    """A rule collection group: one concern, one priority, its rules allowed."""

    name: str
    priority: int
    network_rules: tuple[NetworkRuleSpec, ...] = ()
    application_rules: tuple[ApplicationRuleSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class FirewallSpec:
    """The firewall, its address and its policy."""

    name: str
    policy: str
    place: Place
    tier: str
    threat_intelligence: str
    zones: tuple[str, ...]
    subnet: str
    address: PublicAddressSpec
    groups: tuple[RuleGroupSpec, ...]
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/azureFirewalls", self.name)

    @property
    def policy_id(self) -> str:
        return self.place.id("Microsoft.Network/firewallPolicies", self.policy)

    def group_id(self, name: str) -> str:
        """The id of one of its rule collection groups."""
        return self.place.id("Microsoft.Network/firewallPolicies/ruleCollectionGroups", self.policy, name)


@dataclass(frozen=True, slots=True)
class BastionSpec:
    """Azure Bastion and its address."""

    name: str
    place: Place
    subnet: str
    address: PublicAddressSpec
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/bastionHosts", self.name)


@dataclass(frozen=True, slots=True)
class ZoneLinkSpec:
    """A zone's link to one network. It is made where the zone is. `role` is its part of the logical name."""

    role: str
    zone: ZoneSpec
    name: str
    network: str
    place: Place
    tags: Tags

    @property
    def id(self) -> str:
        return f"{self.zone.id}/virtualNetworkLinks/{self.name}"


@dataclass(frozen=True, slots=True)
class PrivateDnsSpec:
    """All private DNS zones, and their links to the hub."""

    place: Place
    zones: tuple[ZoneSpec, ...]
    links: tuple[ZoneLinkSpec, ...]
    tags: Tags


@dataclass(frozen=True, slots=True)
class LogAnalyticsSpec:
    """The central log. `daily_cap_gb` 0 means none."""

    name: str
    place: Place
    retention_days: int
    daily_cap_gb: float
    diagnostics: DiagnosticsSpec
    lock: LockSpec | None
    protect: bool
    roles: tuple[RoleAssignmentSpec, ...]
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.OperationalInsights/workspaces", self.name)


@dataclass(frozen=True, slots=True)
class HubSpec:
    """The hub: its group, central log, network, firewall and zones."""

    group: ResourceGroupSpec
    log_analytics: LogAnalyticsSpec
    security_groups: tuple[NetworkSecurityGroupSpec, ...]
    network: VirtualNetworkSpec
    firewall: FirewallSpec
    bastion: BastionSpec | None
    dns: PrivateDnsSpec


@dataclass(frozen=True, slots=True)
class SpokeSpec:
    """A spoke, and both sides of its peering with the hub. `name` is its key in the stack file."""

    name: str
    group: ResourceGroupSpec
    security_groups: tuple[NetworkSecurityGroupSpec, ...]
    routes: RouteTableSpec
    network: VirtualNetworkSpec
    to_hub: PeeringSpec
    from_hub: PeeringSpec
    links: tuple[ZoneLinkSpec, ...]


# --- project environments


@dataclass(frozen=True, slots=True)
class IdentitySpec:
    """A user-assigned identity."""

    role: str
    name: str
    place: Place
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.ManagedIdentity/userAssignedIdentities", self.name)


@dataclass(frozen=True, slots=True)
class KeyVaultSpec:
    """A vault of one project environment. `retention_days`: of soft delete, 7 to 90."""

    name: str
    place: Place
    tenant_id: str
    retention_days: int
    endpoint: PrivateEndpointSpec
    diagnostics: DiagnosticsSpec
    roles: tuple[RoleAssignmentSpec, ...]
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.KeyVault/vaults", self.name)


@dataclass(frozen=True, slots=True)
class StorageSpec:
    """The workspace's own storage account. `sku`: the redundancy, such as Standard_ZRS."""

    name: str
    place: Place
    sku: str
    shared_keys: bool
    endpoints: tuple[PrivateEndpointSpec, ...]
    diagnostics: tuple[DiagnosticsSpec, ...]
    roles: tuple[RoleAssignmentSpec, ...]
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Storage/storageAccounts", self.name)


@dataclass(frozen=True, slots=True)
class ContainerRegistrySpec:
    """A Premium registry: the only tier that takes private endpoints. `group` is set where it needs one of its own."""

    name: str
    place: Place
    zone_redundant: bool
    endpoint: PrivateEndpointSpec
    diagnostics: DiagnosticsSpec
    roles: tuple[RoleAssignmentSpec, ...]
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.ContainerRegistry/registries", self.name)


@dataclass(frozen=True, slots=True)
class SharedRegistrySpec:
    """The landing zone's registry, in a group of its own. Its endpoint is in the hub, where all spokes reach it."""

    group: ResourceGroupSpec
    registry: ContainerRegistrySpec


@dataclass(frozen=True, slots=True)
class InsightsSpec:
    """Application Insights of one workspace, kept in the central log."""

    name: str
    place: Place
    log_analytics: str
    retention_days: int
    roles: tuple[RoleAssignmentSpec, ...]
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Insights/components", self.name)


@dataclass(frozen=True, slots=True)
class WorkspaceSpec:
    """An Azure ML workspace. `after`: ids of the roles and endpoints that must stand before it."""

    name: str
    place: Place
    description: str
    friendly_name: str
    identity: str
    key_vault: str
    storage: str
    registry: str
    insights: str
    image_build_cluster: str
    public_network_access: bool
    high_business_impact: bool
    datastore_auth: str
    endpoint: PrivateEndpointSpec
    diagnostics: DiagnosticsSpec
    roles: tuple[RoleAssignmentSpec, ...]
    after: tuple[str, ...]
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.MachineLearningServices/workspaces", self.name)


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """A compute cluster. `priority`: Dedicated or LowPriority; `idle` an ISO 8601 duration in seconds."""

    name: str
    size: str
    priority: str
    min_nodes: int
    max_nodes: int
    idle: str


@dataclass(frozen=True, slots=True)
class InstanceSpec:
    """A compute instance. `key` is its name in the stack file; `owner` an Entra object id; `idle` ISO 8601."""

    key: str
    name: str
    size: str
    owner: str
    idle: str


@dataclass(frozen=True, slots=True)
class ComputesSpec:
    """Clusters and instances of one workspace. `after`: ids of what nodes need before the first of them starts."""

    place: Place
    workspace: str
    workspace_id: str
    tenant_id: str
    subnet: str
    identity: str
    clusters: tuple[ClusterSpec, ...]
    instances: tuple[InstanceSpec, ...]
    after: tuple[str, ...]
    tags: Tags

    def id(self, name: str) -> str:
        """The id of a compute."""
        return f"{self.workspace_id}/computes/{name}"


@dataclass(frozen=True, slots=True)
class ProjectEnvironmentSpec:
    """One environment of one project, whole. `key` is `<project>-<environment>`, its logical name."""

    key: str
    project: str
    environment: str
    production: bool
    group: ResourceGroupSpec
    group_roles: tuple[RoleAssignmentSpec, ...]
    identities: tuple[IdentitySpec, ...]
    key_vault: KeyVaultSpec
    storage: StorageSpec
    registry: ContainerRegistrySpec | None
    shared_registry_roles: tuple[RoleAssignmentSpec, ...]
    insights: InsightsSpec
    workspace: WorkspaceSpec
    computes: ComputesSpec
