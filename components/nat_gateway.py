"""NAT gateway on the firewall's subnet of the hub."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.capabilities.nat_gateway.spec import NatGatewaySpec
from components.diagnostics import diagnostics
from components.public_address import public_address
from components.resource_registry import ResourceRegistry


class NatGateway(pulumi.ComponentResource):
    """Public addresses of the firewall's outbound connections."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: NatGatewaySpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:NatGateway", name, None, opts)
        for number, address in enumerate(args.addresses, 1):
            public_address(self, f"{name}-{number}", address, resources)
        gateway = network.NatGateway(
            f"{name}-gateway",
            nat_gateway_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=network.NatGatewaySkuArgs(name="Standard"),
            public_ip_addresses=[network.SubResourceArgs(id=resources.ref(address.id)) for address in args.addresses],
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.id, gateway)
        diagnostics(self, name, args.diagnostics, resources)
        self.resource_id, self.name = gateway.id, gateway.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
