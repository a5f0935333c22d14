"""network/endpoint-not-reached: a private endpoint that compute targets of its environment do not reach."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.reach.answers import Evaluator, ReachAnswer, port_text
from amlz.reach.ends import End, endpoint_end, machine_subnets, subnet_end
from amlz.reach.model import Landscape
from amlz.reach.packet import Reachability
from amlz.reach.read import landscape

CHECK = Check(
    id="network/endpoint-not-reached",
    severity=Severity.ERROR,
    says="Compute targets in {subnet} do not reach {name} on TCP {ports}. {hop}: {reason}.",
    remedy="In the component, change {hop} so that TCP {ports} from {subnet} reaches {name}.",
    why="Jobs use the workspace, its storage, its vault and its registry through their private endpoints. A security"
    " group, a route, a peering or a missing link of a DNS zone between them makes jobs fail. `amlz reach` shows every"
    " hop.",
    source="https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Endpoints of an environment that are blocked for its compute targets. Unknown answers are left out."""
    land = landscape(graph)
    evaluator = Evaluator(land)
    for subnet in compute_subnets(land):
        for target in endpoints_of(land, subnet.owner):
            for answer in evaluator.ask(subnet, target, "tcp"):
                if answer.verdict is Reachability.BLOCKED:
                    yield from _found(graph, answer)


def compute_subnets(land: Landscape) -> list[End]:
    """Returns the subnets with compute targets of an environment."""
    return [subnet_end(each) for each in machine_subnets(land) if each.owner]


def endpoints_of(land: Landscape, owner: str) -> list[End]:
    """Returns the private endpoints of an environment."""
    return [endpoint_end(land, each) for each in land.endpoints.values() if each.owner == owner]


def _found(graph: ResourceGraph, answer: ReachAnswer) -> Iterator[Finding]:
    hop, endpoint = answer.decisive, answer.destination.endpoint
    resource = graph.by_id(endpoint.id) if endpoint else None
    if hop is not None and resource is not None:
        at = f"{hop.at}, {hop.rule}" if hop.rule else hop.at
        words = {"subnet": answer.source.name, "ports": port_text(answer.ports), "hop": at, "reason": hop.says}
        yield CHECK.finding(resource, FindingLocation("properties.subnet.id"), **words)
