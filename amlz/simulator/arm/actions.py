"""POST: availability of names, keys of accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from amlz.simulator import validation
from amlz.simulator.arm.addresses import Address
from amlz.simulator.arm.azure import Azure
from amlz.simulator.arm.messages import Answer, Request, error
from amlz.simulator.arm.reads import not_found
from amlz.simulator.state_store import StoredResource

#: The type whose names checkNameAvailability of a service is about.
_NAMED = {
    "microsoft.storage": "microsoft.storage/storageaccounts",
    "microsoft.keyvault": "microsoft.keyvault/vaults",
    "microsoft.containerregistry": "microsoft.containerregistry/registries",
}


def post(azure: Azure, request: Request, address: Address) -> Answer:
    """The answer to a POST. Raises AzureRefused. One that the simulator does not know is refused, not guessed."""
    action = request.path.rstrip("/").rpartition("/")[2].lower()
    resource = azure.store.get(address.id)
    if resource is None:
        raise not_found(azure, address)
    answer = _ACTIONS.get((resource.type.lower(), action))
    if answer is None:
        message = f"The simulator does not know the action '{action}' of '{resource.type}'."
        return error(501, "NotSimulated", message)
    return Answer(200, {}, answer(resource))


def check_name(azure: Azure, request: Request) -> Answer:
    """Returns whether a name is available, in recorded words. A deleted vault that is not purged holds its name."""
    parts = request.path.lower().split("/")
    namespace = parts[parts.index("providers") + 1] if "providers" in parts else ""
    kind = _NAMED.get(namespace)
    name = request.body.get("name") if isinstance(request.body, dict) else None
    if kind is None or not isinstance(name, str):
        return error(400, "InvalidRequestContent", "The request content was invalid: 'name' is required.")
    if azure.store.named(kind, name) is None and azure.store.kept(kind, name) is None:
        return Answer(200, {}, {"nameAvailable": True})
    message = validation.UNIQUE_NAMES[kind][1].format(name=name)
    return Answer(200, {}, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})


def _keys(*names: str) -> Callable[[StoredResource], Mapping[str, Any]]:
    """An answer with keys that are marked as simulated: they open nothing."""

    def answer(resource: StoredResource) -> Mapping[str, Any]:
        values = [
            {"keyName": name, "value": f"simulated-{name}-of-{resource.name}", "permissions": "FULL"} for name in names
        ]
        return {"keys": values}

    return answer


def _shared(resource: StoredResource) -> Mapping[str, Any]:
    return {f"{key}SharedKey": f"simulated-{key}-of-{resource.name}" for key in ("primary", "secondary")}


_ACTIONS: Mapping[tuple[str, str], Callable[[StoredResource], Mapping[str, Any]]] = {
    ("microsoft.storage/storageaccounts", "listkeys"): _keys("key1", "key2"),
    ("microsoft.operationalinsights/workspaces", "sharedkeys"): _shared,
}
