"""The private address of a firewall that exists: of its subnet's range."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from amlz.simulator.state_store import StateStore, StoredResource

FIREWALL = "microsoft.network/azurefirewalls"
#: Addresses that Azure keeps at the start of each subnet, https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq.
#: That the firewall gets the next one is a guess: Azure decides, and no page promises it.
_RESERVED = 4


def addressed(store: StateStore, requested: StoredResource) -> StoredResource:
    """A firewall with the address that its subnet gives it; another resource, or where no subnet is known, as it is."""
    if requested.type.lower() != FIREWALL:
        return requested
    rules = [_addressed(store, rule) for rule in requested.outputs.get("ipConfigurations", [])]
    return replace(requested, outputs={**requested.outputs, "ipConfigurations": rules})


def _addressed(store: StateStore, rule: dict[str, object]) -> dict[str, object]:
    subnet = rule.get("subnet")
    resource = store.get(str(subnet["id"])) if isinstance(subnet, dict) else None
    if resource is None or "addressPrefix" not in resource.inputs:
        return rule
    return {**rule, "privateIPAddress": str(ipaddress.ip_network(resource.inputs["addressPrefix"])[_RESERVED])}
