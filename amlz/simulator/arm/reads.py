"""GET and HEAD: resources, collections, operations that are under way."""

from __future__ import annotations

import re
from typing import Any

from amlz.azure.ids import parse
from amlz.simulator import missing, validation
from amlz.simulator.arm import assets, bodies, datastores
from amlz.simulator.arm.addresses import GROUP, SUBSCRIPTION, Address, PathKind
from amlz.simulator.arm.answers import marks
from amlz.simulator.arm.azure import Azure
from amlz.simulator.arm.messages import Answer, Request, error
from amlz.simulator.arm.rows import TENANT
from amlz.simulator.arm.writes import comes_with_parent
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StoredResource

_DELETED = re.compile(
    r"/subscriptions/([^/]+)/providers/microsoft\.keyvault/locations/([^/]+)/deletedvaults/([^/]+)(?:/purge)?", re.I
)
#: Listed for one resource or subscription, without those below it:
#: https://learn.microsoft.com/rest/api/monitor/diagnostic-settings/list
_OF_ONE_RESOURCE = "microsoft.insights/diagnosticsettings"


def get(azure: Azure, request: Request, address: Address) -> Answer:
    """The answer to a GET or a HEAD. Raises AzureRefused for a resource that does not exist."""
    if address.type == SUBSCRIPTION:
        subscription = parse(address.id).subscription
        body = {
            "id": address.id,
            "subscriptionId": subscription,
            "tenantId": TENANT,
            "displayName": "simulated",
            "state": "Enabled",
        }
        return Answer(200, {}, body)
    resource = azure.store.get(address.id) or comes_with_parent(azure, address)
    if resource is None and request.method == "HEAD":
        return Answer(404)
    if resource is None:
        raise not_found(azure, address)
    if request.method == "HEAD":
        return Answer(204 if address.type == GROUP else 200, marks(resource))
    return Answer(200, marks(resource), _read(azure, resource))


def deleted_vault(azure: Azure, request: Request) -> Answer | None:
    """The answer about a deleted vault, at its separate address; None for another path. Recorded."""
    match = _DELETED.fullmatch(request.path.rstrip("/"))
    if match is None:
        return _deleted_vaults(azure, request)
    kept = azure.store.kept("microsoft.keyvault/vaults", match[3])
    if kept is None:
        message = (
            f"The specified deleted vault '{match[3]}' does not exist. Ensure that the vault was indeed deleted and "
            "that it is in recoverable state. If soft delete was not enabled then the vault is permanently deleted. "
            "Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2149745"
        )
        return error(404, "DeletedVaultNotFound", message)
    if request.method == "POST":
        if not kept.purgeable:
            return error(400, "MethodNotAllowed", "Operation 'DeletedVaultPurge' is not allowed.")
        azure.purge(kept)
        return Answer(202)
    body = {"id": request.path.rstrip("/"), "name": match[3], "type": "Microsoft.KeyVault/deletedVaults"}
    return Answer(200, {}, {**body, "properties": {"vaultId": kept.id, "location": match[2]}})


def _deleted_vaults(azure: Azure, request: Request) -> Answer | None:
    """The list of the deleted vaults of a subscription; None for another path."""
    match = re.fullmatch(r"/subscriptions/([^/]+)/providers/microsoft\.keyvault/deletedvaults/?", request.path, re.I)
    if match is None or request.method != "GET":
        return None
    start = f"/subscriptions/{match[1]}/".lower()
    kept = [one for one in azure.store.all_kept() if one.type == "microsoft.keyvault/vaults"]
    values = [
        {
            "id": f"{request.path.rstrip('/')}/{one.name}",
            "name": one.name,
            "type": "Microsoft.KeyVault/deletedVaults",
            "properties": {"vaultId": one.id},
        }
        for one in kept
        if one.id.lower().startswith(start)
    ]
    return Answer(200, {}, {"value": values})


def not_found(azure: Azure, address: Address, verb: str = "read") -> AzureRefused:
    """Returns the 404 of a resource: of its resource group, of its parent, or its own."""
    for above in validation.parents(address.id):
        if azure.store.get(above) is None and not validation.exists_from_the_start(parse(above).type):
            return validation.missing_above(verb, above, address.id)
    if address.type == GROUP:
        return validation.missing_above(verb, address.id, address.id)
    return missing.not_found(address.id)


def collection(azure: Azure, address: Address) -> Answer:
    """The resources of a type right in a scope or, of a subscription, anywhere in it. Raises AzureRefused."""
    if address.type == SUBSCRIPTION:
        return Answer(200, {}, {"value": []})
    above = parse(address.id).type if address.id else ""
    exists = above in ("", SUBSCRIPTION) or validation.exists_from_the_start(above)
    if assets.is_versions(address.type) and azure.store.get(address.id.rsplit("/", 2)[0]) is not None:
        exists = True
    if not exists and azure.store.get(address.id) is None:
        raise not_found(azure, Address(address.kind, address.id, above))
    own = [one for one in azure.store.below(address.id) if _belongs(one, address)]
    if address.type == datastores.KIND:
        others = (Address(PathKind.RESOURCE, item, datastores.KIND) for item in datastores.ids(address.id))
        new = (comes_with_parent(azure, other) for other in others if azure.store.get(other.id) is None)
        own += [one for one in new if one is not None]
    return Answer(200, {}, {"value": [_read(azure, one) for one in own]})


def _belongs(resource: StoredResource, address: Address) -> bool:
    """Returns whether a resource is in a collection of its type; without a type, of all top-level resources."""
    if not address.type:
        return resource.type.count("/") == 1 and resource.type != GROUP.lower() and not _is_extension(resource)
    if resource.type.lower() != address.type.lower():
        return False
    if resource.type.lower() == _OF_ONE_RESOURCE:
        return resource.id.lower().rpartition("/providers/")[0] == address.id.lower()
    return resource.id.lower().startswith(f"{address.id.lower()}/")


def _is_extension(resource: StoredResource) -> bool:
    """Returns whether a resource belongs to another one, or to a scope: no list of resources has it."""
    return bool(parse(resource.id).scope) or resource.type.startswith("microsoft.authorization/")


def _read(azure: Azure, resource: StoredResource) -> dict[str, Any]:
    """The body of a GET. The address of a vault ends with a slash (122 of 122), other than in the answer to its PUT."""
    result = bodies.shown(azure.store, azure.operations, resource)
    properties = result.get("properties")
    if isinstance(properties, dict) and isinstance(properties.get("vaultUri"), str):
        properties["vaultUri"] = f"{properties['vaultUri'].rstrip('/')}/"
    return result


def operation(azure: Azure, address: Address) -> Answer:
    """Returns the progress of an operation: at its own address, or at the one of the Location header."""
    key = address.operation or ""
    begun = azure.operations.get(key)
    if begun is None:
        return error(404, "NotFound", f"The operation '{key}' was not found.")
    if address.waits:
        if not begun.done:
            return Answer(202, {"Retry-After": "10"})
        if begun.error is not None:
            return Answer(409, {}, {"error": dict(begun.error)})
        resource = azure.store.get(begun.resource)
        if resource is None:
            return Answer(204 if "/providers/" in begun.resource else 200)
        return Answer(200, {}, _read(azure, resource))
    if not begun.done:
        return Answer(200, {"Retry-After": "10"}, {"status": "InProgress"})
    if begun.error is not None:
        return Answer(200, {}, {"status": "Failed", "error": dict(begun.error)})
    return Answer(200, {}, {"status": "Succeeded"})
