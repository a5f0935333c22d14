"""provider/wrong-subscription: a resource that would be created in another subscription than its id states."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import Resource, ResourceGraph
from amlz.azure.ids import parse
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import ids_in

CHECK = Check(
    id="provider/wrong-subscription",
    severity=Severity.ERROR,
    says="{name} {actual}; it belongs into {expected}.",
    remedy="In the component, set the resource option `provider` to the provider of {expected}.",
    why="The provider decides into which subscription a resource is deployed. Pulumi's default provider uses "
    "the subscription that the deployer is signed in to.",
    source="https://www.pulumi.com/docs/iac/concepts/resources/providers/",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Resources without an explicit provider, or with that of another subscription than where they belong."""
    groups: dict[str, set[str]] = {}
    for group in graph.of_type("Microsoft.Resources/resourceGroups"):
        groups.setdefault(group.name.lower(), set()).add(group.subscription.lower())
    for resource in graph:
        if not resource.id.startswith("/"):
            yield CHECK.undecided(resource, "id", resource.id or "it has none yet")
            continue
        belongs = _belongs(resource, groups)
        expected = f"subscription {belongs}" if belongs else "no subscription"
        if not resource.provider or "::default_" in resource.provider:
            words = {"actual": "has no provider", "expected": expected}
            yield CHECK.finding(resource, FindingLocation("provider", belongs, None), **words)
        elif belongs and belongs.lower() != resource.subscription.lower():
            words = {"actual": f"is built in subscription {resource.subscription}", "expected": expected}
            yield CHECK.finding(resource, FindingLocation("provider", belongs, resource.subscription), **words)


def _belongs(resource: Resource, groups: dict[str, set[str]]) -> str:
    """Returns the subscription of a resource: that of its scope, of its built resource group, or of its subnet.

    The id alone is no evidence: a program that builds ids from the provider would make it agree with any provider.
    Nothing for what belongs into no subscription, such as assignments at a management group.
    """
    parsed = parse(resource.id)
    if parsed.scope:
        return parse(parsed.scope).subscription
    built = groups.get(parsed.resource_group.lower(), set())
    if parsed.subscription.lower() in built:
        return parsed.subscription
    if built:
        return min(built)
    subnets = (other for path, other in ids_in(resource.body) if path.lower().endswith("subnet.id"))
    return next((parse(subnet).subscription for subnet in subnets), parsed.subscription)
