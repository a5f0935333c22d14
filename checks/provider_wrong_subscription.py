"""provider/wrong-subscription: a resource that would land in another subscription than it says."""

from __future__ import annotations

from collections.abc import Iterator

from arm.graph import Resource, ResourceGraph
from arm.ids import parse
from checks.finding import At, Check, Finding, Severity
from checks.reading import ids_in

CHECK = Check(
    id="provider/wrong-subscription",
    severity=Severity.ERROR,
    says="{name} {actual}; it belongs into {expected}.",
    remedy="Give it the provider of its subscription.",
    why="A provider decides where a resource lands. By default it is whoever happens to be signed in.",
    source="https://www.pulumi.com/docs/iac/concepts/resources/providers/",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Resources without an explicit provider, or with that of another subscription than where they belong."""
    groups: dict[str, set[str]] = {}
    for group in graph.of_type("Microsoft.Resources/resourceGroups"):
        groups.setdefault(group.name.lower(), set()).add(group.subscription)
    for resource in graph:
        belongs = _belongs(resource, groups)
        if not resource.provider:
            words = {"actual": "has no provider of its own", "expected": f"subscription {belongs}"}
            yield CHECK.finding(resource, At("provider", belongs, None), **words)
        elif belongs != resource.subscription:
            words = {
                "actual": f"is built in subscription {resource.subscription}",
                "expected": f"subscription {belongs}",
            }
            yield CHECK.finding(resource, At("provider", belongs, resource.subscription), **words)


def _belongs(resource: Resource, groups: dict[str, set[str]]) -> str:
    """Where a resource belongs: with its scope, with its subnet, or where its group is built."""
    parsed = parse(resource.id)
    if parsed.scope:
        return parse(parsed.scope).subscription
    for path, other in ids_in(resource.body):
        if path.endswith("subnet.id"):
            return parse(other).subscription
    built = groups.get(parsed.resource_group.lower(), set())
    return parsed.subscription if not built or parsed.subscription in built else min(built)
