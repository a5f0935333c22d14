"""The spec of a hub that is built here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from amlz.core.capability import PlannedPart
from amlz.core.specs.common import ResourceGroupSpec, RoleAssignmentSpec
from amlz.core.specs.networks import (
    ExistingLogAnalyticsSpec,
    FirewallSpec,
    LogAnalyticsSpec,
    NetworkSecurityGroupSpec,
    PrivateDnsSpec,
    RouteTableSpec,
    VirtualNetworkSpec,
)
from amlz.core.specs.private_link_scope import PrivateLinkScopeSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class HubSpec:
    """The hub: its resource group, central log, network, firewall and zones. `network`, `firewall`: None where none is
    built.

    `outputs`: what it gives to other stacks, without the firewall's address. `capabilities`: what they build in it.
    """

    group: ResourceGroupSpec
    log_analytics: LogAnalyticsSpec | ExistingLogAnalyticsSpec
    security_groups: tuple[NetworkSecurityGroupSpec, ...]
    network: VirtualNetworkSpec | None
    firewall: FirewallSpec | None
    dns: PrivateDnsSpec
    outputs: Mapping[str, Any] = field(default_factory=dict)
    private_link_scope: PrivateLinkScopeSpec | None = None
    capabilities: tuple[PlannedPart, ...] = ()
    group_roles: tuple[RoleAssignmentSpec, ...] = ()
    routes: tuple[RouteTableSpec, ...] = ()
