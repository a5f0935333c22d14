"""Rights that let a deployer give roles and locks, and no more: a condition, and a custom role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from amlz.azure.delegation import assignment_condition, custom_role
from amlz.azure.ids import subscription_id
from amlz.core.facts.roles import LOCK_ACTIONS, LOCK_ROLE, PRIVILEGED
from amlz.core.specs import RoleAssignmentSpec


def condition(roles: Iterable[RoleAssignmentSpec]) -> str | None:
    """Condition on Role Based Access Control Administrator: it gives and removes exactly these roles.

    Each type of principal gets the roles that the plan gives to that type. Other actions of the role stay as they are.
    Returns None without role assignments: nothing needs to be delegated then. Raises ValueError for a role that would
    let the deployer give itself every right.
    https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
    """
    kinds: dict[str, set[str]] = {}
    for role in roles:
        role_id = role.role_id.rpartition("/")[2]
        if role_id in PRIVILEGED:
            raise ValueError(f"{PRIVILEGED[role_id]} is never delegated")
        kinds.setdefault(role.principal.kind, set()).add(role_id)
    if not kinds:
        return None
    return assignment_condition({kind: tuple(ids) for kind, ids in kinds.items()})


def lock_role(subscriptions: Iterable[str]) -> dict[str, Any]:
    """Definition of the custom role for locks, as `az role definition create` takes it.

    A tenant holds one role of a name: where it exists, its owner adds these scopes.
    https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources#who-can-create-or-delete-locks
    """
    scopes = [subscription_id(subscription) for subscription in subscriptions]
    return custom_role(LOCK_ROLE, "Creates and deletes locks, for deployers of landing zones.", LOCK_ACTIONS, scopes)
