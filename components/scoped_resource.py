"""A log or an Application Insights in a private link scope."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import monitor

from amlz.core.specs import ScopedResourceSpec
from components.resource_registry import ResourceRegistry


def scoped_resource(parent: pulumi.Resource, name: str, args: ScopedResourceSpec, resources: ResourceRegistry) -> None:
    """Puts a log or an Application Insights into a scope."""
    scoped = monitor.PrivateLinkScopedResource(
        f"{name}-scoped",
        name=args.name,
        scope_name=resources.name(args.scope_id),
        resource_group_name=resources.group(args.place),
        kind="Resource",
        linked_resource_id=resources.ref(args.target),
        opts=resources.options(parent, args.place.subscription),
    )
    resources.register(args.id, scoped)
