"""The shipped program as it was before subnets became separate resources: each network lists them."""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from pathlib import Path

import pulumi
from pulumi_azure_native import network

import components.hub
import components.spoke
import components.virtual_network
from amlz.core.specs import SubnetSpec, VirtualNetworkSpec
from components.resource_registry import ResourceRegistry

MAIN = Path(__file__).parents[3] / "__main__.py"


def virtual_network(
    parent: pulumi.Resource,
    name: str,
    args: VirtualNetworkSpec,
    resources: ResourceRegistry,
    dns_servers: Sequence[pulumi.Input[str]] = (),
) -> None:
    """Builds a network with its subnets in it. Of the subnets, as far as the smallest shipped stack has it."""
    built = network.VirtualNetwork(
        f"{name}-network",
        virtual_network_name=args.name,
        resource_group_name=resources.group(args.place),
        location=args.place.location,
        address_space=network.AddressSpaceArgs(address_prefixes=list(args.ranges)),
        dhcp_options=network.DhcpOptionsArgs(dns_servers=list(dns_servers)) if dns_servers else None,
        subnets=[_subnet(subnet, resources) for subnet in args.subnets],
        tags=dict(args.tags),
        opts=resources.options(parent, args.place.subscription),
    )
    resources.register(args.id, built)
    for subnet in args.subnets:
        resources.register(args.subnet_id(subnet.name), built)


def _subnet(subnet: SubnetSpec, resources: ResourceRegistry) -> network.SubnetArgs:
    group = network.NetworkSecurityGroupArgs(id=resources.ref(subnet.security_group)) if subnet.security_group else None
    routes = network.RouteTableArgs(id=resources.ref(subnet.route_table)) if subnet.route_table else None
    return network.SubnetArgs(
        name=subnet.name,
        address_prefix=subnet.cidr,
        network_security_group=group,
        route_table=routes,
        default_outbound_access=False,
        private_endpoint_network_policies="Disabled",
        private_link_service_network_policies="Enabled",
    )


shipped = components.virtual_network.virtual_network
components.hub.__dict__["virtual_network"] = components.spoke.__dict__["virtual_network"] = virtual_network
try:
    runpy.run_path(str(MAIN), run_name="__main__")
finally:  # in process, other programs follow
    components.hub.__dict__["virtual_network"] = components.spoke.__dict__["virtual_network"] = shipped
