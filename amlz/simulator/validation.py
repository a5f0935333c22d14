"""Refusals of Azure, as far as this project meets them. Names and codes are tables, with the source on the row."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure import facts
from amlz.azure.ids import ids_in, parse
from amlz.azure.in_use import IN_USE
from amlz.azure.shapes import to_body
from amlz.simulator import existing, limits, networks, references, registrations
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import CREATING, SoftDeletedName, StateStore, StoredResource

_LEARN = "https://learn.microsoft.com/azure/"
_GITHUB = "https://github.com/"

#: Names that no other resource of the type may have, in all of Azure: ARM type, code, message, source.
UNIQUE_NAMES = {
    "microsoft.keyvault/vaults": (
        "VaultAlreadyExists",
        "The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the name is "
        "already taken. If you are sure that the vault name was not taken then it is possible that a vault with the "
        "same name was recently deleted but not purged after being placed in a recoverable state. If the vault is in a "
        "recoverable state then the vault will need to be purged before reusing the name. For more information about "
        "VaultAlreadyExists, soft delete and purging a vault follow this link "
        "https://go.microsoft.com/fwlink/?linkid=2147740.",
        _LEARN + "key-vault/general/common-error-codes",
    ),
    "microsoft.storage/storageaccounts": (
        "StorageAccountAlreadyTaken",
        "The storage account named {name} is already taken.",
        "recorded answers of Azure to checkNameAvailability; code: "
        + _LEARN
        + "azure-resource-manager/troubleshooting/error-storage-account-name",
    ),
    "microsoft.containerregistry/registries": (
        "AlreadyInUse",
        "The registry {name} is already in use.",
        "recorded answers of Azure to checkNameAvailability; code: "
        + _GITHUB
        + "MicrosoftDocs/azure-dev-docs/issues/1303",
    ),
}

#: Types that keep their name when deleted: ARM type, default days, status, code, message, source.
SOFT_DELETE = {
    "microsoft.keyvault/vaults": (
        90,
        409,
        "ConflictError",
        "A vault with the same name already exists in deleted state. "
        "You need to either recover or purge existing key vault.",
        _GITHUB + "alan-turing-institute/data-safe-haven/issues/2523",
    ),
    "microsoft.machinelearningservices/workspaces": (
        14,
        400,
        "BadRequest",
        "Soft-deleted workspace exists. Please purge or recover it. https://aka.ms/wsoftdelete",
        _GITHUB + "Azure/ResourceModules/issues/3596",
    ),
}

_LOCKS = "microsoft.authorization/locks"
_SETTINGS = "microsoft.insights/diagnosticsettings"
_ZONE = "microsoft.network/privatednszones"
_LINK = f"{_ZONE}/virtualnetworklinks"
_VAULT = "microsoft.keyvault/vaults"
_COMPUTE = "microsoft.machinelearningservices/workspaces/computes"
_ENDPOINT = "microsoft.network/privateendpoints"
_ASSIGNMENTS = "microsoft.authorization/roleassignments"
_ML = "microsoft.machinelearningservices/workspaces"
#: Parts of a workspace, as its inputs name them.
_PARTS = ("storageAccount", "keyVault", "containerRegistry", "applicationInsights")


def refers(resource: StoredResource) -> Iterator[str]:
    """Returns the ids by which others may find it: every id in the inputs, and of a role assignment, its principal."""
    yield from ids_in(resource.inputs)
    if resource.type.lower() == _ASSIGNMENTS:
        yield holder(resource.inputs.get("principalId", ""))


def complete(resource: StoredResource) -> None:
    """Checks that a request carries the properties that the published type requires. Raises AzureRefused.

    The code is that of ARM's own reading of a request; services that read it themselves have others. Properties that
    only Azure writes are never sent: inputs do not have them.
    """
    missing = facts.missing(resource.token, to_body(resource.token, resource.inputs))
    if missing:
        message = f"The request content was invalid: required property '{missing[0]}' is missing."
        raise AzureRefused(400, "InvalidRequestContent", message, resource.id)


def put(store: StateStore, resource: StoredResource) -> None:
    """Checks that a resource may be created or changed in this way. Raises AzureRefused.

    When references are checked is a matter of the service: amlz/simulator/references.py.
    """
    registrations.refuse(store, resource)
    refuse_missing_above(store, resource.id)
    references.refuse(store, resource)
    limits.lists_fit(resource)
    if store.get(resource.id) is None:
        _name(store, resource)
        limits.fits(store, resource)
    networks.refuse_dropping(store, resource)
    if store.closed:
        return  # the service accepts the request first, and what it finds later is not recorded
    if resource.type.lower() == _COMPUTE:
        _reachable(store, resource)
    if resource.type.lower() == _ML:
        _permitted(store, resource)


def delete(store: StateStore, resource: StoredResource) -> tuple[StoredResource, ...]:
    """Returns all resources that are deleted with a resource, itself first. Raises AzureRefused."""
    kind = resource.type.lower()
    below = store.below(resource.id)
    gone = (
        resource,
        *(stored_resource for stored_resource in below if stored_resource.type.lower() != _SETTINGS),
    )  # these stay, unseen
    if kind != _LOCKS:
        _unlocked(store, resource, gone)
    if kind == _ZONE and any(stored_resource.type.lower() == _LINK for stored_resource in below):
        # https://github.com/learntocloud/networking-lab/issues/8
        message = "Cannot delete resource while nested resources exist."
        raise AzureRefused(409, "CannotDeleteResource", message, resource.id)
    ids = {stored_resource.id.lower() for stored_resource in gone}
    used = IN_USE.get(kind)
    others = (u for u in store.referring(resource.id) if used and u.type.lower() in used.users)
    user = next((u for u in others if u.id.lower() not in ids), None)
    if used and user:
        raise AzureRefused(400, used.code, networks.in_use(resource, user), resource.id)
    return gone


def kept_name(resource: StoredResource) -> SoftDeletedName | None:
    """The name that a deleted resource keeps; None where it is free at once."""
    kind = resource.type.lower()
    if kind not in SOFT_DELETE:
        return None
    properties = resource.inputs.get("properties", {}) if kind == _VAULT else {}
    days = properties.get("softDeleteRetentionInDays")
    days = days if isinstance(days, int) and days else SOFT_DELETE[kind][0]
    return SoftDeletedName(kind, resource.name, resource.id, days, not properties.get("enablePurgeProtection", False))


def refuse_missing_above(store: StateStore, resource_id: str) -> None:
    """Checks that its parent and its target exist:
    https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-parent-resource and
    error-not-found. The texts are recorded.
    """
    for above in parents(resource_id):
        stored = store.get(above) if store.expects(above) else None
        if stored is not None and stored.state == CREATING and _waits(store, resource_id, above):
            raise references.not_ready(above, resource_id)
        if stored is not None or not store.expects(above):
            continue
        if store.closed and exists_from_the_start(parse(above).type):
            continue
        raise missing_above("write", above, resource_id)


def exists_from_the_start(kind: str) -> bool:
    """Returns whether resources of a type exist together with their parent. Management groups are taken to exist, as
    the root.
    """
    return existing.is_adopted(kind) or kind.lower() == "microsoft.management/managementgroups"


def _waits(store: StateStore, resource_id: str, above: str) -> bool:
    """Returns whether a request waits for its parent: of a closed store, only those of networks, as recorded."""
    if not store.closed:
        return True
    kind = parse(above).type.lower()
    return kind != "microsoft.resources/resourcegroups" and references.checks_at_request(
        parse(resource_id).type.lower()
    )


#: Types (lower case) whose missing parent is named as a resource that was not found, as all of the network's service.
_NAMES_PARENT = ("microsoft.machinelearningservices/workspaces/connections", "microsoft.app/")


def missing_above(verb: str, above: str, resource_id: str) -> AzureRefused:
    """The error where what a resource is in does not exist. `verb`: read, write or delete."""
    result, own = parse(above), parse(resource_id)
    if result.type == "Microsoft.Resources/resourceGroups":
        message = f"Resource group '{result.name}' could not be found."
        return AzureRefused(404, "ResourceGroupNotFound", message, resource_id)
    kind = own.type.lower()
    if kind.startswith(_NAMES_PARENT) or references.checks_at_request(kind):
        return not_found(above)
    kind = own.type.partition("/")[2]
    message = (
        f"Failed to perform '{verb}' on resource(s) of type '{kind}', because the parent resource '{above}' "
        "could not be found."
    )
    return AzureRefused(404, "ParentResourceNotFound", message, resource_id)


def not_found(resource_id: str) -> AzureRefused:
    """ARM's own error for a resource that does not exist."""
    result = parse(resource_id)
    namespace, *kinds = result.type.split("/")
    name = "/".join(part for pair in zip(kinds, result.names, strict=False) for part in pair)
    message = (
        f"The Resource '{namespace}/{name}' under resource group '{result.resource_group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return AzureRefused(404, "ResourceNotFound", message, resource_id)


def parents(resource_id: str) -> Iterator[str]:
    """Every id above this one, from the top."""
    return references.above(resource_id)


def _name(store: StateStore, resource: StoredResource) -> None:
    kind = resource.type.lower()
    kept = store.kept(kind, resource.name)
    recovers = resource.inputs.get("properties", {}).get("createMode") == "recover" if kind == _VAULT else False
    if kept and not recovers:
        _, status, code, message, _ = SOFT_DELETE[kind]
        raise AzureRefused(status, code, message, resource.id)
    other = store.named(kind, resource.name) if kind in UNIQUE_NAMES else None
    if other:
        code, text, _ = UNIQUE_NAMES[kind]
        raise AzureRefused(409, code, text.format(name=resource.name), resource.id)


def _reachable(store: StateStore, compute: StoredResource) -> None:
    """A compute without public address needs its workspace's private endpoint:
    https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet

    The page states it; the code is ours.
    """
    properties = compute.inputs.get("properties", {}).get("properties", {})
    workspace = compute.id.rpartition("/computes/")[0]
    if properties.get("enableNodePublicIp", True) or not store.expects(workspace):
        return
    if not any(user.type.lower() == _ENDPOINT for user in store.referring(workspace)):
        message = f"A compute without public address needs a private endpoint of {workspace}; there is none."
        raise AzureRefused(400, "BadRequest", message, compute.id)


def _permitted(store: StateStore, workspace: StoredResource) -> None:
    """A workspace acts as its identity, which needs a role on each of its parts before:
    https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication

    Which roles is not looked at. The page states it; the code is ours.
    """
    identity = store.get(workspace.inputs.get("primaryUserAssignedIdentity") or "")
    if identity is None:
        return
    marked = holder(identity.outputs.get("principalId", ""))
    for key in _PARTS:
        part = workspace.inputs.get(key) or ""
        scopes = [f"{above}/providers/{_ASSIGNMENTS}" for above in (*parents(part), part)]
        if store.expects(part) and not any(store.users(marked, scope) for scope in scopes):
            message = f"The identity {identity.id} has no role on {part}, which the workspace consists of."
            raise AzureRefused(400, "BadRequest", message, workspace.id)


def holder(principal: str) -> str:
    """Returns the mark under which the assignments of a principal are found."""
    return f"principal:{principal}"


def refuse_locked(store: StateStore, resource: StoredResource) -> None:
    """Raises AzureRefused where a lock on a resource, in it or above it keeps it from being deleted."""
    _unlocked(store, resource, store.below(resource.id))


def _unlocked(store: StateStore, resource: StoredResource, gone: tuple[StoredResource, ...]) -> None:
    """https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources"""
    locks = [stored_resource.id for stored_resource in gone if stored_resource.type.lower() == _LOCKS]
    for above in parents(resource.id):
        locks += [lock.id for lock in store.below(f"{above}/providers/{_LOCKS}")]
    if locks:
        message = (
            f"The scope '{resource.id}' cannot perform delete operation because following scope(s) are locked: "
            f"'{locks[0].rpartition('/providers/')[0]}'. Please remove the lock and try again."
        )
        raise AzureRefused(409, "ScopeLocked", message, resource.id)
