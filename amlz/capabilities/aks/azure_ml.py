"""Decides Azure ML on a cluster: extension, Trusted Access, compute targets, and objects that a pipeline applies."""

from __future__ import annotations

from typing import Any

from amlz.capabilities.aks.config import AksAttachConfig, AksConfig
from amlz.capabilities.aks.facts import ROUTERS, TARGET
from amlz.capabilities.aks.records import path_of
from amlz.capabilities.aks.spec import AzureMlSpec
from amlz.core.capability import EnvironmentParts
from amlz.core.kubernetes_objects import instance_type, namespaces
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.specs import KubernetesSpec

_NAME = "azureml"
#: Tasks of a pipeline. They may hold {namespace}.
_TASKS = (
    "namespace {namespace} is there: pipelines/aks.sh prints it, and jobs fail without it",
    "after it was stopped and started, its compute targets are attached again",
)


def plan_azure_ml(env: EnvironmentContext, given: EnvironmentParts, settings: AksConfig, cluster: str) -> AzureMlSpec:
    """Returns Azure ML on a cluster (its ID)."""
    attach, path = settings.attach, (*path_of(env.key), "attach", "computeTargets")
    assert attach is not None
    attached = []
    for name, namespace in attach.compute_targets.items():
        env.context.take("cluster", name, given.workspace.id, (*path, name))
        attached.append(KubernetesSpec(name, cluster, namespace, tuple(t.format(namespace=namespace) for t in _TASKS)))
    of_workspace = env.identity("workspace").principal
    return AzureMlSpec(
        place=env.place,
        cluster=cluster,
        workspace=given.workspace.id,
        identity=given.computes.identity,
        binding=_NAME,
        extension=_NAME,
        settings=extension_settings(settings, attach, cluster, env.place.location),
        attached=tuple(attached),
        objects=kubernetes_objects(attach),
        after=(
            given.workspace.endpoint.ready,
            *(role.id for role in given.roles[TARGET] if role.principal == of_workspace),
        ),
        tags=env.tags,
    )


def extension_settings(settings: AksConfig, attach: AksAttachConfig, cluster: str, region: str) -> dict[str, str]:
    """Returns the settings of the extension, as Microsoft's template writes them: facts.TEMPLATE. All are texts."""
    drivers = any(pool.gpu_driver == "install" for pool in settings.pools.values())
    result = {
        "enableTraining": str(attach.training),
        "enableInference": str(attach.serving is not None),
        "clusterPurpose": "FastProd",
        "cluster_name": cluster,
        "cluster_name_friendly": cluster.rsplit("/", 1)[1],
        "clusterId": cluster,
        "domain": region,
        "jobSchedulerLocation": region,
        "prometheus.prometheusSpec.externalLabels.cluster_name": cluster,
        "servicebus.enabled": "false",
        "relayserver.enabled": "false",
        "nginxIngress.enabled": "true",
        "installNvidiaDevicePlugin": str(drivers),
        "installPromOp": "True",
        "installVolcano": "True",
        "installDcgmExporter": "False",
    }
    if attach.serving is not None:
        result |= {
            "allowInsecureConnections": "False",
            "inferenceRouterServiceType": "LoadBalancer",
            "internalLoadBalancerProvider": "azure",
            "scoringFe.serviceType.internalLoadBalancer": "true",
            "inferenceRouterHA": str(nodes_without_taints(settings) >= ROUTERS),
            "sslCname": attach.serving.host,
            "scoringFe.sslSecret": attach.serving.certificate,
        }
    return result


def nodes_without_taints(settings: AksConfig) -> int:
    """Returns the nodes that stay and that pods of the extension run on."""
    return sum(pool.min_nodes for pool in settings.pools.values() if not pool.taints and pool.gpu_driver is None)


def kubernetes_objects(attach: AksAttachConfig) -> tuple[dict[str, Any], ...]:
    """Returns namespaces and instance types. AKS labels nodes with the name of their pool."""
    return (
        *namespaces(attach.compute_targets.values()),
        *(
            instance_type(name, {"kubernetes.azure.com/agentpool": one.pool}, one.cores, one.memory_gb, one.gpus)
            for name, one in attach.instance_types.items()
        ),
    )
