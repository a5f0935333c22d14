"""policy/text-too-long: a name or text of a policy that is longer than Azure takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from amlz.azure.graph import Resource, ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value

CHECK = Check(
    id="policy/text-too-long",
    severity=Severity.ERROR,
    says="{what} of {name} has {count} characters; Azure takes {most}.",
    remedy="Shorten this text in the policy file to at most {most} characters.",
    why="Azure refuses a text that is too long only when it creates the policy, in the middle of a "
    "deployment. The name of an assignment may have 64 characters, but 24 at a management group.",
    source="https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure",
)


class TextLimit(NamedTuple):
    """A text of a policy in words, and the most characters that it may have."""

    text: str
    most: int


TYPES = tuple(f"Microsoft.Authorization/policy{kind}" for kind in ("Definitions", "SetDefinitions", "Assignments"))
NAME, NAME_AT_GROUP = 64, 24
#: By path. https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-basics
TEXTS = {
    "properties.displayName": TextLimit("The display name", 128),
    "properties.description": TextLimit("The description", 512),
}
METADATA = 1024


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Names, display names, descriptions and metadata that are too long."""
    for resource in graph.of_type(*TYPES):
        assigned = resource.arm_type.lower().endswith("/policyassignments")
        at_group = assigned and resource.id.lower().startswith("/providers/microsoft.management/")
        yield from _long(resource, "name", TextLimit("The name", NAME_AT_GROUP if at_group else NAME), resource.name)
        for path, limit in TEXTS.items():
            yield from _long(resource, path, limit, value(resource, path))
        metadata = value(resource, "properties.metadata")
        if isinstance(metadata, dict) and not is_unknown(metadata):
            written = json.dumps(metadata, separators=(",", ":"))
            yield from _long(resource, "properties.metadata", TextLimit("The metadata", METADATA), written)


def _long(resource: Resource, path: str, limit: TextLimit, actual: Any) -> Iterator[Finding]:
    if is_unknown(actual):
        yield CHECK.undecided(resource, path, actual)
    elif isinstance(actual, str) and len(actual) > limit.most:
        place = FindingLocation(path, limit.most, len(actual))
        yield CHECK.finding(resource, place, what=limit.text, count=len(actual), most=limit.most)
