"""A spoke: a network for project environments, whose only egress is through the hub's firewall."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.core.specs import HubConnectionSpec, PeeringSpec, SpokeSpec
from components.network_security_group import network_security_group
from components.resource_group import resource_group
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment
from components.route_table import route_table
from components.service_endpoint_policy import service_endpoint_policy
from components.virtual_network import virtual_network
from components.zone_links import zone_links


class Spoke(pulumi.ComponentResource):
    """A spoke's network, its rules and routes, and its peering with the hub."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: SpokeSpec,
        resources: ResourceRegistry,
        firewall_address: pulumi.Input[str] | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:spoke:Spoke", name, None, opts)
        resource_group(self, name, args.group, resources)
        for role in args.group_roles:
            role_assignment(self, name, role, resources)
        for group in args.security_groups:
            network_security_group(self, name, group, resources)
        for policy in args.endpoint_policies:
            service_endpoint_policy(self, name, policy, resources)
        if args.routes is not None:
            route_table(self, name, args.routes, resources, firewall_address)
        firewall = [server for server in (firewall_address, args.second_dns_server) if server is not None]
        virtual_network(self, name, args.network, resources, dns_servers=args.dns_servers or firewall)
        sides = ((f"{name}-to-hub", args.to_hub), (f"{name}-from-hub", args.from_hub))
        built = [(side, peering) for side, peering in sides if peering is not None]
        for side, peering in sorted(built, key=lambda item: bool(item[1].after)):  # that which waits is built last
            self._peering(side, peering, resources)
        if args.connection is not None:
            self._connection(f"{name}-to-virtual-hub", args.connection, resources)
        zone_links(self, name, args.links, resources)
        self.resource_id, self.name = resources.ref(args.network.id), resources.name(args.network.id)
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _connection(self, name: str, args: HubConnectionSpec, resources: ResourceRegistry) -> None:
        """The connection to a virtual hub, in its subscription. It writes to the spoke's network, too.

        Internet security: the spoke takes the hub's default route. Routing intent sets its route tables.
        """
        connection = network.HubVirtualNetworkConnection(
            name,
            connection_name=args.name,
            virtual_hub_name=resources.name(args.hub),
            resource_group_name=resources.group(args.place),
            remote_virtual_network=network.SubResourceArgs(id=resources.ref(args.remote)),
            enable_internet_security=True,
            opts=resources.options(self, args.place.subscription, after=resources.writes(args.hub, args.remote)),
        )
        resources.register(args.id, connection)
        resources.wrote(args.id, args.hub, args.remote)

    def _peering(self, name: str, args: PeeringSpec, resources: ResourceRegistry) -> None:
        """One side, in its own network's subscription. It writes to both networks, which take one write at a time."""
        networks = (args.network_id, args.remote)
        peering = network.VirtualNetworkPeering(
            name,
            virtual_network_peering_name=args.name,
            virtual_network_name=resources.name(args.network_id),
            resource_group_name=resources.group(args.place),
            remote_virtual_network=network.SubResourceArgs(id=resources.ref(args.remote)),
            allow_virtual_network_access=True,
            allow_forwarded_traffic=True,
            allow_gateway_transit=args.allow_gateway_transit,
            use_remote_gateways=args.use_remote_gateways,
            opts=resources.options(self, args.place.subscription, after=(*args.after, *resources.writes(*networks))),
        )
        resources.register(args.id, peering)
        resources.wrote(args.id, *networks)
