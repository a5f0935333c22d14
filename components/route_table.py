"""A route table: everything that has no closer route, and some ranges."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.core.specs import RouteTableSpec
from components.resource_registry import ResourceRegistry


def route_table(
    parent: pulumi.Resource,
    name: str,
    args: RouteTableSpec,
    resources: ResourceRegistry,
    firewall_address: pulumi.Input[str] | None = None,
) -> None:
    """Builds a route table: everything to the firewall (`firewall_address`), `direct` to the internet, or some ranges.

    Routes of a gateway would lead around the firewall, so they are not taken. The firewall itself and the gateway need
    them.
    """
    table = network.RouteTable(
        f"{name}-routes",
        route_table_name=args.name,
        resource_group_name=resources.group(args.place),
        location=args.place.location,
        disable_bgp_route_propagation=not (args.direct or args.prefixes),
        routes=_routes(args, firewall_address),
        tags=dict(args.tags),
        opts=resources.options(parent, args.place.subscription),
    )
    resources.register(args.id, table)


def _routes(args: RouteTableSpec, firewall_address: pulumi.Input[str] | None) -> list[network.RouteArgs]:
    if args.direct:
        return [network.RouteArgs(name="everything-to-internet", address_prefix="0.0.0.0/0", next_hop_type="Internet")]
    everything = {} if args.prefixes else {"everything-to-firewall": "0.0.0.0/0"}
    ranges = (*args.prefixes, *args.destinations)
    named = {f"{prefix.replace('.', '-').replace('/', '-')}-to-firewall": prefix for prefix in ranges}
    return [
        network.RouteArgs(
            name=name, address_prefix=prefix, next_hop_type="VirtualAppliance", next_hop_ip_address=firewall_address
        )
        for name, prefix in (everything | named).items()
    ]
