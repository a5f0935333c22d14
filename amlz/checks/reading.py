"""Reading bodies: values by path, ids anywhere, and which subnet is where."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amlz.azure.bodies import dig as dig
from amlz.azure.bodies import items as items
from amlz.azure.bodies import value as value
from amlz.azure.graph import Resource, ResourceGraph, is_unknown


def text(actual: Any, default: Any = None) -> str:
    """A value for a sentence. `default`: what Azure makes of an absent one, None where that is not documented."""
    if actual is None:
        return "not set" if default is None else f"not set, and Azure's default is {text(default)}"
    if is_unknown(actual):
        return "known only at deployment"
    return str(actual).lower() if isinstance(actual, bool) else str(actual)


def same(left: Any, right: Any) -> bool:
    """Returns whether two values are equal, without regard to case, as Azure compares words."""
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return type(left) is type(right) and bool(left == right)


def ids_in(actual: Any, path: str = "") -> list[tuple[str, str]]:
    """Every resource id in a body, with its path. Keys can be ids too: of identities."""
    pairs: list[tuple[str, str]] = []
    _collect(actual, path, pairs)
    return pairs


def _collect(actual: Any, path: str, pairs: list[tuple[str, str]]) -> None:
    if isinstance(actual, str):
        if _is_id(actual):
            pairs.append((path, actual))
    elif isinstance(actual, dict):
        for key, item in actual.items():
            if _is_id(key):
                pairs.append((f"{path}.{key}", key))
            if not isinstance(item, str) or _is_id(item):
                _collect(item, f"{path}.{key}" if path else key, pairs)
    elif isinstance(actual, list):
        for index, item in enumerate(actual):
            _collect(item, f"{path}[{index}]", pairs)


def _is_id(text: str) -> bool:
    return text[:1] == "/" and text[:15].lower() == "/subscriptions/"


@dataclass(frozen=True, slots=True)
class DeclaredSubnet:
    """A subnet: inline in a network or a separate resource. `resource` and `path` locate it."""

    resource: Resource
    path: str
    name: str
    id: str
    properties: Any

    def get(self, key: str) -> Any:
        """A property; None where it is absent, the unknown itself where the subnet is unknown."""
        return dig(self.properties, key)


def subnets(network: Resource) -> list[dict[str, Any]]:
    """The inline subnets of a virtual network."""
    return [s for s in items(network.properties.get("subnets")) if isinstance(s, dict)]


def all_subnets(graph: ResourceGraph) -> Iterator[DeclaredSubnet]:
    """Every subnet of a graph, of whichever kind."""
    for network in graph.of_type("Microsoft.Network/virtualNetworks"):
        for index, inline in enumerate(subnets(network)):
            name = "of unknown name" if is_unknown(inline) else str(inline.get("name"))
            properties = inline if is_unknown(inline) else inline.get("properties") or {}
            path = f"properties.subnets[{index}].properties"
            yield DeclaredSubnet(network, path, name, f"{network.id}/subnets/{name}", properties)
    for subnet in graph.of_type("Microsoft.Network/virtualNetworks/subnets"):
        yield DeclaredSubnet(subnet, "properties", subnet.name, subnet.id, subnet.body.get("properties") or {})


def network_of(subnet_id: str) -> str:
    """The id of a subnet's network."""
    return above(subnet_id, "subnets")


def above(resource_id: str, segment: str) -> str:
    """The id up to a segment, which Azure may write in any case."""
    return re.split(f"/{segment}/", resource_id, maxsplit=1, flags=re.IGNORECASE)[0]


def connections(endpoint: Resource) -> Iterator[tuple[Any, Any]]:
    """Returns the target and group ID of each connection of a private endpoint. Either may be unknown."""
    for kind in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for connection in items(value(endpoint, f"properties.{kind}")):
            for group in items(dig(connection, "properties.groupIds")):
                yield dig(connection, "properties.privateLinkServiceId"), group


def is_managed(workspace: Resource) -> bool:
    """Returns whether a workspace has a managed network, so that its compute targets name no subnet."""
    mode = value(workspace, "properties.managedNetwork.isolationMode")
    return isinstance(mode, str) and not same(mode, "Disabled")


def prefixes_of(subnet: DeclaredSubnet) -> list[Any]:
    """Returns the address prefixes of a subnet, from its single property or its list; unknown ones included."""
    one = subnet.get("addressPrefix")
    return [one] if one is not None else items(subnet.get("addressPrefixes"))


def ranges(actual: Any) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The address ranges in a list of prefixes; what is unknown or no range is left out."""
    read = []
    for item in items(actual):
        try:
            read.append(ipaddress.ip_network(item))
        except (ValueError, TypeError):
            continue
    return read


def scope_of(extension: Resource) -> str:
    """Returns the target of an extension resource (a role assignment, a lock, a setting), in lower case."""
    return extension.id.lower().rsplit("/providers/", 1)[0]


def holds(resource: Resource, path: str, *wanted: object) -> bool:
    """Returns whether a value is one of the wanted ones, without regard to case."""
    actual = value(resource, path)
    return any(same(actual, item) for item in wanted)
