"""PUT and PATCH: rules of Azure, policies, then the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from amlz.azure import facts, inputs
from amlz.azure.ids import parse
from amlz.azure.recorded import of_type
from amlz.azure.shapes import UnmappedInput, to_body
from amlz.simulator import existing, networks, peerings, updates, validation, values
from amlz.simulator.arm import assets, bodies, children, datastores, rows, workspaces
from amlz.simulator.arm.addresses import GROUP, Address, PathKind, token_of
from amlz.simulator.arm.answers import accepted
from amlz.simulator.arm.azure import ASSIGNMENT, Azure, stand_in
from amlz.simulator.arm.messages import Answer, Request
from amlz.simulator.arm.timing import timing
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import CREATING, SUCCEEDED, StoredResource

#: Extensions, to which a region means nothing: recorded for diagnostic settings.
_ANY_REGION = ("microsoft.insights/diagnosticsettings", "microsoft.authorization/policyassignments")
_BUSY = (networks.NETWORK, networks.SUBNET, networks.PEERING)


def put(azure: Azure, request: Request, address: Address) -> Answer:
    """Creates or replaces a resource. Raises AzureRefused."""
    body = assets.with_defaults(address, _object(request, address))
    assets.create_container(azure, address)
    before = azure.store.get(address.id)
    if before is None and (address.type == datastores.KIND or existing.is_adopted(address.type)):
        before = comes_with_parent(azure, address)
    return _write(
        azure, request, address, before, bodies.sent(address.type.lower(), body, before.body if before else None)
    )


def patch(azure: Azure, request: Request, address: Address) -> Answer:
    """Merges a body into an existing resource. Raises AzureRefused."""
    patch_body = _object(request, address)
    before = azure.store.get(address.id) or comes_with_parent(azure, address)
    if before is None:
        _exists_above(azure, address.id)
        raise validation.not_found(address.id)
    whole = bodies.shown(azure.store, azure.operations, before)
    if address.type.lower() == workspaces.WORKSPACE and isinstance(whole.get("properties"), dict):
        whole = workspaces.to_patch(whole, before.inputs)
    for key in ("id", "name", "type", "etag", "systemData"):
        whole.pop(key, None)
    return _write(azure, request, address, before, bodies.patched(whole, patch_body), verb="patch")


def comes_with_parent(azure: Azure, address: Address) -> StoredResource | None:
    """A resource that exists from the start, as its parent or its subscription does; None for any other."""
    if existing.is_adopted(address.type) and azure.store.get(address.id.rsplit("/", 2)[0]) is not None:
        body: dict[str, Any] = {}
    elif existing.inputs_from_the_start(address.id) is not None:
        body = {"properties": dict(existing.EVERYWHERE[address.type.lower()])}
    else:
        default = datastores.body_from_the_start(azure.store, address.id)
        if default is None:
            return None
        body = default
    context = bodies.context_of(address.id, body, "9999-12-31", azure.operations, exists=False)
    whole = bodies.completed(address.type.lower(), body, context)
    token = token_of(address.type, address.id)
    read = inputs.from_body(token, whole, inputs.of_path(token, address.id)) if token else whole
    return StoredResource(address.id, "", token, address.type, parse(address.id).name, read, {}, SUCCEEDED, whole)


def _object(request: Request, address: Address) -> dict[str, Any]:
    """The body of a request. Raises AzureRefused for one that is no object, or whose parts are none."""
    if not isinstance(request.body, dict):
        raise _invalid("a JSON object is required", address.id)
    for key in ("identity", "properties", "sku", "tags"):
        if not isinstance(request.body.get(key), dict | None):
            raise _invalid(f"Error converting the value at '{key}'", address.id)
    return request.body


def _invalid(why: str, resource_id: str) -> AzureRefused:
    message = f"The request content was invalid and could not be deserialized: '{why}.'."
    return AzureRefused(400, "InvalidRequestContent", message, resource_id)


def _exists_above(azure: Azure, resource_id: str) -> None:
    """Requires that every parent exists and that the resource group is not being deleted. Raises AzureRefused."""
    group = "/".join(resource_id.split("/")[:5])
    validation.refuse_missing_above(azure.store, resource_id)
    going = azure.operations.under_way(group)
    if going is not None and going.verb == "delete":
        message = (
            f"The resource group '{parse(group).name}' is in deprovisioning state and cannot perform this operation."
        )
        raise AzureRefused(409, "ResourceGroupBeingDeleted", message, resource_id)


def _write(
    azure: Azure,
    request: Request,
    address: Address,
    before: StoredResource | None,
    sent: dict[str, Any],
    verb: str = "",
) -> Answer:
    _exists_above(azure, address.id)
    resource_id = before.id if before else address.id
    _consistent(resource_id, address.type, sent, before)
    verb = verb or ("update" if before else "create")
    wanted = _wanted(resource_id, address, sent)
    if before is None:
        _complete(wanted)
    _free(azure, wanted, request.version)
    try:
        with azure.store.change():
            stored = _carried_out(azure, request, wanted, before, verb)
            restored = azure.restored(stored, sent) if before is None else None
            if restored is None:
                return accepted(azure, request, stored, verb)
            restored = replace(restored, inputs=_inputs(restored, restored.body or {}))
            azure.store.put(restored, validation.refers(restored))
            return accepted(azure, request, restored, "restore")
    except (AttributeError, TypeError, UnmappedInput) as problem:  # rules read values as the published type has them
        raise _invalid("A value has another type than the published one", resource_id) from problem


def _carried_out(
    azure: Azure, request: Request, requested: StoredResource, before: StoredResource | None, verb: str
) -> StoredResource:
    """Returns the resource as it is stored. Raises AzureRefused."""
    requested = _under_policy(azure, requested)
    _unique_assignment(azure, requested)
    validation.put(azure.store, requested)
    values.refuse(requested)
    stored = _stored(azure, request, requested, before)
    if before is not None and requested.token:
        updates.refuse(requested.id, requested.token, before.inputs, stored.inputs, from_absent=False)
    if verb == "patch" and stored.type.lower() == workspaces.WORKSPACE:
        stored = replace(stored, body=workspaces.patched(stored.body or {}, request.body))
    stored = peerings.connected(azure.store, stored)
    _store(azure, request, requested, stored, verb)
    return stored


def _wanted(resource_id: str, address: Address, sent: dict[str, Any]) -> StoredResource:
    """The resource as the request describes it. Raises AzureRefused for a value of a wrong kind."""
    token = token_of(address.type, resource_id)
    if token:
        misfit = inputs.misfit(token, sent)
        if misfit is not None:
            raise _invalid(f"Error converting the value at '{misfit}'", resource_id)
    name = parse(resource_id).name
    resource = StoredResource(resource_id, "", token, address.type, name, {}, {}, SUCCEEDED, sent)
    return replace(resource, inputs=_inputs(resource, sent))


def _inputs(resource: StoredResource, body: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a resource with a body; of an unknown type, the body."""
    if not resource.token:
        return body
    return inputs.from_body(resource.token, body, inputs.of_path(resource.token, resource.id))


