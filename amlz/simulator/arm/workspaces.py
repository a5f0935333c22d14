"""Managed networks of Azure ML workspaces: rules that Azure adds, and rules of requests, which are resources too.

Recorded in 2023 (test_workspace_outbound_rule_operations and test_workspace of azure-ai-ml,
https://github.com/D-W-/azure-sdk-for-python at f95583c).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from amlz.azure.ids import parse
from amlz.simulator.state_store import StateStore, StoredResource

WORKSPACE = "microsoft.machinelearningservices/workspaces"
RULE = "Microsoft.MachineLearningServices/workspaces/outboundRules"
_COMPUTE = f"{WORKSPACE}/computes"
_MADE_UP = uuid.UUID("5b1f0e39-63d5-5c0e-8b0e-7d7c54f4f0a1")
#: Service tags of required rules in a network that allows only approved outbound traffic.
_TAGS = (
    "AzureActiveDirectory",
    "AzureResourceManager",
    "AzureMachineLearning",
    "BatchNodeManagement",
    "MicrosoftContainerRegistry",
    "AzureFrontDoor.FirstParty",
    "AzureMonitor",
    "AzureContainerRegistry",
    "VirtualNetwork",
)
_APPROVED = "AllowOnlyApprovedOutbound"


def rules_of(workspace_id: str, body: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields id and body of each outbound rule that a request lists: existing rules stay."""
    network = (body.get("properties") or {}).get("managedNetwork")
    rules = network.get("outboundRules") if isinstance(network, dict) else None
    for name, rule in rules.items() if isinstance(rules, dict) else ():
        if isinstance(rule, dict) and rule.get("category") != "Required":
            yield f"{workspace_id}/outboundRules/{name}", {"properties": rule}


def without_rules(body: dict[str, Any]) -> dict[str, Any]:
    """A body of a workspace without outbound rules, which are separate resources."""
    network = (body.get("properties") or {}).get("managedNetwork")
    if not isinstance(network, dict) or "outboundRules" not in network:
        return body
    kept = {key: value for key, value in network.items() if key != "outboundRules"}
    return {**body, "properties": {**body["properties"], "managedNetwork": kept}}


def to_patch(body: dict[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A body of a workspace that a PATCH completes: `enableDataIsolation` as it was sent, and no outbound rules."""
    body = without_rules(body)
    sent = inputs.get("enableDataIsolation")
    return body if sent is None else {**body, "properties": {**body["properties"], "enableDataIsolation": sent}}


def patched(body: dict[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A body after a PATCH: `enableDataIsolation` is false where the PATCH leaves it out. Recorded once."""
    named = "enableDataIsolation" in (patch.get("properties") or {})
    return body if named else {**body, "properties": {**(body.get("properties") or {}), "enableDataIsolation": False}}


def managed_network(store: StateStore, workspace: StoredResource, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the managed network of a workspace as Azure shows it; {} for a workspace without one."""
    network = properties.get("managedNetwork")
    if not isinstance(network, dict) or network.get("isolationMode", "Disabled") == "Disabled":
        return {}
    below = store.below(workspace.id)
    status = "Active" if any(one.type == _COMPUTE for one in below) else "Inactive"
    own = {one.name: (one.body or {}).get("properties") or {} for one in below if one.type == RULE.lower()}
    shown = {name: {**_target(rule, status), "category": "UserDefined", **rule} for name, rule in own.items()}
    required = dict(_required(workspace, properties, network["isolationMode"]))
    shown |= {name: {**rule, "status": status, "category": "Required"} for name, rule in required.items()}
    made_up = str(uuid.uuid5(_MADE_UP, workspace.id.lower()))
    state = {"status": status, "sparkReady": False}
    return {"networkId": made_up, **network, "outboundRules": shown, "status": state}


def _target(rule: Mapping[str, Any], status: str) -> dict[str, Any]:
    return {"status": status} if "status" not in rule else {}


def _required(
    workspace: StoredResource, properties: Mapping[str, Any], mode: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the rules that Azure adds: in a network that allows the internet, the endpoint of the vault alone."""
    parts = [("keyVault", "vault", False)]
    if mode == _APPROVED:
        parts += [("storageAccount", "blob", True), ("storageAccount", "file", True)]
    targets = [(str(properties.get(key) or ""), group, spark) for key, group, spark in parts]
    if mode == _APPROVED:
        targets.append((workspace.id, "amlworkspace", True))
    for target, group, spark in targets:
        if target:
            destination = {"serviceResourceId": target, "subresourceTarget": group, "sparkEnabled": spark}
            rule = {"type": "PrivateEndpoint", "destination": {**destination, "sparkStatus": "Inactive"}}
            yield f"__SYS_PE_{parse(target).name}_{group}", rule
    for tag in _TAGS if mode == _APPROVED else ():
        destination = {"serviceTag": tag, "protocol": "*", "portRanges": "*"}
        yield f"__SYS_ST_{tag}", {"type": "ServiceTag", "destination": destination}
