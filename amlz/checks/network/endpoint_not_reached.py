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
    targets = endpoints_by_owner(land)
    for subnet in compute_subnets(land):
        for target in targets.get(subnet.owner or "", ()):
            for answer in evaluator.ask(subnet, target, "tcp"):
                if answer.verdict is Reachability.BLOCKED:
                    yield from _findings(graph, answer)


def compute_subnets(land: Landscape) -> list[End]:
    """Returns the subnets with compute targets of an environment, which owns them."""
    return [subnet_end(node) for node in machine_subnets(land) if node.owner]


def endpoints_by_owner(land: Landscape) -> dict[str, list[End]]:
    """Returns the private endpoints of each environment."""
    endpoints: dict[str, list[End]] = {}
    for node in land.endpoints.values():
        if node.owner:
            endpoints.setdefault(node.owner, []).append(endpoint_end(land, node))
    return endpoints


def _findings(graph: ResourceGraph, answer: ReachAnswer) -> Iterator[Finding]:
    hop, endpoint = answer.decisive, answer.destination.endpoint
    resource = graph.by_id(endpoint.id) if endpoint else None
    if hop is not None and resource is not None:
        at = f"{hop.at}, {hop.rule}" if hop.rule else hop.at
        words = {"subnet": answer.source.name, "ports": port_text(answer.ports), "hop": at, "reason": hop.says}
        yield CHECK.finding(resource, FindingLocation("properties.subnet.id"), **words)
