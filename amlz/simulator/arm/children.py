"""Resources that a request for their parent lists too: one resource to Azure, with two ways to write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

#: By parent type in lower case: the list in `properties`, and the type of its items. azure-native's documentation marks
#: these lists: "These are also available as standalone resources".
INLINE: Mapping[str, Mapping[str, str]] = {
    "microsoft.network/virtualnetworks": {
        "subnets": "Microsoft.Network/virtualNetworks/subnets",
        "virtualNetworkPeerings": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
    },
    "microsoft.network/networksecuritygroups": {
        "securityRules": "Microsoft.Network/networkSecurityGroups/securityRules",
    },
    "microsoft.network/routetables": {"routes": "Microsoft.Network/routeTables/routes"},
}


def listed(parent_id: str, kind: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yields id, type and body of each child that a request lists."""
    properties = body.get("properties")
    if not isinstance(properties, dict):
        return
    for key, child in INLINE.get(kind.lower(), {}).items():
        for item in properties.get(key) or ():
            if isinstance(item, dict) and isinstance(item.get("name"), str):
                yield f"{parent_id}/{child.rpartition('/')[2]}/{item['name']}", child, item


def without(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """A body in which lists of children hold nothing but their names: the children are separate resources."""
    properties = body.get("properties")
    lists = INLINE.get(kind.lower(), {})
    if not isinstance(properties, dict) or not lists:
        return body
    kept = dict(properties)
    for key in lists:
        if isinstance(kept.get(key), list):
            kept[key] = [item["name"] for item in kept[key] if isinstance(item, dict) and "name" in item]
    return {**body, "properties": kept}
