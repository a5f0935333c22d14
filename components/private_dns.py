"""Private DNS: one zone for each name that private endpoints answer to, linked to the hub."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import privatedns

from amlz.core.specs import PrivateDnsSpec
from components.resource_group import resource_group
from components.resource_registry import ResourceRegistry
from components.zone_links import zone_links


class PrivateDns(pulumi.ComponentResource):
    """All private DNS zones of the landing zone."""

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: PrivateDnsSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:hub:PrivateDns", name, None, opts)
        if args.group is not None:
            resource_group(self, name, args.group, resources)
        self.resource_ids = {}
        for zone in args.zones:
            built = privatedns.PrivateZone(
                f"{name}-{zone.name}",
                private_zone_name=zone.name,
                resource_group_name=resources.group(args.place),
                location="global",
                tags=dict(args.tags),
                opts=resources.options(self, args.place.subscription, protect=args.protect),
            )
            resources.register(zone.id, built)
            self.resource_ids[zone.name] = built.id
        zone_links(self, name, args.links, resources)
        self.register_outputs({"resource_ids": self.resource_ids})
