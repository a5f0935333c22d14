"""The hub: what all spokes share."""

from __future__ import annotations

from typing import Any

import pulumi

from amlz.core.capability import Phase
from amlz.core.specs import HubSpec, LogAnalyticsSpec
from components.capabilities import build
from components.firewall import Firewall
from components.log_analytics import LogAnalytics
from components.network_security_group import network_security_group
from components.private_dns import PrivateDns
from components.private_link_scope import PrivateLinkScope
from components.resource_group import resource_group
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment
from components.route_table import route_table
from components.virtual_network import subnets_of, virtual_network


class Hub(pulumi.ComponentResource):
    """Central log, network, firewall, and the zones of private endpoints. `resource_id`: of its network, or of its
    resource group without one.

    `outputs`: what it gives to other stacks; None without a firewall, to which their spokes would send everything.
    """

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]
    firewall: Firewall | None
    dns: PrivateDns
    outputs: dict[str, pulumi.Input[Any]] | None

    def __init__(
        self, name: str, args: HubSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:Hub", name, None, opts)
        below = pulumi.ResourceOptions(parent=self)
        resource_group(self, name, args.group, resources)
        for role in args.group_roles:
            role_assignment(self, name, role, resources)
        if isinstance(args.log_analytics, LogAnalyticsSpec):
            LogAnalytics(f"{name}-logs", args.log_analytics, resources, below)
        for group in args.security_groups:
            network_security_group(self, name, group, resources)
        for planned in (capability for capability in args.capabilities if capability.part.phase is Phase.FIRST):
            build(f"{name}-{planned.logical}", planned, resources, below)
        for table in (routes for routes in args.routes if routes.direct):
            route_table(self, f"{name}-{table.role}", table, resources)
        # Subnets whose routes lead to the firewall are built after it: only then is its address known.
        later = tuple(table.id for table in args.routes if not table.direct)
        if args.network is not None:
            virtual_network(self, name, args.network, resources, later=later)
        self.firewall = Firewall(f"{name}-firewall", args.firewall, resources, below) if args.firewall else None
        address = self.firewall.private_address if self.firewall is not None else None
        for table in (routes for routes in args.routes if not routes.direct):
            route_table(self, f"{name}-{table.role}", table, resources, address)
        if args.network is not None:
            subnets_of(self, name, args.network, resources, only=later)
        self.dns = PrivateDns(f"{name}-dns", args.dns, resources, below)
        for planned in (capability for capability in args.capabilities if capability.part.phase is not Phase.FIRST):
            build(f"{name}-{planned.logical}", planned, resources, below)
        if args.private_link_scope is not None:
            PrivateLinkScope(f"{name}-monitor", args.private_link_scope, resources, below)
        main = args.network.id if args.network is not None else args.group.id
        self.resource_id, self.name = resources.ref(main), resources.name(main)
        self.outputs = {**args.outputs, "firewallAddress": address} if address is not None else None
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
