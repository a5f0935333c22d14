"""Access control of the simulated Azure: requests that the caller's roles do not allow are refused, as ARM does.

Without any grant in the memory, the caller may do everything: most rehearsals are about other rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.azure.delegation import ASSIGNMENTS
from amlz.azure.deployer import CustomRoleGrant
from amlz.azure.ids import within
from amlz.azure.rights import Right, needed
from amlz.azure.shapes import to_body
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore, StoredResource

#: The object ID of the caller.
CALLER = "00000000-0000-4000-8000-00000000d0e5"


def allow(store: StateStore, *grants: CustomRoleGrant) -> None:
    """Limits the caller to these grants."""
    for grant in grants:
        store.add_grant(
            {
                "scope": grant.scope,
                "actions": [action.name.lower() for action in grant.actions],
                "assignable": {kind.lower(): list(ids) for kind, ids in grant.assignable},
            }
        )


def refuse(store: StateStore, verb: str, resource: StoredResource) -> None:
    """Raises AzureRefused where the caller lacks a permission of `read`, `create`, `update` or `delete`."""
    grants = store.grants()
    if not grants:
        return
    body = to_body(resource.token, resource.inputs) if verb in ("create", "update") else {}
    done = None
    for right in needed(verb, resource.type, resource.id, body):
        if not any(_covers(grant, right, resource) for grant in grants):
            raise _refused(right, done or right, resource)
        done = right if not right.linked else done


def _covers(grant: Mapping[str, Any], right: Right, resource: StoredResource) -> bool:
    # Roles of a management group reach no subscription here: which ones it has is not known.
    if right.action.lower() not in grant["actions"] or not within(right.scope, grant["scope"]):
        return False
    verb = right.action.rpartition("/")[2]
    if resource.type.lower() != ASSIGNMENTS.lower() or verb not in ("write", "delete") or not grant["assignable"]:
        return True
    role = str(resource.inputs.get("roleDefinitionId", "")).rpartition("/")[2].lower()
    kind = str(resource.inputs.get("principalType", "")).lower()
    return role in grant["assignable"].get(kind, ())


def _refused(right: Right, before: Right, resource: StoredResource) -> AzureRefused:
    """A recorded text, and of linked resources https://github.com/kubernetes-sigs/cloud-provider-azure/issues/287."""
    client = f"The client '{CALLER}' with object id '{CALLER}'"
    if right.linked:
        message = (
            f"{client} has permission to perform action '{before.action}' on scope '{before.scope}'; however, it does "
            f"not have permission to perform action(s) '{right.action}' on the linked scope(s) '{right.scope}' "
            "(respectively) or the linked scope(s) are invalid."
        )
        return AzureRefused(403, "LinkedAuthorizationFailed", message, resource.id)
    message = (
        f"{client} does not have authorization to perform action '{right.action}' over scope '{right.scope}' or the "
        "scope is invalid. If access was recently granted, please refresh your credentials."
    )
    return AzureRefused(403, "AuthorizationFailed", message, resource.id)
