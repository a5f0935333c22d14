"""What Azure refuses, as far as this project meets it. Names and codes are tables, with the source on the row."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure import facts
from amlz.azure.ids import ids_in, parse
from amlz.azure.in_use import IN_USE
from amlz.azure.shapes import to_body
from amlz.simulator import limits, networks
from amlz.simulator.errors import AzureRefused
from amlz.simulator.memory import CREATING, Kept, Memory, Standing

_LEARN = "https://learn.microsoft.com/azure/"
_GITHUB = "https://github.com/"

#: Names that no other resource of the type may have, in all of Azure: ARM type, code, source.
UNIQUE_NAMES = {
    "microsoft.keyvault/vaults": ("VaultAlreadyExists", _LEARN + "key-vault/general/common-error-codes"),
    "microsoft.storage/storageaccounts": (
        "StorageAccountAlreadyTaken",
        _LEARN + "azure-resource-manager/troubleshooting/error-storage-account-name",
    ),
    "microsoft.containerregistry/registries": ("AlreadyInUse", _GITHUB + "MicrosoftDocs/azure-dev-docs/issues/1303"),
}

#: What keeps its name when deleted: ARM type, days where the resource does not say them, status, code, message, source.
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
#: What a workspace consists of, as its inputs name it.
_PARTS = ("storageAccount", "keyVault", "containerRegistry", "applicationInsights")


def refers(resource: Standing) -> Iterator[str]:
    """What others may be asked about by: every id in the inputs, and of a role assignment, who gets the role."""
    yield from ids_in(resource.inputs)
    if resource.type.lower() == _ASSIGNMENTS:
        yield _holder(resource.inputs.get("principalId", ""))


def complete(resource: Standing) -> None:
    """Whether a request carries what the published type requires. Raises AzureRefused.

    The code is that of ARM's own reading of a request; services that read it themselves have others. What only Azure
    writes is never sent: inputs do not have it.
    """
    missing = facts.missing(resource.token, to_body(resource.token, resource.inputs))
    if missing:
        message = f"The request content was invalid: required property '{missing[0]}' is missing."
        raise AzureRefused(400, "InvalidRequestContent", message, resource.id)


def put(memory: Memory, resource: Standing) -> None:
    """Whether a resource may be made or changed so. Raises AzureRefused.

    That each reference has to stand is taken to hold for every service; it was looked up for those of networks.
    """
    _above(memory, resource.id)
    _references(memory, resource)
    limits.lists_fit(resource)
    if memory.get(resource.id) is None:
        _name(memory, resource)
        limits.fits(memory, resource)
    networks.refuse_dropping(memory, resource)
    if resource.type.lower() == _COMPUTE:
        _reachable(memory, resource)
    if resource.type.lower() == _ML:
        _permitted(memory, resource)


def delete(memory: Memory, resource: Standing) -> tuple[Standing, ...]:
    """Whether a resource may be deleted, and all that goes with it, itself first. Raises AzureRefused."""
    kind = resource.type.lower()
    below = memory.below(resource.id)
    gone = (resource, *(each for each in below if each.type.lower() != _SETTINGS))  # these stay, unseen
    if kind != _LOCKS:
        _unlocked(memory, resource, gone)
    if kind == _ZONE and any(each.type.lower() == _LINK for each in below):
        # https://github.com/learntocloud/networking-lab/issues/8
        message = "Cannot delete resource while nested resources exist."
        raise AzureRefused(409, "CannotDeleteResource", message, resource.id)
    ids = {each.id.lower() for each in gone}
    used = IN_USE.get(kind)
    others = (u for u in memory.referring(resource.id) if used and u.type.lower() in used.users)
    user = next((u for u in others if u.id.lower() not in ids), None)
    if used and user:
        raise AzureRefused(400, used.code, f"{resource.id} is in use by {user.id} and cannot be deleted.", resource.id)
    return gone


def kept_name(resource: Standing) -> Kept | None:
    """The name that a deleted resource keeps; None where it is free at once."""
    kind = resource.type.lower()
    if kind not in SOFT_DELETE:
        return None
    properties = resource.inputs.get("properties", {}) if kind == _VAULT else {}
    days = properties.get("softDeleteRetentionInDays") or SOFT_DELETE[kind][0]
    return Kept(kind, resource.name, resource.id, days, not properties.get("enablePurgeProtection", False))


def _above(memory: Memory, resource_id: str) -> None:
    """What it is in and what it is on has to stand: https://learn.microsoft.com/azure/azure-resource-manager/
    troubleshooting/error-parent-resource and error-not-found."""
    for above in parents(resource_id):
        standing = memory.get(above) if memory.expects(above) else None
        if standing is not None and standing.state == CREATING:
            raise _not_ready(above, resource_id)
        if standing is not None or not memory.expects(above):
            continue
        if parse(above).type == "Microsoft.Resources/resourceGroups":
            raise AzureRefused(
                404, "ResourceGroupNotFound", f"Resource group '{parse(above).name}' could not be found.", resource_id
            )
        message = f"Can not perform requested operation on nested resource. Parent resource '{above}' not found."
        raise AzureRefused(404, "ParentResourceNotFound", message, resource_id)


def parents(resource_id: str) -> Iterator[str]:
    """Every id above this one, from the top."""
    parts = resource_id.split("/")
    for end in range(5, len(parts), 2):
        if parts[end - 2].lower() != "providers":
            yield "/".join(parts[:end])


def _references(memory: Memory, resource: Standing) -> None:
    """https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-invalid-resource-reference"""
    own = resource.id.lower()
    for found in ids_in(resource.inputs):
        target = next((id_ for id_ in reversed([*parents(found), found]) if memory.expects(id_)), None)
        if target is None or target.lower() == own:
            continue
        standing = memory.get(target)
        if standing is None:
            message = f"Resource {found} referenced by resource {resource.id} was not found."
            raise AzureRefused(400, "InvalidResourceReference", message, resource.id)
        if standing.state == CREATING:
            raise _not_ready(target, resource.id)


def _not_ready(used: str, user: str) -> AzureRefused:
    """As networks say it, seen with 400 and with 429: https://github.com/Azure-Samples/azuresandbox/issues/25."""
    message = (
        f"Cannot proceed with operation because resource {used} used by resource {user} is not in Succeeded state. "
        f"Resource is in {CREATING} state."
    )
    return AzureRefused(400, "ReferencedResourceNotProvisioned", message, user)


