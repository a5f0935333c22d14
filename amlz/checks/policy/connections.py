"""The connections that Azure will create for private endpoints: policies evaluate them, though no request of a plan
contains them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, unknown
from amlz.checks.reading import connections, is_managed, value
from amlz.policy.engine.requests import PolicyAnswer

#: End of a connection's type, in lower case.
CONNECTION = "/privateendpointconnections"
#: Targets of endpoints of a managed network, in addition to its workspace.
_PARTS = ("storageAccount", "keyVault", "containerRegistry")
#: Types that policies need for an evaluation: their own resources, and resource groups for expressions.
_BESIDE = ("microsoft.authorization/policy", "microsoft.resources/")


def forecast(graph: ResourceGraph) -> ResourceGraph:
    """Returns a graph of only those connections, and of the resources that their evaluation needs. Nothing where none
    is made.
    """
    made = tuple(_made(graph))
    beside = tuple(resource for resource in graph if resource.arm_type.lower().startswith(_BESIDE))
    return replace(graph, resources=(*beside, *made) if made else ())


def of_connections(answers: Iterable[PolicyAnswer]) -> Iterator[PolicyAnswer]:
    """Returns answers of policies that select connections by type."""
    for answer in answers:
        types = answer.policy.definition.types if answer.policy else None
        if any(is_connection(item) for item in types or ()) and is_connection(answer.subject.type):
            yield answer


def is_connection(arm_type: str) -> bool:
    """Returns whether a type is that of a private endpoint's connection."""
    return arm_type.lower().endswith(CONNECTION)


def _made(graph: ResourceGraph) -> Iterator[Resource]:
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        targets = (graph.by_id(named) for named, _ in connections(endpoint))
        for target in {resource.id: resource for resource in targets if resource is not None}.values():
            yield _connection(target, endpoint.name, endpoint.id)
    for workspace in graph.of_type("Microsoft.MachineLearningServices/workspaces"):
        if is_managed(workspace):
            parts = (graph.by_id(value(workspace, f"properties.{key}")) for key in _PARTS)
            for resource in (workspace, *parts):
                if resource is not None:
                    whose = f"the endpoint that Microsoft makes for the managed network of {workspace.name}"
                    yield _connection(resource, f"managed-{workspace.name}", unknown(whose))


def _connection(target: Resource, name: str, endpoint: Any) -> Resource:
    """Returns the connection after its approval: by Azure itself, where the deployer may approve."""
    resource_id = f"{target.id}/privateEndpointConnections/{name}"
    properties = {
        "privateEndpoint": {"id": endpoint},
        "privateLinkServiceConnectionState": {"status": "Approved"},
    }
    return replace(
        target,
        urn=resource_id,
        arm_type=f"{target.arm_type}/privateEndpointConnections",
        id=resource_id,
        name=name,
        location="",
        body={"properties": properties},
    )
