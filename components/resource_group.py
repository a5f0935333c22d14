"""A resource group."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import resources

from amlz.core.specs import ResourceGroupSpec
from components.site import Site


def resource_group(parent: pulumi.Resource, name: str, args: ResourceGroupSpec, site: Site) -> None:
    """Builds a resource group."""
    group = resources.ResourceGroup(
        f"{name}-group",
        resource_group_name=args.place.resource_group,
        location=args.place.location,
        tags=dict(args.tags),
        opts=site.options(parent, args.place.subscription),
    )
    site.built(args.id, group)
