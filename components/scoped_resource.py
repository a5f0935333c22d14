"""A log or an Application Insights in a private link scope."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import monitor

from amlz.core.specs import ScopedResourceSpec
from components.site import Site


def scoped_resource(parent: pulumi.Resource, name: str, args: ScopedResourceSpec, site: Site) -> None:
    """Puts a log or an Application Insights into a scope."""
    scoped = monitor.PrivateLinkScopedResource(
        f"{name}-scoped",
        name=args.name,
        scope_name=site.name(args.scope_id),
        resource_group_name=site.group(args.place),
        kind="Resource",
        linked_resource_id=site.ref(args.target),
        opts=site.options(parent, args.place.subscription),
    )
    site.built(args.id, scoped)
