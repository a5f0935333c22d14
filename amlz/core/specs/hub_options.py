"""Specs of what a hub can have besides: a DNS resolver, gateways, a private link scope."""

from __future__ import annotations

from dataclasses import dataclass

from amlz.core.specs.common import DiagnosticsSpec, Place, PrivateEndpointSpec, Tags
from amlz.core.specs.networks import PublicAddressSpec


@dataclass(frozen=True, slots=True)
class ForwardingRuleSpec:
    """A domain (with its last dot) and the addresses of the servers that are asked for it."""

    name: str
    domain: str
    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DnsResolverSpec:
    """A resolver in the hub. `inbound` and `outbound` are ids of subnets; `address` is where it is asked.

    `outbound` and `ruleset` are "" where nothing is forwarded. `network`: the id of the hub's.
    """

    name: str
    place: Place
    network: str
    inbound: str
    address: str
    outbound: str
    ruleset: str
    rules: tuple[ForwardingRuleSpec, ...]
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/dnsResolvers", self.name)

    @property
    def outbound_id(self) -> str:
        """The id of its outbound endpoint."""
        return self.place.id("Microsoft.Network/dnsResolvers/outboundEndpoints", self.name, "outbound")

    @property
    def ruleset_id(self) -> str:
        """The id of its forwarding ruleset."""
        return self.place.id("Microsoft.Network/dnsForwardingRulesets", self.ruleset)


@dataclass(frozen=True, slots=True)
class VpnGatewaySpec:
    """A VPN gateway. `subnet`: the id of GatewaySubnet."""

    name: str
    place: Place
    sku: str
    subnet: str
    address: PublicAddressSpec
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/virtualNetworkGateways", self.name)


@dataclass(frozen=True, slots=True)
class NatGatewaySpec:
    """A NAT gateway and its addresses."""

    name: str
    place: Place
    addresses: tuple[PublicAddressSpec, ...]
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/natGateways", self.name)


@dataclass(frozen=True, slots=True)
class ScopedResourceSpec:
    """A resource (`target`: its id) in a private link scope."""

    name: str
    scope: str
    place: Place
    target: str

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Insights/privateLinkScopes/scopedResources", self.scope, self.name)

    @property
    def scope_id(self) -> str:
        """The id of the scope."""
        return self.place.id("Microsoft.Insights/privateLinkScopes", self.scope)


@dataclass(frozen=True, slots=True)
class PrivateLinkScopeSpec:
    """A private link scope of Azure Monitor, its endpoint, and the central log in it."""

    name: str
    place: Place
    endpoint: PrivateEndpointSpec
    log: ScopedResourceSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Insights/privateLinkScopes", self.name)