def _consistent(resource_id: str, kind: str, sent: Mapping[str, Any], before: StoredResource | None) -> None:
    """The region of an existing resource stays. Raises AzureRefused."""
    old, new = (before.body or {}).get("location") if before else None, sent.get("location")
    if parse(resource_id).scope or kind.lower() in _ANY_REGION:
        return
    if isinstance(old, str) and isinstance(new, str) and _region(old) != _region(new):
        if kind == GROUP:
            message = f"Invalid resource group location '{new}'. The Resource group already exists in location '{old}'."
            raise AzureRefused(409, "InvalidResourceGroupLocation", message, resource_id)
        message = (
            f"The resource '{parse(resource_id).name}' already exists in location '{old}' in resource group "
            f"'{parse(resource_id).resource_group}'. A resource with the same name cannot be created in location "
            f"'{new}'. Please select a new resource name."
        )
        raise AzureRefused(409, "InvalidResourceLocation", message, resource_id)


def _region(text: str) -> str:
    return text.lower().replace(" ", "")


def _complete(requested: StoredResource) -> None:
    """Requires a region for every resource that has one. Raises AzureRefused with ARM's own code."""
    tracked = requested.token and requested.type.count("/") == 1 and facts.takes_location(requested.token)
    required = requested.type == GROUP or (tracked and "/resourceGroups/" in requested.id and not _optional(requested))
    if required and not isinstance((requested.body or {}).get("location"), str):
        message = "The location property is required for this definition."
        raise AzureRefused(400, "LocationRequired", message, requested.id)


def _optional(requested: StoredResource) -> bool:
    """Returns whether a resource is an extension of another one: its region is optional."""
    return bool(parse(requested.id).scope) or requested.type.lower().startswith("microsoft.authorization/")


def _free(azure: Azure, requested: StoredResource, version: str) -> None:
    """A network takes one write at a time, whether to itself, a subnet or a peering. Raises AzureRefused."""
    kind = requested.type.lower()
    if kind not in _BUSY:
        return
    network = requested.id if kind == networks.NETWORK else requested.id.rsplit("/", 2)[0]
    busy = azure.operations.below(network)
    if busy is None:
        return
    location = _location_of(azure, network)
    at = f"subscriptions/{parse(network).subscription}/providers/Microsoft.Network/locations/{location}"
    message = (
        "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: "
        f"https://management.azure.com/{at}/operations/{busy.key}?api-version={version}."
    )
    raise AzureRefused(409, "AnotherOperationInProgress", message, requested.id)


