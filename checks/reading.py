"""Reading bodies: values by path, ids anywhere, and which subnet is where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from arm.graph import Resource, is_unknown


def value(resource: Resource, path: str) -> Any:
    """The value at a dotted path of the body; None where it is absent."""
    current: Any = resource.body
    for part in path.split("."):
        if not isinstance(current, dict) or is_unknown(current):
            return current if is_unknown(current) else None
        current = current.get(part)
    return current


def text(found: Any) -> str:
    """A value for a sentence."""
    if found is None:
        return "not said"
    if is_unknown(found):
        return "known only at deployment"
    return str(found).lower() if isinstance(found, bool) else str(found)


def ids_in(found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every resource id in a body, with its path. Keys can be ids too: of identities."""
    if isinstance(found, dict):
        for key, item in found.items():
            if key.startswith("/subscriptions/"):
                yield f"{path}.{key}", key
            yield from ids_in(item, f"{path}.{key}" if path else key)
    elif isinstance(found, list):
        for index, item in enumerate(found):
            yield from ids_in(item, f"{path}[{index}]")
    elif isinstance(found, str) and found.startswith("/subscriptions/"):
        yield path, found


def subnets(network: Resource) -> list[dict[str, Any]]:
    """The inline subnets of a virtual network."""
    found = network.properties.get("subnets")
    return [subnet for subnet in found if isinstance(subnet, dict)] if isinstance(found, list) else []


def network_of(subnet_id: str) -> str:
    """The id of a subnet's network."""
    return subnet_id.rsplit("/subnets/", 1)[0]


def connections(endpoint: Resource) -> Iterator[tuple[str, str]]:
    """The target and group of each connection of a private endpoint."""
    for connection in endpoint.properties.get("privateLinkServiceConnections") or []:
        properties = connection.get("properties", {})
        for group in properties.get("groupIds") or []:
            yield str(properties.get("privateLinkServiceId")), group
