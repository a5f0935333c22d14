"""order/reference-without-dependency: a resource that names another and may be created before it."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.azure.ids import parse
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import ids_in

CHECK = Check(
    id="order/reference-without-dependency",
    severity=Severity.ERROR,
    says="{name} names {other} and does not wait for it.",
    remedy="In the component, add {other} to `depends_on` of {name}; `ResourceRegistry.ref` does that for an id.",
    why="Azure refuses a resource that names another one before that exists, and Pulumi creates at once "
    "everything that does not wait.",
    source="https://www.pulumi.com/docs/iac/concepts/resources/options/dependson/",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """References to resources of this graph, their parents and groups included, without an edge to them."""
    for resource in graph:
        if not isinstance(resource.id, str) or is_unknown(resource.id) or not resource.id.startswith("/"):
            yield CHECK.undecided(resource, "id", resource.id or "it has none yet")
            named = [*ids_in(resource.body)]
        else:
            named = [*ids_in(resource.body), *(("id", above) for above in _above(resource))]
        for path, resource_id in named:
            other = _built_here(graph, resource_id)
            if other is not None and other.urn != resource.urn and not graph.waits_for(resource, other):
                yield CHECK.finding(resource, FindingLocation(path, other.id), other=other.name)


def _above(resource: Resource) -> Iterator[str]:
    """Returns the ids above a resource: its parent, its scope, its resource group."""
    parsed = parse(resource.id)
    if len(parsed.names) > 1:
        yield resource.id.rsplit("/", 2)[0]
    if parsed.scope:
        yield parsed.scope
    elif parsed.resource_group and not parsed.type.lower().endswith("/resourcegroups"):
        yield f"/subscriptions/{parsed.subscription}/resourceGroups/{parsed.resource_group}"


def _built_here(graph: ResourceGraph, resource_id: str) -> Resource | None:
    """The resource of an id, or the one that it is a part of: subnets come with their network."""
    resource_id = resource_id.rstrip("/")
    while resource_id.count("/") > 2:
        resource = graph.by_id(resource_id)
        if resource is not None:
            return resource
        if "/providers/" not in resource_id.lower():
            return None
        resource_id = resource_id.rsplit("/", 2)[0]
    return None
