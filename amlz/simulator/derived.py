"""Properties that Azure adds to an answer, and that are inputs of azure-native too.

Defaults (amlz/azure/defaults.py) are there from the creation on: a refresh finds them changed only after a change by
hand. Values that Azure derives from other resources are not there when a resource is created, so a refresh finds them
changed (amlz/azure/own_changes.py lists the changes that are Azure's own). These values are a reading of Azure's
documentation; nothing of them was seen in Azure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from amlz.azure.defaults import filled
from amlz.azure.inputs import from_body
from amlz.azure.shapes import arm_type, to_body
from amlz.simulator.azure import given_back
from amlz.simulator.peerings import CONNECTED, DISCONNECTED, INITIATED, PEERING
from amlz.simulator.state_store import StateStore, StoredResource

_ENDPOINT = "microsoft.network/privateendpoints"
_ZONE_GROUP = f"{_ENDPOINT}/privatednszonegroups"
_ADDRESS = "microsoft.network/publicipaddresses"
_NAT_GATEWAY = "microsoft.network/natgateways"
_WORKSPACE = "microsoft.machinelearningservices/workspaces"
_RULE = f"{_WORKSPACE}/outboundrules"
#: https://learn.microsoft.com/rest/api/virtualnetwork/virtual-network-peerings/get: whether a side knows the other's
#: address space. For a side that is disconnected the page states nothing.
_SYNC = {CONNECTED: "FullyInSync", INITIATED: "RemoteNotInSync", DISCONNECTED: "RemoteNotInSync"}

Outputs = dict[str, Any]


def outputs_of(store: StateStore, resource: StoredResource) -> Outputs:
    """Outputs of a resource as Azure has them now."""
    derive = _DERIVED.get(resource.type.lower())
    outputs = with_defaults(resource)
    return outputs if derive is None else {**outputs, **derive(store, resource)}


def with_defaults(resource: StoredResource) -> Outputs:
    """Outputs with the defaults of Azure, as far as they are sure; others are left out."""
    if not resource.token:
        return resource.outputs
    kind, body = arm_type(resource.token, resource.inputs), to_body(resource.token, resource.inputs)
    whole = filled(kind.arm_type, kind.api_version, body, sure_only=True)
    if whole is body:
        return resource.outputs
    added = given_back(resource.token, from_body(resource.token, whole, resource.inputs))
    return _added(resource.outputs, added)


def _added(outputs: Outputs, added: Outputs) -> Outputs:
    """Outputs, with the added values that they lack, at every depth."""
    result = dict(outputs)
    for key, value in added.items():
        own = result.get(key)
        if own is None:
            result[key] = value
        elif isinstance(own, dict) and isinstance(value, dict):
            result[key] = _added(own, value)
    return result


def _names(store: StateStore, endpoint: StoredResource) -> Outputs:
    """Returns names that need a registration, until a zone group registers them.

    https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    if any(resource.type == _ZONE_GROUP for resource in store.below(endpoint.id)):
        return {"customDnsConfigs": []}
    return {"customDnsConfigs": [{"fqdn": f"{endpoint.name.lower()}.example", "ipAddresses": ["192.0.2.5"]}]}


def _peering(_store: StateStore, peering: StoredResource) -> Outputs:
    """https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering"""
    if peering.state not in _SYNC:
        return {}
    return {"peeringState": peering.state, "peeringSyncLevel": _SYNC[peering.state]}


def _gateway(store: StateStore, address: StoredResource) -> Outputs:
    """https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-addresses/get"""
    users = (resource for resource in store.referring(address.id) if resource.type == _NAT_GATEWAY)
    gateway = next(users, None)
    return {} if gateway is None else {"natGateway": {"id": gateway.id}}


def _network(store: StateStore, workspace: StoredResource) -> Outputs:
    """Rules of a managed network show in its workspace, and it is active once there is one.

    https://github.com/pulumi/pulumi-azure-native/issues/3225
    """
    settings = workspace.inputs.get("managedNetwork") or {}
    if settings.get("isolationMode", "Disabled") == "Disabled":
        return {}
    rules = [resource for resource in store.below(workspace.id) if resource.type == _RULE]
    shown = {rule.id.rpartition("/")[2]: rule.inputs.get("properties") for rule in rules}
    status = {"status": "Active" if rules else "Inactive", "sparkReady": False}
    return {"managedNetwork": {**settings, "outboundRules": shown, "status": status}}


_DERIVED: Mapping[str, Callable[[StateStore, StoredResource], Outputs]] = {
    _ENDPOINT: _names,
    PEERING: _peering,
    _ADDRESS: _gateway,
    _WORKSPACE: _network,
}
