"""The spec of a hub that is built here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amlz.core.specs.common import ResourceGroupSpec
from amlz.core.specs.hub_options import DnsResolverSpec, NatGatewaySpec, PrivateLinkScopeSpec, VpnGatewaySpec
from amlz.core.specs.networks import (
    BastionSpec,
    FirewallSpec,
    LogAnalyticsSpec,
    NetworkSecurityGroupSpec,
    PrivateDnsSpec,
    VirtualNetworkSpec,
)


@dataclass(frozen=True, slots=True)
class HubSpec:
    """The hub: its group, central log, network, firewall and zones.

    `outputs`: what it gives to other stacks, without the firewall's address.
    """

    group: ResourceGroupSpec
    log_analytics: LogAnalyticsSpec
    security_groups: tuple[NetworkSecurityGroupSpec, ...]
    network: VirtualNetworkSpec
    firewall: FirewallSpec
    bastion: BastionSpec | None
    dns: PrivateDnsSpec
    outputs: Mapping[str, Any] = field(default_factory=dict)
    vpn_gateway: VpnGatewaySpec | None = None
    nat_gateway: NatGatewaySpec | None = None
    dns_resolver: DnsResolverSpec | None = None
    private_link_scope: PrivateLinkScopeSpec | None = None
