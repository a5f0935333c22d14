"""VPN gateway of the hub."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.capabilities.vpn_gateway.spec import VpnGatewaySpec
from components.diagnostics import diagnostics
from components.public_address import public_address
from components.resource_registry import ResourceRegistry


class VpnGateway(pulumi.ComponentResource):
    """A VPN gateway over all zones. The holders of their keys create its connections."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: VpnGatewaySpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:VpnGateway", name, None, opts)
        public_address(self, name, args.address, resources)
        if args.second is not None:
            public_address(self, f"{name}-2", args.second, resources)
        addresses = {"default": args.address, **({"second": args.second} if args.second is not None else {})}
        gateway = network.VirtualNetworkGateway(
            f"{name}-gateway",
            virtual_network_gateway_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            gateway_type="Vpn",
            vpn_type="RouteBased",
            sku=network.VirtualNetworkGatewaySkuArgs(name=args.sku, tier=args.sku),
            active_active=args.second is not None,
            enable_bgp=False,
            ip_configurations=[
                network.VirtualNetworkGatewayIPConfigurationArgs(
                    name=key,
                    private_ip_allocation_method="Dynamic",
                    subnet=network.SubResourceArgs(id=resources.ref(args.subnet)),
                    public_ip_address=network.SubResourceArgs(id=resources.ref(address.id)),
                )
                for key, address in addresses.items()
            ],
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, protect=args.protect),
        )
        resources.register(args.id, gateway)
        diagnostics(self, name, args.diagnostics, resources)
        self.resource_id, self.name = gateway.id, gateway.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
