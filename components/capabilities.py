"""The components of capabilities."""

from __future__ import annotations

from typing import Any

import pulumi

from amlz.core.capability import PlannedPart
from amlz.core.discovery import blamed, component
from components.resource_registry import ResourceRegistry

#: By stack output, then by name.
Outputs = dict[str, dict[str, pulumi.Output[Any]]]


def build(name: str, planned: PlannedPart, resources: ResourceRegistry, opts: pulumi.ResourceOptions) -> Outputs:
    """Imports the component of a capability and builds it. Returns its outputs, by the stack output that holds them."""
    with blamed(planned.capability):
        built = component(planned.component)(name, planned.part.spec, resources, opts)
        return {planned.output: built.outputs} if planned.output is not None else {}
