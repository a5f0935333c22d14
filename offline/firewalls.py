"""The private address of a firewall that stands: of its subnet's range, which the network says."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from offline.memory import Memory, Standing

FIREWALL = "microsoft.network/azurefirewalls"
#: Addresses that Azure keeps at the start of each subnet, https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq.
#: That the firewall gets the next one is a guess: Azure decides, and no page promises it.
_RESERVED = 4


def addressed(memory: Memory, wanted: Standing) -> Standing:
    """A firewall with the address that its subnet gives it; another resource, or where no subnet is known, as it is."""
    if wanted.type.lower() != FIREWALL:
        return wanted
    rules = [_addressed(memory, rule) for rule in wanted.outputs.get("ipConfigurations", [])]
    return replace(wanted, outputs={**wanted.outputs, "ipConfigurations": rules})


def _addressed(memory: Memory, rule: dict[str, object]) -> dict[str, object]:
    subnet = rule.get("subnet")
    network, _, name = str(subnet["id"] if isinstance(subnet, dict) else "").partition("/subnets/")
    found = memory.get(network) if name else None
    for each in found.inputs.get("subnets", []) if found else ():
        if each["name"].lower() == name.lower():
            return {**rule, "privateIPAddress": str(ipaddress.ip_network(each["addressPrefix"])[_RESERVED])}
    return rule
