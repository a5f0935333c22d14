"""The contract between a landing zone and the pipelines of its teams: what code that trains and serves models uses.

Every value is decided before the deployment, apart from client IDs: Azure decides them, so they are None here. The
program puts them in: `pulumi stack output workloads` has the same shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from amlz.azure.ids import parse
from amlz.core.facts.clouds import CloudName, host_of
from amlz.core.names import suffix
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError, listed
from amlz.core.specs import ProjectEnvironmentSpec, records
from amlz.core.specs.feature_store import FeatureStoreSpec
from amlz.core.specs.kubernetes import KubernetesSpec
from amlz.core.specs.model_registry import ModelRegistrySpec
from amlz.core.specs.operations import OperationsSpec
from amlz.core.specs.serving import BatchEndpointsSpec

#: The stack output of the capability that builds identities of pipelines.
_PIPELINES = "pipelineClientIds"
#: Datastores that Azure ML creates with a workspace:
#: https://learn.microsoft.com/azure/machine-learning/concept-data#default-datastores
_DEFAULT_DATASTORES = (
    "workspaceartifactstore",
    "workspaceblobstore",
    "workspacefilestore",
    "workspaceworkingdirectory",
)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="forbid")


class AzureResource(_Record):
    """A resource in Azure."""

    name: str
    id: str


class RegistryOfWorkload(AzureResource):
    """The container registry of images. `login_server`: a host name."""

    login_server: str


class IdentityOfWorkload(_Record):
    """A user-assigned identity. `client_id`: a GUID; null before the deployment, since Azure decides it, unless the
    identity exists already.
    """

    id: str
    client_id: str | None = None


class PipelineOfWorkload(IdentityOfWorkload):
    """The identity of one kind of pipeline. `subjects`: subjects of the tokens that it accepts."""

    subjects: list[str]


class ClusterOfWorkload(_Record):
    """A compute cluster. `priority`: Dedicated or LowPriority; `size`: a VM size."""

    name: str
    size: str
    priority: str
    min_nodes: int
    max_nodes: int


class FeatureStoreOfWorkload(AzureResource):
    """A feature store. `offline_store`: the ID of the container of its features; its identity is `features`."""

    offline_store: str
    spark_version: str


class WorkloadContract(_Record):
    """One environment of one project, as its pipelines see it.

    `batch_cluster`: the cluster that batch endpoints score on; null where the stack file names none.
    `deployment_egress`: the value of `egress_public_network_access` of managed online deployments. "disabled" where
    compute targets are in a subnet; null with a managed network, where the setting must not be sent.
    `endpoint_suffix`: end of the names of endpoints, which must be unique in the region. `image_build_cluster`: the
    cluster that builds images. `model_registry`: the Azure ML registry; null without one. `feature_store`: the feature
    store; null without one. `subnets`: IDs by role. `datastores`: names of datastores. `kubernetes`: names of attached
    clusters. `identities`: by role; `pipelines`: by kind of pipeline. `action_groups`: IDs by key of the stack file.
    `approvers`: people of whom one must approve a deployment, GitHub logins and sign-in addresses; empty without any.
    `unknown`: paths of values that only the deployment decides.
    """

    contract_version: Literal[1] = 1
    project: str
    environment: str
    production: bool
    tenant_id: str
    subscription_id: str
    location: str
    cloud: str
    resource_group: AzureResource
    workspace: AzureResource
    isolation: Literal["injected", "managed"]
    deployment_egress: Literal["disabled"] | None
    endpoint_suffix: str
    subnets: dict[str, str]
    container_registry: RegistryOfWorkload
    key_vault: AzureResource
    storage_account: AzureResource
    application_insights: AzureResource
    log_analytics: str
    datastores: list[str]
    clusters: list[ClusterOfWorkload]
    image_build_cluster: str
    batch_cluster: str | None
    model_registry: AzureResource | None
    feature_store: FeatureStoreOfWorkload | None
    kubernetes: list[str]
    identities: dict[str, IdentityOfWorkload]
    pipelines: dict[str, PipelineOfWorkload]
    action_groups: dict[str, str]
    approvers: list[str]
    unknown: list[str]


def contract_of(plan: LandingZonePlan, project: str, environment: str) -> WorkloadContract:
    """Returns the contract of an environment. Raises LandingZoneError where the plan has no such environment."""
    return contract(plan, environment_of(plan, project, environment))


def environment_of(plan: LandingZonePlan, project: str, environment: str) -> ProjectEnvironmentSpec:
    """Returns an environment of the plan. Raises LandingZoneError where it has none of these names."""
    own = {spec.environment: spec for spec in project_of(plan, project)}
    if environment not in own:
        raise LandingZoneError(
            f"Project {project} has no environment {environment!r}.\n  Its environments: {_nearest(environment, own)}."
        )
    return own[environment]


def project_of(plan: LandingZonePlan, project: str) -> list[ProjectEnvironmentSpec]:
    """Returns the environments of a project. Raises LandingZoneError where the plan has no such project."""
    projects = list(dict.fromkeys(spec.project for spec in plan.environments))
    if project not in projects:
        raise LandingZoneError(f"There is no project {project!r}.\n  Projects here: {_nearest(project, projects)}.")
    return [spec for spec in plan.environments if spec.project == project]


def contract(plan: LandingZonePlan, spec: ProjectEnvironmentSpec) -> WorkloadContract:
    """Returns the contract of an environment of the plan."""
    workspace, place = spec.workspace, spec.group.place
    managed = workspace.managed_network is not None
    operations, models = plan.part(OperationsSpec), plan.part(ModelRegistrySpec)
    parts = [planned.part.spec for planned in spec.capabilities]
    identities = _identities(spec)
    pipelines = {
        identity.kind: PipelineOfWorkload(
            id=identity.id, subjects=[credential.subject for credential in identity.credentials]
        )
        for planned in spec.capabilities
        if planned.output == _PIPELINES
        for identity in planned.part.spec
    }
    return WorkloadContract(
        project=spec.project,
        environment=spec.environment,
        production=spec.production,
        tenant_id=plan.tenant_id,
        subscription_id=place.subscription,
        location=place.location,
        cloud=plan.cloud,
        resource_group=AzureResource(name=place.resource_group, id=place.group_id),
        workspace=AzureResource(name=workspace.name, id=workspace.id),
        isolation="managed" if managed else "injected",
        deployment_egress=None if managed else "disabled",
        endpoint_suffix=suffix("onlineEndpoint", workspace.id),
        subnets=_subnets(plan, spec),
        container_registry=_registry(workspace.registry, plan.cloud),
        key_vault=resource(workspace.key_vault),
        storage_account=resource(workspace.storage),
        application_insights=resource(workspace.insights),
        log_analytics=spec.insights.log_analytics,
        datastores=[*_DEFAULT_DATASTORES, *sorted(store.name for store in spec.datastores)],
        clusters=[
            ClusterOfWorkload(
                name=cluster.name,
                size=cluster.size,
                priority=cluster.priority,
                min_nodes=cluster.min_nodes,
                max_nodes=cluster.max_nodes,
            )
            for cluster in spec.computes.clusters
        ],
        image_build_cluster=workspace.image_build_cluster,
        batch_cluster=next((batch.cluster for part in parts for batch in records(part, BatchEndpointsSpec)), None),
        model_registry=resource(models.id) if models else None,
        feature_store=_feature_store(spec),
        kubernetes=sorted(cluster.name for part in parts for cluster in records(part, KubernetesSpec)),
        identities=identities,
        pipelines=pipelines,
        action_groups={group.key: group.id for group in operations.action_groups} if operations else {},
        approvers=list(spec.approvers),
        unknown=_unknown(identities, pipelines),
    )


def _identities(spec: ProjectEnvironmentSpec) -> dict[str, IdentityOfWorkload]:
    return {one.role: IdentityOfWorkload(id=one.id, client_id=one.client_id) for one in spec.identities}


def _unknown(identities: Mapping[str, IdentityOfWorkload], pipelines: Iterable[str]) -> list[str]:
    """Returns the paths of client IDs that only the deployment knows."""
    built = (role for role, identity in identities.items() if identity.client_id is None)
    paths = (*(f"identities.{role}" for role in built), *(f"pipelines.{kind}" for kind in pipelines))
    return [f"{path}.clientId" for path in paths]


def workload_output(
    plan: LandingZonePlan,
    spec: ProjectEnvironmentSpec,
    client_ids: Mapping[str, Any],
    outputs: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Returns a contract as JSON has it, with client IDs, which may be Pulumi Outputs. They come by the ID of the
    identity, and in the stack's outputs by kind of pipeline.
    """
    record = contract(plan, spec).model_dump(by_alias=True) | {"unknown": []}
    for identity in record["identities"].values():
        identity["clientId"] = client_ids[identity["id"]]
    for kind, identity in record["pipelines"].items():
        identity["clientId"] = outputs[_PIPELINES][kind]
    return record


