"""secrets/in-plain-text: a password, key or token in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amlz.azure.graph import ResourceGraph
from amlz.azure.secrets import in_plain_text
from amlz.checks.finding import Check, Finding, FindingLocation, Severity

CHECK = Check(
    id="secrets/in-plain-text",
    severity=Severity.ERROR,
    says="{name} carries {what} in plain text at {path}.",
    remedy="In the component, remove the secret from `{path}`: use an identity, or refer to a secret of a key "
    "vault. If the value has to be sent, wrap it in `pulumi.Output.secret`. Then revoke the secret.",
    why="A secret that Pulumi does not know as a secret is stored in plain text in the state and shown in "
    "every preview. Secrets in the stack file are refused before. The finding does not repeat the value.",
    source="https://www.pulumi.com/docs/iac/concepts/secrets/",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Finds texts that are secrets by their key or their form, apart from those that Pulumi knows to be secrets."""
    for resource in graph:
        for path, item in in_plain_text(resource.arm_type, resource.body, resource.marked):
            yield replace(CHECK.finding(resource, FindingLocation(path), what=item, path=path), actual="[not shown]")
