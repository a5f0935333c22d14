"""DNS resolvers: a request is accepted, and its operation fails where a reference is missing or not ready at its end.

Recorded: status Failed with the code Conflict (Test_Networking_DNSForwardingRuleSet_20220701_CRUD.yaml of
azure-service-operator has the states, 2024-11-08). The texts are ours.
"""

from __future__ import annotations

from typing import Any

from amlz.azure.ids import ids_in
from amlz.simulator.state_store import SUCCEEDED, StateStore, StoredResource

_KINDS = ("microsoft.network/dnsresolvers", "microsoft.network/dnsforwardingrulesets")
_NETWORKS = "/providers/microsoft.network/"


def failure(store: StateStore, resource: StoredResource) -> dict[str, Any] | None:
    """Returns the error with which an operation on a resource ends; None where it succeeds."""
    if not resource.type.lower().startswith(_KINDS):
        return None
    for target in dict.fromkeys(ids_in(resource.body or {})):
        if _NETWORKS not in target.lower():
            continue
        used = store.get(target)
        if used is None or used.state != SUCCEEDED:
            why = "was not found" if used is None else f"is in {used.state} state"
            return {"code": "Conflict", "message": f"Resource {target} used by {resource.id} {why}."}
    return None
