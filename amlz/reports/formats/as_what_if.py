"""A preview as an ARM template that `az deployment … what-if` reads: a nested deployment for each scope.

https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if and
https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-to-subscription (2026-11). It is not meant to
be deployed: nested deployments do not wait for each other, except for the resource group that they are in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from amlz.azure.graph import UNKNOWN_KEY, Resource, ResourceGraph, is_unknown
from amlz.azure.ids import parse
from amlz.reports.formats.registry import Report
from amlz.reports.json_text import dump
from amlz.reports.preview import Preview

_SCHEMAS = "https://schema.management.azure.com/schemas/"
_ROOT_SCHEMAS = {
    "subscription": f"{_SCHEMAS}2018-05-01/subscriptionDeploymentTemplate.json#",
    "management group": f"{_SCHEMAS}2019-08-01/managementGroupDeploymentTemplate.json#",
}
_GROUP_SCHEMA = f"{_SCHEMAS}2019-04-01/deploymentTemplate.json#"
_MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"
_NESTED, _VERSION = "Microsoft.Resources/deployments", "2022-09-01"
_NO_GUID = "00000000-0000-0000-0000-000000000000"
#: Defaults of parameters: values of the right kind, by the property that has them.
PLACEHOLDERS = {
    "principalId": _NO_GUID,
    "clientId": _NO_GUID,
    "identity": _NO_GUID,
    "nextHopIpAddress": "192.0.2.4",
    "dnsServers": "192.0.2.4",
    "keyIdentifier": "https://placeholder.vault.azure.net/keys/placeholder/00000000000000000000000000000000",
}


class DeploymentScope(NamedTuple):
    """The scope in which resources are deployed: a management group, a subscription, or a resource group of one."""

    management_group: str
    subscription: str
    resource_group: str


def write(report: Report) -> str:
    """Returns a preview: no difference has this format."""
    return render(report.preview())


def render(preview: Preview) -> str:
    """Every resource in the deployment of its scope; unknown values become parameters with a placeholder."""
    preview = preview.shown
    graph = preview.graph
    scopes: dict[DeploymentScope, list[Resource]] = {}
    for resource in graph:
        scopes.setdefault(_scope(resource), []).append(resource)
    region = next((resource.location for resource in graph if resource.location not in ("", "global")), "")
    names = {scope: f"amlz-{number:03}" for number, scope in enumerate(sorted(scopes), 1)}
    parameters: dict[str, dict[str, Any]] = {}
    nested = []
    for scope in sorted(scopes):
        own: dict[str, dict[str, Any]] = {}
        inner = [_resource(graph, resource, scope, own) for resource in scopes[scope]]
        parameters |= own
        nested.append(_deployment(names, scope, region, _inner(scope, inner, own)))
    root = "management group" if any(scope.management_group for scope in scopes) else "subscription"
    return dump(
        {
            "$schema": _ROOT_SCHEMAS[root],
            "contentVersion": "1.0.0.0",
            "metadata": {"description": f"Stack {preview.stack}, for what-if at a {root}. Deploy with Pulumi."},
            "parameters": dict(sorted(parameters.items())),
            "resources": nested,
        }
    )


def _scope(resource: Resource) -> DeploymentScope:
    """Returns the scope of the deployment that has a resource: extensions are in that of their target."""
    parsed = parse(resource.id)
    if resource.id.lower().startswith(_MANAGEMENT_GROUP):
        return DeploymentScope(resource.id.split("/")[4], "", "")
    is_group = parsed.type == "Microsoft.Resources/resourceGroups"
    return DeploymentScope("", parsed.subscription, "" if is_group else parsed.resource_group)


def _deployment(
    names: Mapping[DeploymentScope, str], scope: DeploymentScope, region: str, template: dict[str, Any]
) -> dict[str, Any]:
    at: dict[str, Any] = {"location": region}
    if scope.management_group:
        at["scope"] = f"Microsoft.Management/managementGroups/{scope.management_group}"
    elif scope.resource_group:
        at = {"subscriptionId": scope.subscription, "resourceGroup": scope.resource_group}
        subscription = names.get(DeploymentScope("", scope.subscription, ""))
        at["dependsOn"] = [subscription] if subscription else []
    else:
        at["subscriptionId"] = scope.subscription
    values = {name: {"value": f"[parameters('{name}')]"} for name in template["parameters"]}
    inner = {"scope": "inner"}
    properties = {"mode": "Incremental", "expressionEvaluationOptions": inner, "parameters": values}
    head = {"type": _NESTED, "apiVersion": _VERSION, "name": names[scope]}
    return {**head, **at, "properties": {**properties, "template": template}}


def _inner(scope: DeploymentScope, resources: list[dict[str, Any]], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The template of a nested deployment."""
    at = "management group" if scope.management_group else "subscription"
    return {
        "$schema": _GROUP_SCHEMA if scope.resource_group else _ROOT_SCHEMAS[at],
        "contentVersion": "1.0.0.0",
        "parameters": {name: {"type": "string"} for name in sorted(parameters)},
        "resources": resources,
    }


def _resource(
    graph: ResourceGraph, resource: Resource, scope: DeploymentScope, parameters: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    parsed = parse(resource.id)
    waits = (graph.by_urn(urn) for urn in resource.depends_on)
    template = {
        "type": resource.arm_type,
        "apiVersion": resource.api_version,
        "name": "/".join(parsed.names),
        "dependsOn": sorted({other.id for other in waits if other is not None and _scope(other) == scope}),
        **_known(resource.body, "", parameters),
    }
    if parsed.scope and not scope.management_group:
        template["scope"] = parsed.scope
    return template


def _known(value: Any, key: str, parameters: dict[str, dict[str, Any]]) -> Any:
    """The value, with a parameter wherever only the deployment knows, and with template syntax escaped."""
    if is_unknown(value):
        source = value[UNKNOWN_KEY].partition(", from ")[2]
        name = re.sub(r"\W+", "_", f"{key} from {source}").strip("_")
        description = f"Only Azure knows it: {key} of {source}. The default is a placeholder."
        default = PLACEHOLDERS.get(key, "placeholder")
        parameters[name] = {"type": "string", "defaultValue": default, "metadata": {"description": description}}
        return f"[parameters('{name}')]"
    if isinstance(value, dict):
        return {name: _known(item, name, parameters) for name, item in value.items()}
    if isinstance(value, list):
        return [_known(item, key, parameters) for item in value]
    if isinstance(value, str) and value.startswith("["):
        return f"[{value}"
    return value
