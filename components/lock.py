"""A lock against deletion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import pulumi
from pulumi_azure_native import authorization

from amlz.core.specs import LockSpec
from components.resource_registry import ResourceRegistry


class Hangs(Protocol):
    """A part of a locked resource, or on it."""

    @property
    def id(self) -> str:
        """Its ID."""


def lock(
    parent: pulumi.Resource,
    name: str,
    args: LockSpec | None,
    resources: ResourceRegistry,
    after: Iterable[Hangs | None],
) -> None:
    """Locks a resource against deletion, where the stack file requires it.

    `after`: dependants of the resource. The lock holds for them too, so it is created last and deleted first.
    """
    if args is None:
        return
    hanging = [part.id for part in after if part is not None and resources.exists(part.id)]
    authorization.ManagementLockByScope(
        f"{name}-lock",
        lock_name=args.name,
        scope=resources.ref(args.scope),
        level=authorization.LockLevel.CAN_NOT_DELETE,
        notes=args.notes,
        opts=resources.options(parent, args.scope.split("/")[2], after=hanging),
    )
