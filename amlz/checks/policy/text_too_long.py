"""policy/text-too-long: a name or text of a policy that is longer than Azure takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

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

TYPES = tuple(f"Microsoft.Authorization/policy{kind}" for kind in ("Definitions", "SetDefinitions", "Assignments"))
NAME, NAME_AT_GROUP = 64, 24
#: By path. https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-basics
TEXTS = {"properties.displayName": ("The display name", 128), "properties.description": ("The description", 512)}
METADATA = 1024


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Names, display names, descriptions and metadata that are too long."""
    for resource in graph.of_type(*TYPES):
        assigned = resource.arm_type.lower().endswith("/policyassignments")
        at_group = assigned and resource.id.lower().startswith("/providers/microsoft.management/")
        yield from _long(resource, "name", ("The name", NAME_AT_GROUP if at_group else NAME), resource.name)
        for path, row in TEXTS.items():
            yield from _long(resource, path, row, value(resource, path))
        metadata = value(resource, "properties.metadata")
        if isinstance(metadata, dict) and not is_unknown(metadata):
            written = json.dumps(metadata, separators=(",", ":"))
            yield from _long(resource, "properties.metadata", ("The metadata", METADATA), written)


def _long(resource: Resource, path: str, row: tuple[str, int], actual: Any) -> Iterator[Finding]:
    text, most = row
    if is_unknown(actual):
        yield CHECK.undecided(resource, path, actual)
    elif isinstance(actual, str) and len(actual) > most:
        yield CHECK.finding(resource, FindingLocation(path, most, len(actual)), what=text, count=len(actual), most=most)
