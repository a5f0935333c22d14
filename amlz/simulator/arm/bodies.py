"""Bodies of answers: the request, in the form in which Azure returns it, with what Azure adds."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from amlz.azure import facts
from amlz.azure.ids import parse
from amlz.azure.recorded import Row, of_type, scalars
from amlz.simulator import model_registries
from amlz.simulator.arm import children, rows, workspaces
from amlz.simulator.arm.addresses import canonical_type
from amlz.simulator.arm.operations import Operations
from amlz.simulator.casing import as_azure_writes
from amlz.simulator.peerings import PEERING
from amlz.simulator.state_store import CREATING, FAILED, SUCCEEDED, StateStore, StoredResource

#: Placeholder for the state of the last operation.
STATE = "{state}"
#: Properties that a PUT without them keeps, by type in lower case. Recorded: App Insights once; of storage accounts,
#: the requests of a test suite that set a key policy or an identity once and find it after later requests; of vaults,
#: twice, the days of soft delete.
KEPT: Mapping[str, tuple[str, ...]] = {
    "microsoft.insights/components": ("properties.RetentionInDays",),
    "microsoft.keyvault/vaults": ("properties.softDeleteRetentionInDays",),
    "microsoft.storage/storageaccounts": ("properties.keyPolicy", "identity"),
}


def sent(kind: str, body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """A request without nulls and what only Azure writes, with what Azure keeps of the resource before it."""
    without_nulls: dict[str, Any] = _without_nulls(body)
    for key in ("id", "name", "type"):
        without_nulls.pop(key, None)
    for path in KEPT.get(kind, ()) if before else ():
        *above, last = path.split(".")
        old, new = before, without_nulls
        for key in above:
            old = (old or {}).get(key) if isinstance(old, Mapping) else None
            new = new.setdefault(key, {}) if isinstance(new, dict) else {}
        if isinstance(old, Mapping) and isinstance(new, dict) and last in old and last not in new:
            new[last] = copy.deepcopy(old[last])
    return without_nulls


#: Keys that clients send back as they read them, at any depth, and that Azure writes itself.
_AZURES = ("etag", "provisioningState", "resourceGuid", "systemData")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None and key not in _AZURES}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


#: The object that a PATCH replaces whole. Recorded for storage accounts, firewalls, private DNS zones and workspaces.
_REPLACED = "tags"


def patched(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A body with a PATCH: its tags replace those of before, everything else is merged."""
    kept = {key: value for key, value in before.items() if key != _REPLACED or patch.get(_REPLACED) is None}
    result: dict[str, Any] = merged(kept, patch)
    return result


def merged(before: Any, patch: Any) -> Any:
    """A value with another one: objects are merged, everything else is replaced, null removes."""
    if not isinstance(before, dict) or not isinstance(patch, dict):
        return patch
    result = dict(before)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def context_of(
    resource_id: str, body: Mapping[str, Any], version: str, clock: Operations, exists: bool
) -> rows.RowContext:
    """Returns the values that the rows of a type are applied with."""
    location = body.get("location")
    plain = {path: value.lower() if isinstance(value, str) else value for path, value in scalars(body)}
    return rows.RowContext(
        id=as_azure_writes(resource_id),
        parsed=parse(resource_id),
        location=location.lower().replace(" ", "") if isinstance(location, str) else "",
        version=version,
        exists=exists,
        sent=plain,
        time=clock.time,
        write=clock.writes,
    )


def completed(kind: str, body: dict[str, Any], context: rows.RowContext) -> dict[str, Any]:
    """A request as it is stored: with what Azure adds, and in its form. `kind`: the type in lower case."""
    result = copy.deepcopy(body)
    if isinstance(result.get("location"), str):
        result["location"] = context.location
    table = of_type(kind)
    _identity(result, context)
    rows.add(result, table.get("added", []), context)
    rows.restate(result, table.get("returned", []), context)
    return result


