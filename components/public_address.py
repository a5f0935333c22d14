"""A static public address."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.core.specs import PublicAddressSpec
from components.diagnostics import diagnostics
from components.resource_registry import ResourceRegistry


def public_address(parent: pulumi.Resource, name: str, args: PublicAddressSpec, resources: ResourceRegistry) -> None:
    """Builds an address for what must have one: the firewall and Bastion."""
    address = network.PublicIPAddress(
        f"{name}-address",
        public_ip_address_name=args.name,
        resource_group_name=resources.group(args.place),
        location=args.place.location,
        sku=network.PublicIPAddressSkuArgs(name="Standard", tier="Regional"),
        public_ip_allocation_method="Static",
        public_ip_address_version="IPv4",
        zones=list(args.zones) or None,
        tags=dict(args.tags),
        opts=resources.options(parent, args.place.subscription),
    )
    resources.register(args.id, address)
    diagnostics(parent, f"{name}-address", args.diagnostics, resources)
