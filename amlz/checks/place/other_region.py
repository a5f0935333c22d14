"""place/other-region: a resource in another region than the one it must share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import SET, Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, all_subnets, dig, items, network_of, value

CHECK = Check(
    id="place/other-region",
    severity=Severity.ERROR,
    says="{name} is in {here}, and {other}, {what}, in {there}.",
    remedy=SET,
    why="A private endpoint must be in the region of its network, and so must the rules and routes of its "
    "subnets, firewalls and bastions; a compute must be in the region of its workspace.",
    source="https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
)

#: Path of the id of the subnet, by type.
IN_SUBNET = {
    "Microsoft.Network/privateEndpoints": "properties.subnet.id",
    "Microsoft.Network/azureFirewalls": "properties.ipConfigurations",
    "Microsoft.Network/bastionHosts": "properties.ipConfigurations",
}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Resources apart from their network or their workspace."""
    for arm_type, path in IN_SUBNET.items():
        for resource in graph.of_type(arm_type):
            configured = value(resource, path)
            for subnet in [dig(interface, "properties.subnet.id") for interface in items(configured)] or [configured]:
                if is_unknown(subnet):
                    yield CHECK.undecided(resource, path, subnet)
                elif isinstance(subnet, str):
                    yield from _apart(resource, graph.by_id(network_of(subnet)), "its network,")
    seen: set[tuple[str, str]] = set()
    for declared in all_subnets(graph):
        network = graph.by_id(network_of(declared.id))
        for key in ("networkSecurityGroup.id", "routeTable.id"):
            part = graph.by_id(declared.get(key))
            if part is not None and network is not None and (part.id, network.id) not in seen:
                seen.add((part.id, network.id))
                yield from _apart(part, network, "the network that it is for,")
    for compute in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes"):
        yield from _apart(compute, graph.by_id(above(compute.id, "computes")), "its workspace,")


def _apart(resource: Resource, other: Resource | None, text: str) -> Iterator[Finding]:
    here, there = _region(value(resource, "location")), _region(other and other.location)
    if is_unknown(value(resource, "location")):
        yield CHECK.undecided(resource, "location", value(resource, "location"))
    elif other is not None and here and there and here != there:
        words = {"here": here, "other": other.name, "what": text.rstrip(","), "there": there}
        yield CHECK.finding(resource, FindingLocation("location", there, here), **words)


def _region(actual: Any) -> str:
    return actual.replace(" ", "").lower() if isinstance(actual, str) else ""