def _name(memory: Memory, resource: Standing) -> None:
    kind = resource.type.lower()
    kept = memory.kept(kind, resource.name)
    recovers = resource.inputs.get("properties", {}).get("createMode") == "recover" if kind == _VAULT else False
    if kept and not recovers:
        _, status, code, message, _ = SOFT_DELETE[kind]
        raise AzureRefused(status, code, message, resource.id)
    other = memory.named(kind, resource.name) if kind in UNIQUE_NAMES else None
    if other:
        raise AzureRefused(409, UNIQUE_NAMES[kind][0], f"The name {resource.name} is already in use.", resource.id)


def _reachable(memory: Memory, compute: Standing) -> None:
    """A compute without public address needs its workspace's private endpoint:
    https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet

    The page says so; the code is ours.
    """
    properties = compute.inputs.get("properties", {}).get("properties", {})
    workspace = compute.id.rpartition("/computes/")[0]
    if properties.get("enableNodePublicIp", True) or not memory.expects(workspace):
        return
    if not any(user.type.lower() == _ENDPOINT for user in memory.referring(workspace)):
        message = f"A compute without public address needs a private endpoint of {workspace}; there is none."
        raise AzureRefused(400, "BadRequest", message, compute.id)


def _permitted(memory: Memory, workspace: Standing) -> None:
    """A workspace acts as its identity, which needs a role on each of its parts before:
    https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication

    Which roles is not looked at. The page says so; the code is ours.
    """
    identity = memory.get(workspace.inputs.get("primaryUserAssignedIdentity") or "")
    if identity is None:
        return
    holder = _holder(identity.outputs.get("principalId", ""))
    for key in _PARTS:
        part = workspace.inputs.get(key) or ""
        scopes = [f"{above}/providers/{_ASSIGNMENTS}" for above in (*parents(part), part)]
        if memory.expects(part) and not any(memory.users(holder, scope) for scope in scopes):
            message = f"The identity {identity.id} has no role on {part}, which the workspace consists of."
            raise AzureRefused(400, "BadRequest", message, workspace.id)


def _holder(principal: str) -> str:
    return f"principal:{principal}"


def _unlocked(memory: Memory, resource: Standing, gone: tuple[Standing, ...]) -> None:
    """https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources"""
    locks = [each.id for each in gone if each.type.lower() == _LOCKS]
    for above in parents(resource.id):
        locks += [lock.id for lock in memory.below(f"{above}/providers/{_LOCKS}")]
    if locks:
        message = (
            f"The scope '{resource.id}' cannot perform delete operation because following scope(s) are locked: "
            f"'{locks[0].rpartition('/providers/')[0]}'. Please remove the lock and try again."
        )
        raise AzureRefused(409, "ScopeLocked", message, resource.id)
