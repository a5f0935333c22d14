"""Virtual networks of the simulated Azure: their subnets, and that a network takes one write at a time.

A subnet is one resource to Azure, whether a network's request lists it or it has a separate request. A request that
lists subnets names all of them: others are deleted, which Azure refuses for those in use. A request without the list
keeps them; azure-native copies what exists into it (provider/pkg/provider/crud/crud.go of pulumi/pulumi-azure-native).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from amlz.azure.ids import ids_in, parse, within
from amlz.azure.in_use import IN_SUBNETS
from amlz.azure.shapes import id_of
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StateStore, StoredResource

NETWORK = "microsoft.network/virtualnetworks"
SUBNET = f"{NETWORK}/subnets"
PEERING = f"{NETWORK}/virtualnetworkpeerings"
_TOKEN, _TYPE = "azure-native:network:Subnet", "Microsoft.Network/virtualNetworks/subnets"

#: Seconds that a write takes, for some ten of Azure's. Azure refuses another one meanwhile; azure-native tries again
#: after 20, 60 and 120 seconds (provider/pkg/azure/client_azcore.go of pulumi/pulumi-azure-native), here after as many
#: times less. https://github.com/pulumi/pulumi-azure-native/issues/1024
HELD = 0.02
TRIES = (0.04, 0.12, 0.24)


def refuse_dropping(store: StateStore, network: StoredResource) -> None:
    """Raises AzureRefused where a request for a network leaves out a subnet that something uses.

    https://github.com/Azure/bicep/issues/13267
    """
    for subnet in _dropped(store, network):
        user = next((user for user in store.referring(subnet.id) if user.type.lower() in IN_SUBNETS), None)
        if user is not None:
            raise AzureRefused(400, "InUseSubnetCannotBeDeleted", in_use(subnet, user), subnet.id)


def in_use(resource: StoredResource, user: StoredResource) -> str:
    """The message where something that is used is deleted.

    For subnets as Azure writes it (https://learn.microsoft.com/troubleshoot/azure/virtual-network/
    virtual-network-troubleshoot-cannot-delete-vnet), for other types in the same way.
    """
    if resource.type.lower() in (NETWORK, SUBNET):
        used = next((id_ for id_ in ids_in(user.inputs) if within(id_, resource.id)), resource.id)
        return (
            f"Subnet {parse(used).name} is in use by {user.id} and cannot be deleted. In order to delete the subnet, "
            "delete all the resources within the subnet. See aka.ms/deletesubnet."
        )
    return f"{resource.id} is in use by {user.id} and cannot be deleted."


def dropped_and_listed(
    store: StateStore, network: StoredResource
) -> tuple[tuple[StoredResource, ...], tuple[StoredResource, ...]]:
    """The subnets that a request for a network deletes, and those that it writes."""
    return _dropped(store, network), tuple(_listed(network))


def _dropped(store: StateStore, network: StoredResource) -> tuple[StoredResource, ...]:
    if network.type.lower() != NETWORK or "subnets" not in network.inputs:
        return ()
    stay = {subnet.id.lower() for subnet in _listed(network)}
    existing = (resource for resource in store.below(network.id) if resource.type.lower() == SUBNET)
    return tuple(resource for resource in existing if resource.id.lower() not in stay)


def _listed(network: StoredResource) -> Iterator[StoredResource]:
    """The subnets that a network's request lists, as resources."""
    if network.type.lower() != NETWORK:
        return
    at = parse(network.id)
    for inline in network.inputs.get("subnets") or ():
        if not isinstance(inline, dict) or not isinstance(inline.get("name"), str):
            continue  # Azure's own answer to such a request is not recorded
        own: dict[str, Any] = {key: value for key, value in inline.items() if key not in ("name", "id")}
        name = str(inline["name"])
        path = {"resourceGroupName": at.resource_group, "virtualNetworkName": at.name, "subnetName": name}
        inputs = {**path, **own}
        subnet_id = id_of(_TOKEN, inputs, at.subscription)
        assert subnet_id is not None, "its path is given"
        yield StoredResource(subnet_id, network.urn, _TOKEN, _TYPE, name, inputs, inputs)


@contextmanager
def write(store: StateStore, resource: StoredResource) -> Iterator[None]:
    """Writes to the networks of a resource while nobody else does. Raises AzureRefused where they stay busy."""
    networks = _written(store, resource)
    for wait in (*TRIES, None):
        busy = store.occupy(networks, resource.id)
        if busy is None:
            break
        if wait is None:
            message = f"Another operation on this or dependent resource is in progress: {busy}."
            raise AzureRefused(409, "AnotherOperationInProgress", message, resource.id)
        time.sleep(wait)
    try:
        yield
        if networks:
            time.sleep(HELD)
    finally:
        store.leave(networks)


def _written(store: StateStore, resource: StoredResource) -> tuple[str, ...]:
    """Ids of the networks that a request writes to: a peering to both, as far as they are known here."""
    kind = resource.type.lower()
    if kind == NETWORK:
        return (resource.id,)
    if kind not in (SUBNET, PEERING):
        return ()
    remote = (resource.inputs.get("remoteVirtualNetwork") or {}).get("id", "") if kind == PEERING else ""
    return (resource.id.rsplit("/", 2)[0], *((remote,) if remote and store.get(remote) else ()))
