"""The resources that actions are on, by the graph: of each environment, and of the landing zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amlz.azure.graph import Persona, Resource, ResourceGraph
from amlz.azure.ids import parse, resource_group_id, resource_id, subscription_id
from amlz.azure.role_definitions import APPROVED
from amlz.core.owners import EnvironmentKey
from amlz.core.permissions.actions import Target

_WORKSPACES = "Microsoft.MachineLearningServices/workspaces"
_REGISTRIES = "microsoft.machinelearningservices/registries"
#: Properties of a workspace that hold the id of a part.
_PARTS: Mapping[Target, str] = {"storage": "storageAccount", "registry": "containerRegistry", "vault": "keyVault"}
#: Kinds of datastores on containers, and the property that names the container.
_CONTAINERS = {"AzureDataLakeGen2": "filesystem", "AzureBlob": "containerName"}

Ids = Mapping[Target, tuple[str, ...]]


def environment_of(of: Resource | Persona) -> EnvironmentKey | None:
    """Returns the environment of a resource or persona; None for the landing zone as a whole."""
    return EnvironmentKey(of.project, of.environment) if of.project and of.environment else None


def targets_of(graph: ResourceGraph) -> dict[EnvironmentKey | None, Ids]:
    """Returns the ids of every target, by environment; those of the landing zone under None."""
    parts: dict[str, list[Resource]] = {}
    for resource in graph.of_type(
        f"{_WORKSPACES}/computes", f"{_WORKSPACES}/datastores", f"{_WORKSPACES}/outboundRules"
    ):
        parts.setdefault(resource.id.rsplit("/", 2)[0].lower(), []).append(resource)
    endpoints = _storage_endpoints(graph)
    created: dict[EnvironmentKey | None, list[str]] = {}
    models = _model_registries(graph)
    for resource in graph.of_type(f"{_WORKSPACES}/onlineEndpoints"):
        created.setdefault(environment_of(resource), []).append(resource.id)
    identities = {
        (environment_of(persona), persona.kind): (persona.identity,) if persona.identity else persona.principals
        for persona in graph.personas
    }
    by_environment: dict[EnvironmentKey | None, Ids] = {None: _landing_zone(graph)}
    for workspace in graph.of_type(_WORKSPACES):
        if workspace.body.get("kind") == "FeatureStore":
            continue  # an environment has one next to its workspace
        key = environment_of(workspace)
        ids = dict(_of_workspace(workspace, parts.get(workspace.id.lower(), [])))
        storage = ids["storage"][0].lower() if ids["storage"] else ""
        by_environment[key] = {
            **ids,
            "storageEndpoints": tuple(endpoints.get(storage, ())),
            "computeIdentity": identities.get((key, "computeIdentity"), ())[:1],
            "servingIdentity": identities.get((key, "servingIdentity"), ()),
            "onlineEndpoint": tuple(created.get(key, ())),
            "modelRegistry": models,
            "batchEndpoints": ids["workspace"] if (key, "batchEndpointCallers") in identities else (),
        }
    return by_environment


def accepts_resource_context(graph: ResourceGraph) -> bool | None:
    """Returns whether the central log accepts permissions on the resource whose logs are read. None: not built here."""
    logs = graph.of_type("Microsoft.OperationalInsights/workspaces")
    if not logs:
        return None
    features = logs[0].properties.get("features")
    return isinstance(features, dict) and features.get("enableLogAccessUsingOnlyResourcePermissions") is True


def _of_workspace(workspace: Resource, parts: list[Resource]) -> Iterator[tuple[Target, tuple[str, ...]]]:
    place = parse(workspace.id)
    yield "workspace", (workspace.id,)
    yield "group", (resource_group_id(place.subscription, place.resource_group),)
    yield "subscription", (subscription_id(place.subscription),)
    own: dict[Target, tuple[str, ...]] = {
        target: _ids(workspace.properties.get(name)) for target, name in _PARTS.items()
    }
    yield from own.items()
    key = _inside(workspace.properties, "encryption", "keyVaultProperties", "keyVaultArmId")
    yield "keys", _ids(key)
    subnets = dict.fromkeys(
        subnet for part in parts for subnet in _ids(_inside(part.properties, "properties", "subnet", "id"))
    )
    yield "subnet", tuple(subnets)
    yield "network", tuple(dict.fromkeys(subnet.rsplit("/", 2)[0] for subnet in subnets))
    yield (
        "kubernetes",
        tuple(
            cluster
            for part in parts
            if part.properties.get("computeType") == "Kubernetes"
            for cluster in _ids(part.properties.get("resourceId"))
        ),
    )
    yield "lake", tuple(container for part in parts for container in _container(part))
    yield "approved", tuple(_approved(workspace, own, parts))


def _approved(workspace: Resource, own: Ids, parts: list[Resource]) -> Iterator[str]:
    """Returns the targets of private endpoints of a managed network: the parts, and those of its rules."""
    if _inside(workspace.properties, "managedNetwork", "isolationMode") in (None, "Disabled"):
        return
    rules = (_inside(part.properties, "destination", "serviceResourceId") for part in parts)
    targets = [
        workspace.id,
        *(item for ids in own.values() for item in ids),
        *(item for rule in rules for item in _ids(rule)),
    ]
    known = {kind.lower() for kind in APPROVED}
    yield from dict.fromkeys(item for item in targets if parse(item).type.lower() in known)


def _model_registries(graph: ResourceGraph) -> tuple[str, ...]:
    """Returns the Azure ML registries on which roles are assigned here."""
    scopes = (parse(role.id).scope for role in graph.of_type("Microsoft.Authorization/roleAssignments"))
    return tuple(dict.fromkeys(scope for scope in scopes if scope and parse(scope).type.lower() == _REGISTRIES))


def _container(store: Resource) -> Iterator[str]:
    """Returns the container of a datastore, where its properties name one."""
    properties = store.properties
    name = properties.get(_CONTAINERS.get(str(properties.get("datastoreType")), ""))
    account = [properties.get(key) for key in ("subscriptionId", "resourceGroup", "accountName")]
    if all(isinstance(item, str) for item in (*account, name)):
        subscription, group, storage = map(str, account)
        kind = "Microsoft.Storage/storageAccounts/blobServices/containers"
        yield resource_id(subscription, group, kind, storage, "default", str(name))


def _storage_endpoints(graph: ResourceGraph) -> dict[str, list[str]]:
    """Returns the private endpoints for blobs and files, by the id of the storage account."""
    storage_endpoints: dict[str, list[str]] = {}
    for endpoint in graph.of_type("Microsoft.Network/privateEndpoints"):
        for connection in endpoint.properties.get("privateLinkServiceConnections") or ():
            groups = _inside(connection, "properties", "groupIds")
            for target in _ids(_inside(connection, "properties", "privateLinkServiceId")):
                if isinstance(groups, list) and {"blob", "file"} & set(map(str, groups)):
                    storage_endpoints.setdefault(target.lower(), []).append(endpoint.id)
    return storage_endpoints


def _landing_zone(graph: ResourceGraph) -> Ids:
    """Returns the central log, and the resource groups of networks, zones and the firewall."""
    logs = [log.id for log in graph.of_type("Microsoft.OperationalInsights/workspaces")]
    if not logs:
        logs = [
            item
            for component in graph.of_type("Microsoft.Insights/components")
            for item in _ids(component.properties.get("WorkspaceResourceId"))
        ]
    shared = graph.of_type(
        "Microsoft.Network/virtualNetworks", "Microsoft.Network/azureFirewalls", "Microsoft.Network/privateDnsZones"
    )
    groups = dict.fromkeys(resource_group_id(resource.subscription, resource.resource_group) for resource in shared)
    return {"log": tuple(dict.fromkeys(logs)), "groups": tuple(groups)}


def _ids(value: Any) -> tuple[str, ...]:
    """Returns a value as ids: one, or none where it is absent or known only at deployment."""
    return (value,) if isinstance(value, str) and value.startswith("/") else ()


def _inside(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
