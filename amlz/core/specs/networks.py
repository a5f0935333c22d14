"""Specs of the hub, of spokes, and of everything in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.core.specs.common import (
    DiagnosticsSpec,
    LockSpec,
    Place,
    ResourceGroupSpec,
    RoleAssignmentSpec,
    Tags,
    TelemetrySpec,
    ZoneSpec,
)
from amlz.dataclass import dataclass


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
    """A subnet of a virtual network. `security_group` and `route_table` are ids, None where Azure takes none.

    `role`: its part of logical names, unique in its network.
    `endpoint_policy`: the id of a policy that filters its service endpoint for storage; None where it has neither.
    `nat_gateway`: the id of one. `delegation`: the service that alone may use it.
    `endpoint_network_policies`: what applies to private endpoints in it.
    """

    role: str
    name: str
    cidr: str
    security_group: str | None
    route_table: str | None
    endpoint_policy: str | None = None
    nat_gateway: str | None = None
    delegation: str | None = None
    endpoint_network_policies: str = "Disabled"


@dataclass(frozen=True, slots=True)
class EndpointDefinitionSpec:
    """Destinations of a service endpoint policy: ids of a service, or an alias where the service is Global."""

    name: str
    service: str
    resources: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class ServiceEndpointPolicySpec:
    """A service endpoint policy of one subnet. `role`: its part of logical names."""

    role: str
    name: str
    place: Place
    definitions: tuple[EndpointDefinitionSpec, ...]
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/serviceEndpointPolicies", self.name)


@dataclass(frozen=True, slots=True)
class VirtualNetworkSpec:
    """A virtual network and its subnets, in the order in which they are written.

    `ddos_plan`: the id of the DDoS protection plan that it joins. `exists`: only the subnets are built.
    """

    name: str
    place: Place
    ranges: tuple[str, ...]
    subnets: tuple[SubnetSpec, ...]
    diagnostics: DiagnosticsSpec
    tags: Tags
    protect: bool
    ddos_plan: str | None = None
    exists: bool = False

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/virtualNetworks", self.name)

    def subnet_id(self, name: str) -> str:
        """The id of one of its subnets."""
        return self.place.id("Microsoft.Network/virtualNetworks/subnets", self.name, name)


@dataclass(frozen=True, slots=True)
class PeeringSpec:
    """One side of a peering: from the network of its location to `remote`. `after`: ids of resources that exist
    first.
    """

    name: str
    network: str
    place: Place
    remote: str
    allow_gateway_transit: bool
    use_remote_gateways: bool = False
    after: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", self.network, self.name)

    @property
    def network_id(self) -> str:
        return self.place.id("Microsoft.Network/virtualNetworks", self.network)


@dataclass(frozen=True, slots=True)
class HubConnectionSpec:
    """The connection of a spoke's network (`remote`) to a virtual hub (its id), in the hub's location."""

    name: str
    hub: str
    place: Place
    remote: str

    @property
    def id(self) -> str:
        return f"{self.hub}/hubVirtualNetworkConnections/{self.name}"


@dataclass(frozen=True, slots=True)
class RouteTableSpec:
    """Routes of a spoke, or of a subnet of the hub (`role`: its part of logical names).

    Everything goes to the firewall, whose private address only Azure knows; or, of the firewall's own subnet, to the
    internet (`direct`), since routes of a gateway could lead elsewhere. With `prefixes`, these ranges alone go to the
    firewall: the routes of a gateway's subnet. `destinations`: private ranges that go there, too, since Azure's own
    routes would drop packets to them: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
    """

    name: str
    place: Place
    tags: Tags
    role: str | None = None
    direct: bool = False
    prefixes: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()

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
    """A firewall rule by host name. `scheme`: Https, or Http. `inspect`: the firewall decrypts the connections.

    `headers`: names and values of HTTP headers that the firewall inserts. `fqdn_tags`: lists of hosts that Azure keeps,
    instead of `hosts`.
    """

    name: str
    sources: tuple[str, ...]
    hosts: tuple[str, ...]
    why: str
    scheme: str = "Https"
    inspect: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    fqdn_tags: tuple[str, ...] = ()

    @property
    def port(self) -> int:
        return 443 if self.scheme == "Https" else 80

    @property
    def to(self) -> tuple[str, ...]:
        """Its destinations, as reports show them."""
        return (*self.hosts, *(f"FQDN tag {tag}" for tag in self.fqdn_tags))


@dataclass(frozen=True, slots=True)
class RuleGroupSpec:
    """A rule collection group: one concern, one priority, its rules allowed.

    `name`: its part of logical names. `own_name`: its name in Azure, where that is another.
    """

    name: str
    priority: int
    network_rules: tuple[NetworkRuleSpec, ...] = ()
    application_rules: tuple[ApplicationRuleSpec, ...] = ()
    own_name: str | None = None

    @property
    def azure_name(self) -> str:
        """Its name in Azure."""
        return self.own_name or self.name


@dataclass(frozen=True, slots=True)
class TlsInspectionSpec:
    """An intermediate CA certificate in a vault (secret identifier), and the ID of the identity that reads it."""

    certificate: str
    identity: str


@dataclass(frozen=True, slots=True)
class FirewallSpec:
    """The firewall, its address and its policy. `translates_all`: it replaces the source of every packet.

    `analytics`: the ID of the log of policy analytics; None where it is off.
    """

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
    protect: bool
    tls_inspection: TlsInspectionSpec | None = None
    translates_all: bool = False
    analytics: str | None = None

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
    """The private DNS zones that are built here, and their links to the hub. `group`: None where it is the hub's."""

    place: Place
    zones: tuple[ZoneSpec, ...]
    links: tuple[ZoneLinkSpec, ...]
    tags: Tags
    protect: bool
    group: ResourceGroupSpec | None = None


@dataclass(frozen=True, slots=True)
class LogAnalyticsSpec:
    """The central log. `daily_cap_gb` 0 means none. `shared_keys`: clients can send data with a key."""

    name: str
    place: Place
    retention_days: int
    daily_cap_gb: float
    diagnostics: DiagnosticsSpec
    lock: LockSpec | None
    protect: bool
    roles: tuple[RoleAssignmentSpec, ...]
    tags: Tags
    telemetry: TelemetrySpec
    shared_keys: bool = False

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.OperationalInsights/workspaces", self.name)


@dataclass(frozen=True, slots=True)
class ExistingLogAnalyticsSpec:
    """A central log that exists: nothing of it is built."""

    id: str


@dataclass(frozen=True, slots=True)
class HubStackSpec:
    """Another stack that builds the hub: its name for Pulumi, and the outputs with which everything here is decided."""

    name: str
    outputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExistingHubSpec:
    """A hub that exists. `must_allow`: what its firewall has to let through; `demands`: what else it must do.

    `network`: its id, of a virtual network or a virtual hub, whose firewall has no address here (None).
    `stack`: where another stack of this program builds it.
    """

    network: str
    subscription: str
    firewall_address: str | None
    log_analytics: str
    must_allow: tuple[RuleGroupSpec, ...]
    demands: tuple[str, ...]
    stack: HubStackSpec | None = None
