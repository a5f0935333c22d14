"""Peerings of networks: each side has a state, which the other side changes.

https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering: Initiated while only one side exists,
Connected when both do, Disconnected when the other one is gone. The state is not among the outputs that the engine
keeps: azure-native reads it only in a refresh.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore, StoredResource

PEERING = "microsoft.network/virtualnetworks/virtualnetworkpeerings"
_SEGMENT = "/virtualnetworkpeerings/"
INITIATED, CONNECTED, DISCONNECTED = "Initiated", "Connected", "Disconnected"


def connected(store: StateStore, requested: StoredResource) -> StoredResource:
    """A peering that is made or changed, with its state; the other side follows. Raises AzureRefused."""
    if requested.type.lower() != PEERING:
        return requested
    before, other = store.get(requested.id), _other(store, requested)
    if other is None:
        return replace(requested, state=INITIATED)
    if other.state == DISCONNECTED and before is None:
        # https://github.com/hashicorp/terraform-provider-azurerm/issues/14051
        message = (
            f"Cannot create or update peering {requested.id} because remote peering {other.id} referencing parent "
            f"virtual network {_network(requested)} is in Disconnected state. Update or re-create the remote peering "
            "to get it back to Initiated state."
        )
        raise AzureRefused(400, "RemotePeeringIsDisconnected", message, requested.id)
    store.mark(other.id, CONNECTED)
    return replace(requested, state=CONNECTED)


def gone(store: StateStore, removed: Iterable[StoredResource]) -> None:
    """The other sides of peerings that are gone are disconnected."""
    for one in removed:
        other = _other(store, one) if one.type.lower() == PEERING else None
        if other is not None:
            store.mark(other.id, DISCONNECTED)


def _other(store: StateStore, peering: StoredResource) -> StoredResource | None:
    """The peering that leads back."""
    remote = (peering.inputs.get("remoteVirtualNetwork") or {}).get("id", "")
    result = store.users(_network(peering), remote) if remote else ()
    return next((store.get(item) for item in result if _SEGMENT in item), None)


def _network(peering: StoredResource) -> str:
    return peering.id[: peering.id.lower().index(_SEGMENT)]