def by_type(token: str) -> list[Row]:
    """Rows for a type without recorded ones: those read-only properties whose values have one general form."""
    general = {
        "etag": 'W/"{guid}"',
        "properties/provisioningState": STATE,
        "properties/resourceGuid": "{guid}",
        "systemData": {"createdAt": "{date}", "lastModifiedAt": "{date}"},
    }
    known = facts.read_only(token)
    return [{"path": path.replace("/", "."), "value": value} for path, value in general.items() if path in known]


def _identity(body: dict[str, Any], context: rows.RowContext) -> None:
    """Principals of identities: those that the resource itself has; `shown` adds those of user-assigned identities."""
    identity = body.get("identity")
    if isinstance(identity, dict) and "systemassigned" in str(identity.get("type", "")).lower():
        identity.setdefault("principalId", rows.filled("{guid}", context, ("identity", "principalId")))
        identity.setdefault("tenantId", rows.TENANT)


def shown(store: StateStore, clock: Operations, resource: StoredResource) -> dict[str, Any]:
    """The body of a GET: what is stored, and what follows from other resources and from operations under way."""
    operation = clock.under_way(resource.id)
    if operation is None and resource.state == CREATING:  # a child that the request for its parent lists
        operation = clock.under_way(resource.id.rsplit("/", 2)[0])
    state = operation.state if operation else FAILED if resource.state == FAILED else SUCCEEDED
    result: dict[str, Any] = _with_state(resource.body or {}, state)
    for key, kind in children.INLINE.get(resource.type.lower(), {}).items():
        properties = result.setdefault("properties", {})
        order = {str(name).lower(): at for at, name in enumerate(properties.get(key) or ())}
        start = f"{resource.id}/{kind.rpartition('/')[2]}"
        own = [one for one in store.below(start) if one.type == kind.lower()]
        own.sort(key=lambda one: (order.get(one.name.lower(), len(order)), one.id.lower()))
        properties[key] = [shown(store, clock, one) for one in own]
    if resource.type.lower() == workspaces.WORKSPACE:
        network = workspaces.managed_network(store, resource, result.get("properties") or {})
        if network:
            result["properties"]["managedNetwork"] = network
    if resource.type.lower() == model_registries.REGISTRY:
        result["properties"] = {
            **(result.get("properties") or {}),
            **model_registries.created(resource.id, result.get("properties") or {}),
        }
    _principals(store, result)
    if resource.type.lower() == PEERING and isinstance(result.get("properties"), dict):
        result["properties"] |= _peered(store, resource)
    parsed = parse(resource.id)
    head = {"id": as_azure_writes(resource.id), "name": parsed.name, "type": canonical_type(parsed.type)}
    head = {key: result.pop(key, value) for key, value in head.items()}
    return {**head, **{key: value for key, value in result.items() if key != "id"}}


def _peered(store: StateStore, peering: StoredResource) -> dict[str, Any]:
    """Returns the properties of a peering that follow from its state and from the other network."""
    shown = {"peeringState": peering.state, "peeringSyncLevel": _SYNC[peering.state]} if peering.state in _SYNC else {}
    remote = store.get(str((peering.inputs.get("remoteVirtualNetwork") or {}).get("id", "")))
    space = ((remote.body or {}).get("properties") or {}).get("addressSpace") if remote else None
    if space:
        shown |= {"remoteAddressSpace": space, "remoteVirtualNetworkAddressSpace": space}
    return shown


#: https://learn.microsoft.com/rest/api/virtualnetwork/virtual-network-peerings/get
_SYNC = {"Connected": "FullyInSync", "Initiated": "RemoteNotInSync", "Disconnected": "RemoteNotInSync"}


def _with_state(value: Any, state: str) -> Any:
    if isinstance(value, dict):
        return {key: _with_state(item, state) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_state(item, state) for item in value]
    return state if value == STATE else value


def _principals(store: StateStore, body: dict[str, Any]) -> None:
    identity = body.get("identity")
    assigned = identity.get("userAssignedIdentities") if isinstance(identity, dict) else None
    if not isinstance(assigned, dict):
        return
    for key, value in assigned.items():
        resource = store.get(key)
        properties = (resource.body or {}).get("properties", {}) if resource else {}
        own = {name: properties[name] for name in ("principalId", "clientId") if name in properties}
        assigned[key] = {**(value if isinstance(value, dict) else {}), **own}
