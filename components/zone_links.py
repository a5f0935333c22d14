"""Links of private DNS zones to a network, in which their names then resolve."""

from __future__ import annotations

from collections.abc import Iterable

import pulumi
from pulumi_azure_native import privatedns

from amlz.core.specs import ZoneLinkSpec
from components.resource_registry import ResourceRegistry


def zone_links(parent: pulumi.Resource, name: str, links: Iterable[ZoneLinkSpec], resources: ResourceRegistry) -> None:
    """Links zones to a network. A link is made where its zone is, in the hub's subscription."""
    for link in links:
        built = privatedns.VirtualNetworkLink(
            f"{name}-{link.zone.name}-{link.role}",
            virtual_network_link_name=link.name,
            private_zone_name=resources.name(link.zone.id),
            resource_group_name=resources.group(link.place),
            location="global",
            registration_enabled=False,
            virtual_network=privatedns.SubResourceArgs(id=resources.ref(link.network)),
            tags=dict(link.tags),
            opts=resources.options(parent, link.place.subscription),
        )
        resources.register(link.id, built)
