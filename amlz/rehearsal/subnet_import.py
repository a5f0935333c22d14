"""The file for `pulumi import` with which a stack of older revisions gets its subnets as resources.

Networks used to list their subnets. A stack that was deployed so has no resources for them in its state, and
azure-native refuses to create what exists in Azure. `pulumi import` reads them into the state and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from amlz.azure.graph import Resource

_SUBNET = "Microsoft.Network/virtualNetworks/subnets"


def import_file(resources: Iterable[Resource], exported: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what `pulumi import --file` reads: the subnets that the program declares and the state lacks.

    `exported`: what `pulumi stack export` wrote. A subnet is left out where its network is not in the state, or lists
    other subnets there: it does not exist yet, and `pulumi up` creates it.
    """
    state = {item["urn"]: item for item in exported["deployment"].get("resources") or []}
    listed = {network: _listed(item) for item in state.values() for network in [str(item.get("id", "")).lower()]}
    table: dict[str, str] = {}
    values = []
    for subnet in resources:
        network = subnet.id.rpartition("/subnets/")[0].lower()
        if subnet.arm_type != _SUBNET or subnet.urn in state or network not in listed:
            continue
        if listed[network] and subnet.name.lower() not in listed[network]:
            continue
        parent, provider = (_named(table, urn) for urn in (subnet.parent, subnet.provider))
        name = subnet.urn.rpartition("::")[2]
        values.append({"type": subnet.token, "name": name, "id": subnet.id, "parent": parent, "provider": provider})
    return {"nameTable": table, "resources": values}


def _listed(resource: Mapping[str, Any]) -> frozenset[str]:
    """Names in lower case of the subnets that a network of the state lists."""
    lists = ((resource.get(part) or {}).get("subnets") for part in ("inputs", "outputs"))
    subnets = (item for item in lists if isinstance(item, list) for item in item if isinstance(item, dict))
    return frozenset(str(subnet.get("name")).lower() for subnet in subnets)


def _named(table: dict[str, str], urn: str | None) -> str:
    """The name of a parent or provider in the file; "" for none."""
    if urn is None:
        return ""
    name = urn.rpartition("::")[2]
    if table.setdefault(name, urn) != urn:
        table[name := urn] = urn
    return name
