"""guard/below-a-lock: deletions that a lock forbids, although the resource that it is for stays."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.ids import parse, within
from amlz.checks.finding import Check, Finding, Severity
from amlz.checks.guard.change import ExistingResource, ResourceChanges, about

_LOCKS = "microsoft.authorization/locks"

BELOW_LOCK = Check(
    id="guard/below-a-lock",
    severity=Severity.WARNING,
    says="{name} would be deleted, and lock {lock} forbids it: Azure answers ScopeLocked at the end of the deployment, "
    "and {name} stays.",
    remedy="No action needed, if {name} may stay. To delete it, run `az lock delete --ids {lock_id}` and `pulumi up`, "
    "then `pulumi up --refresh`, which creates the lock again. Between them the resource is not locked.",
    why="A lock against deletion also forbids deleting role assignments and diagnostic settings below it. Pulumi "
    "creates and changes before it deletes, so a lock cannot be released and restored in one deployment. A principal "
    "that leaves the stack file keeps its role until the lock is removed.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
)


def below_locks(edit: ResourceChanges) -> Iterator[Finding]:
    """Returns deletions below a lock that exists before and after the change, one for each deleted resource."""
    gone = {resource.urn for resource in (*edit.deleted, *(replaced for replaced, _ in edit.replaced))}
    locks = [resource for resource in edit.existing if resource.type.lower() == _LOCKS and resource.urn not in gone]
    scopes = [(parse(lock.id).scope or _above(lock), lock) for lock in locks if lock.id]
    for resource in (*edit.deleted, *(resource for resource, _ in edit.replaced)):
        lock = next((lock for scope, lock in scopes if resource.id and within(resource.id, scope)), None)
        if lock is not None and resource.type.lower() != _LOCKS:
            yield about(BELOW_LOCK, resource, "", {"lock": lock.name, "lock_id": lock.id})


def _above(lock: ExistingResource) -> str:
    """Returns the scope of a lock on a resource group or a subscription."""
    return lock.id[: lock.id.lower().rindex(f"/providers/{_LOCKS}")]
