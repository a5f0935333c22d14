"""names/duplicate: two resources with a name that only one can have."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.names.invalid import role_of
from amlz.checks.reading import value
from amlz.core.facts.names import NAME_RULES

CHECK = Check(
    id="names/duplicate",
    severity=Severity.ERROR,
    says="{name} has the name of {other}; it must be unique {within}.",
    remedy="In the component, give one of the two resources another name.",
    why="The second request would change the first resource, or Azure would refuse it because the name is "
    "taken. Names that the stack file decides are checked before.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Resources whose id, or whose name where that must be unique further out, another one has already."""
    seen: dict[tuple[str, ...], Resource] = {}
    for resource in graph:
        for within, key in _keys(resource):
            first = seen.setdefault(key, resource)
            if first is not resource:
                words = {"other": _described(first), "within": within}
                yield CHECK.finding(resource, FindingLocation("name", "a unique name", resource.name), **words)
                break


def _keys(resource: Resource) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Returns the scopes in which a resource's name is unique, in words, and their keys; the id of each first."""
    yield "where it is", ("id", resource.id.lower())
    role = role_of(resource)
    scope = NAME_RULES[role].unique_in if role else "parent"
    if scope == "azure":
        yield "in all of Azure", (scope, role, resource.name.lower())
    elif scope == "region":
        location = resource.location or str(value(resource, "location"))
        yield "in its region", (scope, role, location.lower(), resource.name.lower())


def _described(resource: Resource) -> str:
    """Which other, in words."""
    if resource.project and resource.environment:
        return f"that of project {resource.project}, {resource.environment}"
    return f"another in resource group {resource.resource_group}" if resource.resource_group else "another"