def workload_schema() -> dict[str, Any]:
    """Returns the JSON Schema of the contract."""
    schema = WorkloadContract.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def resource(resource_id: str) -> AzureResource:
    """Returns a resource by its ID."""
    return AzureResource(name=parse(resource_id).name, id=resource_id)


def _registry(resource_id: str, cloud: CloudName) -> RegistryOfWorkload:
    name = parse(resource_id).name
    return RegistryOfWorkload(name=name, id=resource_id, login_server=f"{name.lower()}.{host_of('registry', cloud)}")


def _feature_store(spec: ProjectEnvironmentSpec) -> FeatureStoreOfWorkload | None:
    store = next(records(spec.capabilities, FeatureStoreSpec), None)
    if store is None:
        return None
    return FeatureStoreOfWorkload(
        name=store.name, id=store.id, offline_store=store.offline_store.id, spark_version=store.spark_version
    )


def _subnets(plan: LandingZonePlan, spec: ProjectEnvironmentSpec) -> dict[str, str]:
    """Returns the subnets of an environment by role."""
    block = plan.addresses.block(spec.owner)
    ids = next(spoke.subnet_ids for spoke in plan.spokes if spoke.name == block.network)
    return {subnet.role: ids[subnet.cidr] for subnet in block.subnets}


def _nearest(name: str, known: Mapping[str, Any] | list[str]) -> str:
    return listed(get_close_matches(name, known, n=3) or sorted(known))