def _location_of(azure: Azure, resource_id: str) -> str:
    resource = azure.store.get(resource_id)
    return str((resource.body or {}).get("location", "")) if resource else ""


def _unique_assignment(azure: Azure, requested: StoredResource) -> None:
    """One principal has one role at one scope once: RoleAssignmentExists, recorded. Raises AzureRefused."""
    if requested.type.lower() != "microsoft.authorization/roleassignments":
        return
    scope = requested.id[: requested.id.lower().rindex("/providers/")]
    keys = ("principalId", "roleDefinitionId")
    own = [str(requested.inputs.get(key, "")).lower() for key in keys]
    at = f"{scope}/providers/{requested.type}"
    others = azure.store.users(validation.holder(requested.inputs.get("principalId", "")), at)
    for other in (azure.store.get(item) for item in others):
        theirs = [str(other.inputs.get(key, "")).lower() for key in keys] if other else []
        if other and other.id.lower() != requested.id.lower() and theirs == own:
            raise AzureRefused(409, "RoleAssignmentExists", "The role assignment already exists.", requested.id)


def _under_policy(azure: Azure, requested: StoredResource) -> StoredResource:
    """The request as policies leave it. Raises AzureRefused."""
    if not requested.token:
        return requested
    allowed = azure.policies.allowed(requested)
    if allowed is requested:
        return requested
    changed = bodies.merged(requested.body, to_body(requested.token, allowed.inputs))
    return replace(allowed, body=changed)


def _stored(azure: Azure, request: Request, requested: StoredResource, before: StoredResource | None) -> StoredResource:
    """The resource with everything that Azure adds."""
    kind = requested.type.lower()
    sent = requested.body or {}
    azure.operations.writes += 1
    context = bodies.context_of(requested.id, sent, request.version, azure.operations, before is not None)
    own = workspaces.without_rules(sent) if kind == workspaces.WORKSPACE else children.without(requested.type, sent)
    whole = bodies.completed(kind, own, context)
    if requested.token and not of_type(kind).get("added"):
        rows.add(whole, bodies.by_type(requested.token), context)
    inner = whole.get("properties")
    outputs = {"principalId": inner["principalId"]} if isinstance(inner, dict) and "principalId" in inner else {}
    read = _inputs(requested, _with_lists(requested, whole)) if requested.token else requested.inputs
    return replace(requested, body=whole, inputs=read, outputs=outputs)


def _with_lists(requested: StoredResource, whole: dict[str, Any]) -> dict[str, Any]:
    """A stored body with the lists of children as the request has them: it keeps only their names."""
    lists = children.INLINE.get(requested.type.lower(), {})
    properties = (requested.body or {}).get("properties")
    if not lists or not isinstance(properties, dict):
        return whole
    kept = {key: value for key, value in whole["properties"].items() if key not in lists}
    return {**whole, "properties": {**kept, **{key: properties[key] for key in lists if key in properties}}}


def _store(azure: Azure, request: Request, requested: StoredResource, stored: StoredResource, verb: str) -> None:
    """Writes the resource, and the children that it lists; those that it leaves out are deleted."""
    store, kind = azure.store, stored.type.lower()
    state = CREATING if timing(kind, verb).seconds else SUCCEEDED
    store.put(stand_in(stored, state), validation.refers(stored))
    store.release(stored.type, stored.name)
    if kind == ASSIGNMENT:
        azure.assigned(stored.id)
    for rule_id, rule in workspaces.rules_of(stored.id, requested.body or {}) if kind == workspaces.WORKSPACE else ():
        one = _wanted(rule_id, Address(PathKind.RESOURCE, rule_id, workspaces.RULE), bodies.sent("", rule, None))
        store.put(one, validation.refers(one))
    lists = children.INLINE.get(kind, {})
    properties = (requested.body or {}).get("properties")
    if not lists or not isinstance(properties, dict):
        return
    listed = list(children.listed(stored.id, stored.type, requested.body or {}))
    stay = {resource_id.lower() for resource_id, _, _ in listed}
    given = {child.lower() for key, child in lists.items() if key in properties}
    for gone in store.below(stored.id):
        if gone.type.lower() in given and gone.id.lower() not in stay:
            store.remove(gone.id)
    for resource_id, child, body in listed:
        before = store.get(resource_id)
        address = Address(PathKind.RESOURCE, resource_id, child)
        one = _stored(azure, request, _wanted(resource_id, address, bodies.sent(child.lower(), body, None)), before)
        one = peerings.connected(store, one)
        store.put(stand_in(one, state), validation.refers(one))
