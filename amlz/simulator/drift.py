"""Drift: manual changes in Azure, outside of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from amlz.azure import facts
from amlz.azure.inputs import from_body
from amlz.azure.shapes import to_body
from amlz.simulator import validation
from amlz.simulator.state_store import StateStore, StoredResource

_OPENED = {
    "name": "opened-by-hand",
    "properties": {
        "access": "Allow",
        "direction": "Inbound",
        "priority": 4000,
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "22",
    },
}


@dataclass(frozen=True, slots=True)
class Drift:
    """A manual change of an ARM type (lower case): `change` applies it to a body, `says` describes it."""

    type: str
    says: str
    change: Callable[[dict[str, Any]], None]


def _public(body: dict[str, Any]) -> None:
    body["properties"] = {**body.get("properties", {}), "publicNetworkAccess": "Enabled"}


def _opened(body: dict[str, Any]) -> None:
    properties = body.get("properties", {})
    body["properties"] = {**properties, "securityRules": [*properties.get("securityRules", ()), _OPENED]}


def _widened(body: dict[str, Any]) -> None:
    body["properties"]["ruleCollections"][0]["rules"][0]["sourceAddresses"] = ["*"]


def _tagged(body: dict[str, Any]) -> None:
    body["tags"] = {**(body.get("tags") or {}), "changed": "by-hand"}


DRIFTS = (
    Drift("microsoft.storage/storageaccounts", "public access turned on", _public),
    Drift("microsoft.keyvault/vaults", "public access turned on", _public),
    Drift("microsoft.network/networksecuritygroups", "a rule added that lets everybody in", _opened),
    Drift("microsoft.network/firewallpolicies/rulecollectiongroups", "a firewall rule opened for all", _widened),
    Drift("microsoft.resources/resourcegroups", "a tag added", _tagged),
)
_BY_TYPE = {drift.type: drift for drift in DRIFTS}


def drift_of(stored: StoredResource) -> Drift | None:
    """Returns the change that a person would make: that of the table, otherwise a tag; None where it takes no tags."""
    known = _BY_TYPE.get(stored.type.lower())
    if known is not None:
        return known
    return Drift(stored.type, "a tag added", _tagged) if facts.takes_tags(stored.token) else None


def drift(store: StateStore, stored: StoredResource, change: Drift) -> None:
    """Applies the change, past policies and locks: its author had the rights."""
    body = to_body(stored.token, stored.inputs)
    change.change(body)
    inputs = from_body(stored.token, body, stored.inputs)
    changed = {key: value for key, value in inputs.items() if value != stored.inputs.get(key)}
    after = replace(stored, inputs=inputs, outputs={**stored.outputs, **changed})
    store.put(after, validation.refers(after))
