"""Remedies of changes that lose data, and of changes that Azure refuses or ignores.

tests/remedies/test_guard_commands.py carries each printed command out over the simulator.
"""

from __future__ import annotations

from collections.abc import Iterable

from amlz.azure.ids import parse
from amlz.azure.in_use import UsersOf
from amlz.checks.finding import StackFileEntry
from amlz.checks.guard.change import ExistingResource
from amlz.checks.stack_keys import IMAGE_BUILD
from amlz.core.facts.data import holding
from amlz.core.problems import listed

#: Entries of `allowReplace` and `allowDelete`.
_LOSS = '{{resource: {resource}, reason: "Why the loss is acceptable (ticket)."}}'
_DELETED_FIRST = '{{resource: {resource}, reason: "Deleted first (ticket)."}}'
_ACCEPTED = (
    "Revert the change. If the loss is acceptable, first save what must be kept: {backup}. Then add this entry to the "
    f"list `{{list}}` of the stack file: `{_LOSS}`."
)
#: Pulumi refuses to delete what is protected: https://www.pulumi.com/docs/iac/concepts/options/protect/
_UNPROTECT = (
    " {name} is protected, and Pulumi refuses to delete it. Before the deployment, run "
    "`pulumi state unprotect '{urn}' --yes`."
)
ALLOW_REPLACE = _ACCEPTED.replace("{list}", "allowReplace").replace("{resource}", "{name}")
ALLOW_DELETE = _ACCEPTED.replace("{list}", "allowDelete").replace("{resource}", "{allowed}")
PROTECTED_REPLACE, PROTECTED_DELETE = ALLOW_REPLACE + _UNPROTECT, ALLOW_DELETE + _UNPROTECT

#: A compute whose key in the stack file is its name.
RENAME = (
    "Revert the change; or rename the compute: give its key in `{owner}` another name. Pulumi then creates the new "
    "compute and deletes {name}."
)
#: A resource that holds no data: the stack file cannot give it another name.
DELETE_FIRST = (
    "Revert the change; or delete {name} before the deployment, which creates it again: {commands}, then "
    "`pulumi refresh` and `pulumi up`. For a comparison of revisions, add this entry to the list `allowReplace` of the "
    f"stack file, which makes it a warning: `{_DELETED_FIRST.replace('{resource}', '{logical}')}`."
)


def loss_allowed(key: str, resource: str) -> StackFileEntry:
    """Returns the entry that allows a loss. `key`: allowReplace or allowDelete; `resource`: its name or environment."""
    return StackFileEntry(key, _LOSS.format(resource=resource))


def deleted_first(resource: str) -> StackFileEntry:
    """Returns the entry that makes an impossible update a warning in a comparison of revisions."""
    return StackFileEntry("allowReplace", _DELETED_FIRST.format(resource=resource))


#: A resource that others use, which cannot be deleted either.
USED = "Revert the change. There is no other remedy: Azure refuses to delete {name} while it is used by {users}."
#: A key of a vault. azure-native recovers a deleted one: pulumi/pulumi-azure-native, pull request 4759.
KEY = (
    "Revert the change. There is no other remedy: a key keeps its properties, and azure-native recovers a deleted key "
    "as it was."
)
#: A resource that would be lost with its data.
HOLDS_DATA = (
    "Revert the change. No update can make it, and {name} holds data: only a new resource can have the new value. "
    "docs/explanation/guard.md has the steps to replace it."
)
#: A resource that can be changed while nothing uses it.
DELETE_USERS = (
    "Revert the change; or delete {users} before the deployment, which creates them again: {commands}, then "
    "`pulumi refresh` and `pulumi up`. Connections and jobs are interrupted, and files on the disks of compute "
    "instances are lost."
)
NO_USERS = "No action needed, unless something outside of this stack uses {name}: delete that before the deployment."

_COMPUTES = "microsoft.machinelearningservices/workspaces/computes"
_KEYS = "microsoft.keyvault/vaults/keys"
#: Users that hold no data and on which nothing depends but traffic: a deployment creates them again.
_CREATED_AGAIN = frozenset(
    {
        "microsoft.authorization/policyassignments",
        "microsoft.authorization/policysetdefinitions",
        "microsoft.machinelearningservices/workspaces/computes",
        "microsoft.network/azurefirewalls",
        "microsoft.network/bastionhosts",
        "microsoft.network/privateendpoints",
    }
)


class Remedies:
    """Remedies for the resources of a stack. `existing`: everything that exists."""

    def __init__(self, existing: Iterable[ExistingResource]) -> None:
        self._users = UsersOf(existing)

    def unchangeable(self, resource: ExistingResource) -> tuple[str, dict[str, str]]:
        """Returns the template for a resource that no update can change, and its words."""
        kind = resource.type.lower()
        if kind == _KEYS:
            return KEY, {}
        if holding(resource.type):
            return HOLDS_DATA, {}
        if kind == _COMPUTES and resource.name != IMAGE_BUILD:
            return RENAME, {}
        order = self._deleted_before(resource)
        if order is None:
            return USED, {"users": _some(self._users(resource))}
        return DELETE_FIRST, {"commands": _commands((*order, resource))}

    def in_use(self, resource: ExistingResource) -> tuple[str, dict[str, str]]:
        """Returns the template for a resource that can be changed only while nothing uses it, and its words."""
        users = self._users(resource)
        if not users:
            return NO_USERS, {}
        return DELETE_USERS, {"users": _some(users), "commands": _commands(users)}

    def _deleted_before(self, existing_resource: ExistingResource) -> tuple[ExistingResource, ...] | None:
        """Returns what has to be deleted before a resource, in this order; None where that is too much."""
        order: dict[str, ExistingResource] = {}
        for user in self._users(existing_resource):
            before = self._deleted_before(user) if user.type.lower() in _CREATED_AGAIN else None
            if before is None:
                return None
            order |= {resource.id.lower(): resource for resource in (*before, user)}
        return tuple(order.values())


def _commands(order: tuple[ExistingResource, ...]) -> str:
    """Returns the commands that delete resources, each between backticks: compute targets, then the others in their
    order.
    """
    commands = [_deletion(resource) for resource in order if resource.type.lower() == _COMPUTES]
    others = [resource.id for resource in order if resource.type.lower() != _COMPUTES]
    if others:
        commands.append(f"az resource delete --ids {' '.join(others)}")
    return ", ".join(f"`{command}`" for command in commands)


def _deletion(compute: ExistingResource) -> str:
    """Returns the command that deletes a compute."""
    compute_id = parse(compute.id)
    return (
        f"az ml compute delete --name {compute_id.names[-1]} --workspace-name {compute_id.names[-2]} "
        f"--resource-group {compute_id.resource_group} --subscription {compute_id.subscription} --yes"
    )


def _some(users: tuple[ExistingResource, ...]) -> str:
    """Names of users, at most three."""
    names = [user.name for user in users]
    return listed(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"
