"""Azure Bastion: sessions to machines in the networks, without a public address on any of them."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from amlz.capabilities.bastion.spec import BastionSpec
from components.diagnostics import diagnostics
from components.public_address import public_address
from components.resource_registry import ResourceRegistry


class Bastion(pulumi.ComponentResource):
    """A Bastion host of the Standard tier."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: BastionSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:Bastion", name, None, opts)
        public_address(self, name, args.address, resources)
        host = network.BastionHost(
            f"{name}-host",
            bastion_host_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=network.SkuArgs(name="Standard"),
            disable_copy_paste=True,
            enable_file_copy=False,
            enable_shareable_link=False,
            ip_configurations=[
                network.BastionHostIPConfigurationArgs(
                    name="default",
                    subnet=network.SubResourceArgs(id=resources.ref(args.subnet)),
                    public_ip_address=network.SubResourceArgs(id=resources.ref(args.address.id)),
                )
            ],
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.id, host)
        diagnostics(self, name, args.diagnostics, resources)
        self.resource_id, self.name = host.id, host.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
