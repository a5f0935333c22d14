"""VPN gateway of the hub."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.capabilities.vpn_gateway.spec import PointToSiteSpec, VpnGatewaySpec
from components.diagnostics import diagnostics
from components.public_address import public_address
from components.resource_registry import ResourceRegistry


class VpnGateway(pulumi.ComponentResource):
    """A VPN gateway over all zones, to which people connect. Owners of other sites create connections between sites."""

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
            vpn_client_configuration=_clients(args.point_to_site),
            identity=_identity(args.identity),
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


def _identity(identity: str | None) -> network.ManagedServiceIdentityArgs | None:
    if identity is None:
        return None
    return network.ManagedServiceIdentityArgs(
        type=network.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity]
    )


def _clients(people: PointToSiteSpec | None) -> network.VpnClientConfigurationArgs | None:
    """Returns the settings of clients: Entra ID alone, which OpenVPN alone supports; None without clients."""
    if people is None:
        return None
    return network.VpnClientConfigurationArgs(
        vpn_client_address_pool=network.AddressSpaceArgs(address_prefixes=[people.address_pool]),
        vpn_client_protocols=["OpenVPN"],
        vpn_authentication_types=["AAD"],
        aad_tenant=people.tenant,
        aad_issuer=people.issuer,
        aad_audience=people.audience,
    )
