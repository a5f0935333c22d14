"""A preview as one flat ARM template, for scanners that read templates. It is not meant to be deployed."""

from __future__ import annotations

import re
from typing import Any

from amlz.azure.graph import UNKNOWN_KEY, Resource, ResourceGraph, is_unknown
from amlz.azure.ids import parse
from amlz.reports.formats.registry import Report
from amlz.reports.json_text import dump
from amlz.reports.preview import Preview

_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def write(report: Report) -> str:
    """Returns a preview: no difference has this format."""
    return render(report.preview())


def render(preview: Preview) -> str:
    """Every resource with its full name and the resources that it waits for; unknown values become parameters."""
    preview = preview.shown
    parameters: dict[str, dict[str, Any]] = {}
    resources = [_resource(preview.graph, resource, parameters) for resource in preview.graph]
    return dump(
        {
            "$schema": _SCHEMA,
            "contentVersion": "1.0.0.0",
            "metadata": {"description": f"Stack {preview.stack}, for scanners. Deploy with Pulumi, not with this."},
            "parameters": dict(sorted(parameters.items())),
            "resources": resources,
        }
    )


def _resource(graph: ResourceGraph, resource: Resource, parameters: dict[str, dict[str, Any]]) -> dict[str, Any]:
    parsed = parse(resource.id)
    waits = (graph.by_urn(urn) for urn in resource.depends_on)
    template = {
        "type": resource.arm_type,
        "apiVersion": resource.api_version,
        "name": "/".join(parsed.names),
        "dependsOn": sorted({_reference(other.id) for other in waits if other is not None}),
        **_known(resource.body, parameters),
    }
    if parsed.scope:
        template["scope"] = parsed.scope
    return template


def _reference(resource_id: str) -> str:
    """Returns a resource as `dependsOn` refers to it: by its id, children by type and names.

    Scanners compare the last part of an id with the names of resources, which children have in full: `vnet/subnet`.
    Of `resourceId` they read the first name, the parent's.
    """
    parsed = parse(resource_id)
    if len(parsed.names) == 1 or parsed.scope:
        return resource_id
    words = ", ".join(f"'{word}'" for word in (parsed.type, *parsed.names))
    return f"[resourceId({words})]"


def _known(value: Any, parameters: dict[str, dict[str, Any]]) -> Any:
    """The value, with a parameter wherever only the deployment knows, and with template syntax escaped."""
    if is_unknown(value):
        name = re.sub(r"\W+", "_", value[UNKNOWN_KEY]).strip("_")
        parameters[name] = {"type": "string", "metadata": {"description": value[UNKNOWN_KEY]}}
        return f"[parameters('{name}')]"
    if isinstance(value, dict):
        return {key: _known(item, parameters) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item, parameters) for item in value]
    if isinstance(value, str) and value.startswith("["):
        return f"[{value}"
    return value
