"""A resource group."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import resources as azure_resources

from amlz.core.specs import ResourceGroupSpec
from components.resource_registry import ResourceRegistry


def resource_group(parent: pulumi.Resource, name: str, args: ResourceGroupSpec, resources: ResourceRegistry) -> None:
    """Builds a resource group, unless it exists."""
    if args.exists:
        return
    group = azure_resources.ResourceGroup(
        f"{name}-group",
        resource_group_name=args.place.resource_group,
        location=args.place.location,
        tags=dict(args.tags),
        opts=resources.options(parent, args.place.subscription),
    )
    resources.register(args.id, group)
