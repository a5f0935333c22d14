"""A lock against deletion."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization

from components.site import Site
from landingzone.specs import LockSpec


def lock(parent: pulumi.Resource, name: str, args: LockSpec | None, site: Site) -> None:
    """Locks a resource against deletion, where that is asked for."""
    if args is None:
        return
    authorization.ManagementLockByScope(
        f"{name}-lock",
        lock_name=args.name,
        scope=site.ref(args.scope),
        level=authorization.LockLevel.CAN_NOT_DELETE,
        notes=args.notes,
        opts=site.options(parent, args.scope.split("/")[2]),
    )
