"""Specs of spokes: networks that are built, and requirements for those that exist."""

from __future__ import annotations

from amlz.core.specs.common import ResourceGroupSpec, RoleAssignmentSpec
from amlz.core.specs.networks import (
    HubConnectionSpec,
    NetworkSecurityGroupSpec,
    NsgRuleSpec,
    PeeringSpec,
    RouteTableSpec,
    ServiceEndpointPolicySpec,
    VirtualNetworkSpec,
    ZoneLinkSpec,
)
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ExistingSubnetSpec:
    """Requirements for a subnet that exists. `routes`: prefix and next hop; `services`: service endpoints, which a
    policy limits to `allowed`.
    """

    name: str
    cidr: str
    needed: int
    rules: tuple[NsgRuleSpec, ...]
    routes: tuple[tuple[str, str], ...]
    endpoint_network_policies: str
    services: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExistingNetworkSpec:
    """Requirements for the network of a spoke that exists. `demands`: all of them in sentences."""

    id: str
    ranges: tuple[str, ...]
    demands: tuple[str, ...]
    subnets: tuple[ExistingSubnetSpec, ...]


@dataclass(frozen=True, slots=True)
class SpokeSpec:
    """A spoke, and its peering with the hub. `name` is its key in the stack file.

    `from_hub` is None where the hub's side is left to the owner of the hub, and `to_hub`, too, without a hub. `routes`
    is None without a firewall.
    `dns_servers` is () for the firewall, or without one for Azure's; `second_dns_server`: asked if the firewall does
    not answer.
    """

    name: str
    group: ResourceGroupSpec
    security_groups: tuple[NetworkSecurityGroupSpec, ...]
    routes: RouteTableSpec | None
    network: VirtualNetworkSpec
    to_hub: PeeringSpec | None
    from_hub: PeeringSpec | None
    links: tuple[ZoneLinkSpec, ...]
    dns_servers: tuple[str, ...] = ()
    second_dns_server: str | None = None
    endpoint_policies: tuple[ServiceEndpointPolicySpec, ...] = ()
    group_roles: tuple[RoleAssignmentSpec, ...] = ()
    existing: ExistingNetworkSpec | None = None
    connection: HubConnectionSpec | None = None

    @property
    def subnet_ids(self) -> dict[str, str]:
        """The ids of its subnets by range, those that exist included."""
        names = {subnet.cidr: subnet.name for subnet in self.network.subnets}
        names |= {subnet.cidr: subnet.name for subnet in (self.existing.subnets if self.existing is not None else ())}
        return {cidr: self.network.subnet_id(name) for cidr, name in names.items()}
