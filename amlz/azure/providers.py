"""Resource providers that each subscription of a plan must have registered, with the reason and its source.

azure-native registers none: https://github.com/pulumi/pulumi-azure-native/issues/3479 (2026-11, open). ARM refuses
other resources with MissingSubscriptionRegistration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amlz.azure.graph import ResourceGraph
from amlz.azure.ids import ResourceId, ids_in, parse
from amlz.dataclass import dataclass

_LEARN = "https://learn.microsoft.com/azure/"
_PROVIDERS = _LEARN + "azure-resource-manager/management/resource-providers-and-types (2025-08)"
_ENDPOINTS = _LEARN + "private-link/private-endpoint-overview (2025-06)"
_REGISTRY = _LEARN + "container-registry/container-registry-private-link (2025-10)"
_KEY = _LEARN + "machine-learning/how-to-setup-customer-managed-keys (2025-02)"
_MODELS = _LEARN + "machine-learning/how-to-manage-registries (2024-10)"
_POLICY = _LEARN + "governance/policy/assign-policy-azurecli#prerequisites (2025-05)"

#: Providers that every subscription has registered.
#: https://learn.microsoft.com/azure/azure-resource-manager/management/azure-services-resource-providers (2025-03)
BY_DEFAULT = frozenset(
    {
        "microsoft.authorization",
        "microsoft.billing",
        "microsoft.consumption",
        "microsoft.costmanagement",
        "microsoft.features",
        "microsoft.portal",
        "microsoft.resourcegraph",
        "microsoft.resources",
    }
)


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that a subscription must have registered: its namespace, why, and the page that requires it."""

    subscription: str
    namespace: str
    why: str
    source: str

    @property
    def command(self) -> str:
        """The command of the Azure CLI that registers it."""
        return f"az provider register --namespace {self.namespace} --subscription {self.subscription}"


def providers_of(graph: ResourceGraph) -> tuple[Provider, ...]:
    """Returns the providers to register, by subscription and namespace; of several reasons the first."""
    result: dict[tuple[str, str], Provider] = {}
    requests = [(r.arm_type, r.id, r.properties) for r in graph if r.id]
    rows = [row for request in requests for row in _own(*request[:2])]
    for row in (*rows, *(row for request in requests for row in _further(*request))):
        if row.namespace.lower() not in BY_DEFAULT:
            result.setdefault((row.subscription, row.namespace.lower()), row)
    return tuple(result[key] for key in sorted(result))


def needed(arm_type: str, resource_id: str, properties: Mapping[str, Any]) -> tuple[Provider, ...]:
    """Returns the providers that a request needs."""
    rows = (*_own(arm_type, resource_id), *_further(arm_type, resource_id, properties))
    return tuple(row for row in rows if row.namespace.lower() not in BY_DEFAULT)


def _own(arm_type: str, resource_id: str) -> Iterator[Provider]:
    subscription = parse(resource_id).subscription
    if subscription:
        namespace, _, kind = arm_type.partition("/")
        yield Provider(subscription, namespace, f"resources of the plan: {kind}", _PROVIDERS)


def _further(arm_type: str, resource_id: str, properties: Mapping[str, Any]) -> Iterator[Provider]:
    """Returns providers that a request needs in addition to the one of its type."""
    kind, here = arm_type.lower(), parse(resource_id).subscription
    if kind == "microsoft.network/privateendpoints":
        for target in _targets(properties):
            namespace = target.type.partition("/")[0]
            source = _REGISTRY if namespace.lower() == "microsoft.containerregistry" else _ENDPOINTS
            yield Provider(here, namespace, f"private endpoints to {target.type}", source)
            yield Provider(target.subscription, "Microsoft.Network", "targets of private endpoints", _ENDPOINTS)
    if kind == "microsoft.authorization/policyassignments" and here:
        yield Provider(here, "Microsoft.PolicyInsights", "compliance states of policy assignments", _POLICY)
    if kind == "microsoft.machinelearningservices/registries":
        for namespace in ("Microsoft.ContainerRegistry", "Microsoft.Storage"):
            yield Provider(here, namespace, "what Azure creates for an Azure ML registry", _MODELS)
    if kind == "microsoft.machinelearningservices/workspaces" and _encrypted(properties):
        for namespace in ("Microsoft.DocumentDB", "Microsoft.Search"):
            yield Provider(here, namespace, "metadata of workspaces with a customer-managed key", _KEY)


def _targets(endpoint: Mapping[str, Any]) -> Iterator[ResourceId]:
    """Returns what a private endpoint connects to."""
    for kind in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        yield from (resource_id for item in ids_in(endpoint.get(kind)) if (resource_id := parse(item)).subscription)


def _encrypted(workspace: Mapping[str, Any]) -> bool:
    encryption = workspace.get("encryption")
    return isinstance(encryption, Mapping) and encryption.get("status") == "Enabled"
