"""A virtual network with its subnets inline."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import network

from components.diagnostics import diagnostics
from components.site import Site
from landingzone.specs import SubnetSpec, VirtualNetworkSpec


def virtual_network(
    parent: pulumi.Resource,
    name: str,
    args: VirtualNetworkSpec,
    site: Site,
    dns_servers: Sequence[pulumi.Input[str]] = (),
) -> None:
    """Builds a network. Subnets are inline: one request makes them with their security groups and routes."""
    built = network.VirtualNetwork(
        f"{name}-network",
        virtual_network_name=args.name,
        resource_group_name=site.group(args.place),
        location=args.place.location,
        address_space=network.AddressSpaceArgs(address_prefixes=list(args.ranges)),
        dhcp_options=network.DhcpOptionsArgs(dns_servers=list(dns_servers)) if dns_servers else None,
        subnets=[_subnet(subnet, site) for subnet in args.subnets],
        tags=dict(args.tags),
        opts=site.options(parent, args.place.subscription),
    )
    site.built(args.id, built)
    for subnet in args.subnets:
        site.built(args.subnet_id(subnet.name), built)
    diagnostics(parent, f"{name}-network", args.diagnostics, site)


def _subnet(subnet: SubnetSpec, site: Site) -> network.SubnetArgs:
    group = network.NetworkSecurityGroupArgs(id=site.ref(subnet.security_group)) if subnet.security_group else None
    routes = network.RouteTableArgs(id=site.ref(subnet.route_table)) if subnet.route_table else None
    filtered = (
        [network.ServiceEndpointPolicyArgs(id=site.ref(subnet.endpoint_policy))] if subnet.endpoint_policy else None
    )
    storage = [network.ServiceEndpointPropertiesFormatArgs(service="Microsoft.Storage")]
    nat = network.SubResourceArgs(id=site.ref(subnet.nat_gateway)) if subnet.nat_gateway else None
    alone = network.DelegationArgs(name="default", service_name=subnet.delegation) if subnet.delegation else None
    return network.SubnetArgs(
        name=subnet.name,
        address_prefix=subnet.cidr,
        network_security_group=group,
        route_table=routes,
        service_endpoints=storage if filtered else None,
        service_endpoint_policies=filtered,
        nat_gateway=nat,
        delegations=[alone] if alone else None,
        default_outbound_access=False,
        private_endpoint_network_policies="Disabled",  # a documented prerequisite of the workspace's endpoint
        private_link_service_network_policies="Enabled",
    )
