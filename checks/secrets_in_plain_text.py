"""secrets/in-plain-text: a password, key or token that stands in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from arm.graph import ResourceGraph
from arm.secrets import in_plain_text
from checks.finding import At, Check, Finding, Severity

CHECK = Check(
    id="secrets/in-plain-text",
    severity=Severity.ERROR,
    says="{name} carries {what} in plain text at {path}.",
    remedy="Use an identity instead; or keep it in a vault and refer to it there; or wrap it in pulumi.Output.secret.",
    why="What is no secret to Pulumi stands in the state and in every preview, for all who read these. The finding "
    "does not repeat it.",
    source="https://www.pulumi.com/docs/iac/concepts/secrets/",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Finds texts that are secrets by their key or their form, apart from those that Pulumi knows to be secrets."""
    for resource in graph:
        for path, what in in_plain_text(resource.arm_type, resource.body, resource.marked):
            yield replace(CHECK.finding(resource, At(path), what=what, path=path), actual="[not shown]")
