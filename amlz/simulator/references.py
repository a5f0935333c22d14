"""References of a request to other resources: which have to exist, which have to be ready, and when that is checked.

Networks check references when the request arrives. Other services accept the request first, as recorded: a workspace
was accepted while its vault and its storage account were still being created. Where the program of a stack is run, a
missing resource is an error for every service, since it ends there too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.ids import ids_in, parse
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import CREATING, StateStore, StoredResource

_NETWORKS = "microsoft.network/"
#: Types of Microsoft.Network that other services serve: they check nothing at the request. Of the DNS resolver, an
#: operation on a missing network was accepted and then failed; of private DNS, nothing is recorded.
_OWN_SERVICE = ("privatednszones", "dnsresolvers", "dnsforwardingrulesets", "networkwatchers", "networkmanagers")
_PEERING = "microsoft.network/virtualnetworks/virtualnetworkpeerings"
_IDENTITY = "microsoft.managedidentity/userassignedidentities"


def refuse(store: StateStore, resource: StoredResource) -> None:
    """Raises AzureRefused where a request refers to a resource that does not exist or is not ready."""
    if store.closed:
        _refuse_at_request(store, resource)
        return
    own = resource.id.lower()
    for item in ids_in(resource.inputs):
        target = next((id_ for id_ in reversed([*above(item), item]) if store.expects(id_)), None)
        if target is None or target.lower() == own:
            continue
        stored = store.get(target)
        if stored is None:
            raise _missing(item, resource)
        if stored.state == CREATING:
            raise not_ready(target, resource.id)


def _refuse_at_request(store: StateStore, resource: StoredResource) -> None:
    """As each service does: identities always, other references where the service is that of networks."""
    _identities(store, resource)
    kind = resource.type.lower()
    if not checks_at_request(kind):
        return
    own = resource.id.lower()
    for fromkey in dict.fromkeys(ids_in(resource.inputs if resource.body is None else resource.body)):
        target = fromkey.lower().rstrip("/")
        if target == own or target.startswith(f"{own}/") or f"/providers/{_NETWORKS}" not in target:
            continue
        stored = _existing(store, fromkey)
        if stored is None:
            raise _missing(fromkey, resource)
        if stored.state == CREATING:
            raise not_ready(stored.id, resource.id)


def checks_at_request(kind: str) -> bool:
    """Returns whether the service of a type (lower case) checks its references when the request arrives."""
    return kind.startswith(_NETWORKS) and kind.split("/")[1] not in _OWN_SERVICE


def _existing(store: StateStore, target: str) -> StoredResource | None:
    """The resource of an id. A part of a resource, such as a frontend, exists with it."""
    resource = store.get(target)
    if resource is not None:
        return resource
    try:
        kind = parse(target).type.lower()
    except ValueError:
        return None
    if kind.count("/") < 2 or kind.endswith(("/subnets", "/virtualnetworkpeerings", "/securityrules", "/routes")):
        return None
    return store.get(target.rsplit("/", 2)[0])


def _identities(store: StateStore, resource: StoredResource) -> None:
    """An identity that a resource is to have has to exist, for every service. Recorded for storage and alert rules."""
    identity = (resource.body or {}).get("identity")
    wanted = identity.get("userAssignedIdentities") if isinstance(identity, dict) else None
    for item, value in wanted.items() if isinstance(wanted, dict) else ():
        if value is None or store.get(item) is not None:
            continue
        if f"/{_IDENTITY}/" not in item.lower():
            raise AzureRefused(
                400, "LinkedInvalidPropertyId", f"Property id '{item}' at path 'identity' is invalid.", resource.id
            )
        inner = f"Resource '{_lower_groups(item)}' was not found."
        inner = f'{{"error":{{"code":"BadRequest","message":"{inner}"}}}}'
        inner = f'{{"error":{{"code":"BadRequest","message":"{inner}"}}}}'
        message = (
            f"Identity operation for resource '{resource.id}' failed with error 'Failed to perform resource identity "
            f"operation. Status: 'BadRequest'. Response: '{inner}'.'."
        )
        raise AzureRefused(400, "FailedIdentityOperation", message, resource.id)


def _lower_groups(resource_id: str) -> str:
    return "/".join("resourcegroups" if part.lower() == "resourcegroups" else part for part in resource_id.split("/"))


def _missing(value: str, resource: StoredResource) -> AzureRefused:
    """https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-invalid-resource-reference

    The text is recorded.
    """
    message = (
        f"Resource {value} referenced by resource {resource.id} was not found. Please make sure that the referenced "
        "resource exists, and that both resources are in the same region."
    )
    details: tuple[dict[str, Any], ...] = ({"code": "NotFound", "message": f"Resource {value} not found."},)
    return AzureRefused(400, "InvalidResourceReference", message, resource.id, details)


def not_ready(used: str, user: str, state: str = "Updating") -> AzureRefused:
    """The error of a network's request whose reference is not ready. Recorded 12 times with 429, with 400 for peerings.

    https://github.com/Azure-Samples/azuresandbox/issues/25
    """
    message = (
        f"Cannot proceed with operation because resource {used} used by resource {user} is not in Succeeded state. "
        f"Resource is in {state} state and the last operation that updated/is updating the resource is "
        f"{_operation(used)}."
    )
    code = "ReferencedResourceNotProvisioned"
    if parse(user).type.lower() == _PEERING:
        return AzureRefused(400, code, message, user)
    inner = ({"code": code, "message": message},)
    return AzureRefused(429, "RetryableError", "A retryable error occurred.", user, inner)


def _operation(resource_id: str) -> str:
    """The name of the operation that writes a resource: PutSubnetOperation is recorded, others follow it."""
    last = parse(resource_id).type.rpartition("/")[2]
    singular = last.removesuffix("es") if last.endswith("sses") else last.removesuffix("s")
    return f"Put{singular[:1].upper()}{singular[1:]}Operation"


def above(resource_id: str) -> Iterator[str]:
    """Every id above this one, from the top."""
    parts = resource_id.split("/")
    for end in range(5, len(parts), 2):
        if parts[end - 2].lower() != "providers":
            yield "/".join(parts[:end])
