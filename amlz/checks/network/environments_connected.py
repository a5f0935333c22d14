"""network/environments-connected: compute targets of one environment reach a private endpoint of another."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.network.endpoint_not_reached import compute_subnets, endpoints_by_owner
from amlz.reach.alike import NearbyEnds
from amlz.reach.answers import Evaluator, port_text
from amlz.reach.ends import End
from amlz.reach.packet import Reachability
from amlz.reach.read import landscape

CHECK = Check(
    id="network/environments-connected",
    severity=Severity.WARNING,
    says="Compute targets of {other} in {subnet} reach {name} on TCP {ports}.",
    remedy="In the component, deny TCP {ports} from {subnet} to {name} in the security group of {subnet}.",
    why="Environments are separate in the network, so that code of one project or of development touches no data of"
    " another project or of production, even where its identity has a role. `amlz reach` shows every hop.",
    source="https://learn.microsoft.com/azure/cloud-adoption-framework/ready/considerations/environments",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Endpoints of other environments that compute targets reach, wholly or in part. Unknown answers are left out."""
    land = landscape(graph)
    evaluator = Evaluator(land)
    nearby = NearbyEnds([end for ends in endpoints_by_owner(land).values() for end in ends])
    for subnet in compute_subnets(land):
        group = subnet.subnet.group if subnet.subnet else None
        others = [end for end in nearby.of(group) if end.owner != subnet.owner]
        yield from _reached(graph, evaluator, subnet, others)


def _reached(graph: ResourceGraph, evaluator: Evaluator, subnet: End, targets: list[End]) -> Iterator[Finding]:
    """Findings about endpoints of other environments, one question a subnet where the source's rules deny it."""
    denied: set[str] = set()
    for target in targets:
        endpoint = target.endpoint
        resource = graph.by_id(endpoint.id) if endpoint else None
        if endpoint is None or resource is None or endpoint.subnet in denied:
            continue
        for answer in evaluator.ask(subnet, target, "tcp"):
            own = subnet.subnet.group if subnet.subnet else None
            if own and answer.decisive and answer.decisive.at == own.name:
                denied.add(endpoint.subnet)
            if answer.verdict in (Reachability.REACHABLE, Reachability.PARTLY):
                other = (subnet.owner or "").replace("/", ", ")
                words = {"other": other, "subnet": subnet.name, "ports": port_text(answer.ports)}
                yield CHECK.finding(resource, FindingLocation("properties.subnet.id"), **words)
