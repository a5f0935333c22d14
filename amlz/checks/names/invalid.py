"""names/invalid: a name that Azure refuses."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import all_subnets, value
from amlz.core.facts.names import NAME_RULES, TYPES, UNLISTED

CHECK = Check(
    id="names/invalid",
    severity=Severity.ERROR,
    says="{problem}.",
    remedy="In the component, change the name to {expected}.",
    why="Azure checks a name only when it creates the resource, in the middle of a deployment. Names that the"
    " stack file decides are checked before.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
)

#: Naming rule of each type; types that the table does not know are not checked. Subnets are: also those in a network.
ROLE_OF = {arm_type.lower(): kind for kind, arm_type in TYPES.items() if kind not in (*UNLISTED, "subnet")}
_COMPUTES = {"amlcompute": "cluster", "computeinstance": "computeInstance"}


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Names that do not fit the rule of their type."""
    for resource in graph:
        role = role_of(resource)
        problem = NAME_RULES[role].problem(resource.name) if role else None
        if problem:
            place = FindingLocation("name", NAME_RULES[role].says, resource.name)
            yield CHECK.finding(resource, place, problem=f"Name {problem}")
    for subnet in all_subnets(graph):
        problem = NAME_RULES["subnet"].problem(subnet.name)
        if problem and " " not in subnet.name:
            place = FindingLocation(
                f"{subnet.path.removesuffix('.properties')}.name", NAME_RULES["subnet"].says, subnet.name
            )
            yield CHECK.finding(subnet.resource, place, problem=f"Name {problem}")


def role_of(resource: Resource) -> str:
    """The key of the rule that a resource's name follows; nothing for a type that the table does not know."""
    if resource.arm_type.lower() == "microsoft.machinelearningservices/workspaces/computes":
        return _COMPUTES.get(str(value(resource, "properties.computeType")).lower(), "")
    return ROLE_OF.get(resource.arm_type.lower(), "")
