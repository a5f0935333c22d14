"""network/peering-one-way: a peering without its other half, or one that uses a gateway without gateway transit."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import above, value

NOT_LENT = (
    "In the component, set `properties.allowGatewayTransit` of {other} to `true`, or "
    "`properties.useRemoteGateways` of {name} to `false`."
)

CHECK = Check(
    id="network/peering-one-way",
    severity=Severity.ERROR,
    says="{name} peers {here} with {there}, and {problem}.",
    remedy="In the component, add the peering from {there} to {here}.",
    why="A peering is two resources, one in each network: with only one of them it stays in state Initiated, "
    "and no traffic passes. Peerings in networks that exist already are not known here.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
    otherwise=(NOT_LENT,),
)

REMOTE, USES = "properties.remoteVirtualNetwork.id", "properties.useRemoteGateways"
LENDS = "properties.allowGatewayTransit"


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Peerings between networks that are built here, whose other half is absent or does not fit."""
    halves: dict[tuple[str, str], Resource] = {}
    for peering in graph.of_type("Microsoft.Network/virtualNetworks/virtualNetworkPeerings"):
        halves[_here(peering).lower(), str(value(peering, REMOTE)).lower()] = peering
    for peering in halves.values():
        here, there = _here(peering), value(peering, REMOTE)
        if is_unknown(there):
            yield CHECK.undecided(peering, REMOTE, there)
        elif (network := graph.by_id(there)) is not None:
            other = halves.get((network.id.lower(), here.lower()))
            names = {"here": here.rsplit("/", 1)[-1], "there": network.name}
            if other is None:
                yield CHECK.finding(peering, FindingLocation(REMOTE), problem="nothing peers back", other="", **names)
            elif value(peering, USES) is True and value(other, LENDS) is not True:
                problem = f"uses a gateway there, for which {other.name} does not allow gateway transit"
                place = FindingLocation(USES, False, True, remedy=NOT_LENT)
                yield CHECK.finding(peering, place, problem=problem, other=other.name, **names)


def _here(peering: Resource) -> str:
    return above(peering.id, "virtualNetworkPeerings")
