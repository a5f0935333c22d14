"""Additions of azure-native to a request that the program did not make: a region, and lists that it sends empty.

Both at the creation of a resource. At an update it reads the resource first, and sends these lists as they are in
Azure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.azure import facts, table
from amlz.azure.graph import is_unknown
from amlz.azure.shapes import to_body

#: Lists that are separate resources too, by ARM type (lower case): their paths in the body. azure-native sends one that
#: the program does not set as empty (SetUnsetSubresourcePropertiesToDefaults in provider/pkg/provider/crud/ crud.go of
#: pulumi/pulumi-azure-native, read in November 2026). The SDK's documentation marks the same inputs: "These are also
#: available as standalone resources".
LISTS: Mapping[str, tuple[str, ...]] = {
    "microsoft.keyvault/vaults": ("properties/accessPolicies",),
    "microsoft.network/networksecuritygroups": ("properties/securityRules",),
    "microsoft.network/routetables": ("properties/routes",),
    "microsoft.network/serviceendpointpolicies": ("properties/serviceEndpointPolicyDefinitions",),
    "microsoft.network/virtualnetworkgateways": ("properties/natRules",),
    "microsoft.network/virtualnetworks": ("properties/subnets", "properties/virtualNetworkPeerings"),
    "microsoft.synapse/workspaces": ("properties/privateEndpointConnections",),
}


def sent_body(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The body that creates a resource: the values of the inputs, and empty lists.

    Raises as amlz.azure.shapes.to_body does.
    """
    body = to_body(token, inputs)
    for path in LISTS.get(table.entry(token)["arm"].lower(), ()):
        above, _, key = path.rpartition("/")
        holder = body.setdefault(above, {})
        if isinstance(holder, dict) and not is_unknown(holder) and holder.get(key) is None:
            holder[key] = []
    return body


def with_location(token: str, inputs: dict[str, Any], location: str) -> dict[str, Any]:
    """Inputs with the region of the provider, where the type has one and the program sets none.

    applyDefaults in provider/pkg/provider/provider.go. Without a region of the provider ("") azure-native takes that
    of the resource group, which is not looked up here. Raises amlz.azure.table.UnmappedInput for an unknown token.
    """
    if not location or inputs.get("location") is not None or not facts.takes_location(token):
        return inputs
    return {**inputs, "location": location}
