"""A virtual network and its subnets, each a separate resource.

A subnet is deleted after everything that is in it, since that depends on it. Inline in the network, subnets would leave
with an update of the network, before what is in them is deleted, and Azure refuses that (docs/decisions/subnets.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import network

from amlz.core.specs import SubnetSpec, VirtualNetworkSpec
from components.diagnostics import diagnostics
from components.resource_registry import ResourceRegistry


def virtual_network(
    parent: pulumi.Resource,
    name: str,
    args: VirtualNetworkSpec,
    resources: ResourceRegistry,
    dns_servers: Sequence[pulumi.Input[str]] = (),
    later: Sequence[str] = (),
) -> None:
    """Builds a network, then its subnets one after the other: a network takes one write at a time.

    The network does not list its subnets: azure-native then keeps those that exist when it updates the network.
    `later`: IDs of route tables whose subnets the caller builds. Of a network that exists only the subnets are built.
    """
    if not args.exists:
        _network(parent, name, args, resources, dns_servers)
    for subnet in (subnet for subnet in args.subnets if subnet.route_table not in later):
        _subnet(parent, name, args, subnet, resources)
    if not args.exists:
        diagnostics(parent, f"{name}-network", args.diagnostics, resources)


def _network(
    parent: pulumi.Resource,
    name: str,
    args: VirtualNetworkSpec,
    resources: ResourceRegistry,
    dns_servers: Sequence[pulumi.Input[str]],
) -> None:
    built = network.VirtualNetwork(
        f"{name}-network",
        virtual_network_name=args.name,
        resource_group_name=resources.group(args.place),
        location=args.place.location,
        address_space=network.AddressSpaceArgs(address_prefixes=list(args.ranges)),
        dhcp_options=network.DhcpOptionsArgs(dns_servers=list(dns_servers)) if dns_servers else None,
        ddos_protection_plan=network.SubResourceArgs(id=args.ddos_plan) if args.ddos_plan else None,
        enable_ddos_protection=True if args.ddos_plan else None,
        tags=dict(args.tags),
        opts=resources.options(parent, args.place.subscription, protect=args.protect),
    )
    resources.register(args.id, built)


def subnets_of(
    parent: pulumi.Resource, name: str, args: VirtualNetworkSpec, resources: ResourceRegistry, only: Sequence[str]
) -> None:
    """Builds the subnets of a network whose route tables have these IDs."""
    for subnet in (subnet for subnet in args.subnets if subnet.route_table in only):
        _subnet(parent, name, args, subnet, resources)


def _subnet(
    parent: pulumi.Resource, name: str, args: VirtualNetworkSpec, subnet: SubnetSpec, resources: ResourceRegistry
) -> None:
    group = network.NetworkSecurityGroupArgs(id=resources.ref(subnet.security_group)) if subnet.security_group else None
    routes = network.RouteTableArgs(id=resources.ref(subnet.route_table)) if subnet.route_table else None
    filtered = (
        [network.ServiceEndpointPolicyArgs(id=resources.ref(subnet.endpoint_policy))]
        if subnet.endpoint_policy
        else None
    )
    storage = [network.ServiceEndpointPropertiesFormatArgs(service="Microsoft.Storage")]
    nat = network.SubResourceArgs(id=resources.ref(subnet.nat_gateway)) if subnet.nat_gateway else None
    alone = network.DelegationArgs(name="default", service_name=subnet.delegation) if subnet.delegation else None
    subnet_id = args.subnet_id(subnet.name)
    built = network.Subnet(
        f"{name}-{subnet.role}-subnet",
        subnet_name=subnet.name,
        virtual_network_name=resources.name(args.id),
        resource_group_name=resources.group(args.place),
        address_prefix=subnet.cidr,
        network_security_group=group,
        route_table=routes,
        service_endpoints=storage if filtered else None,
        service_endpoint_policies=filtered,
        nat_gateway=nat,
        delegations=[alone] if alone else None,
        default_outbound_access=False,
        private_endpoint_network_policies=subnet.endpoint_network_policies,
        private_link_service_network_policies="Enabled",
        opts=resources.options(parent, args.place.subscription, after=resources.writes(args.id)),
    )
    resources.register(subnet_id, built)
    resources.wrote(subnet_id, args.id)
