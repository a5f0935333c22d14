"""Decides Azure ML on a cluster: extension, Trusted Access, compute targets, and objects that a pipeline applies."""

from __future__ import annotations

from typing import Any

from amlz.capabilities.aks.config import AksAttachConfig, AksConfig, AksInstanceTypeConfig
from amlz.capabilities.aks.facts import ROUTERS, TARGET
from amlz.capabilities.aks.records import path_of
from amlz.capabilities.aks.spec import AzureMlSpec
from amlz.core.capability import EnvironmentParts
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.specs import IdentityPrincipalSpec, KubernetesSpec

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
    of_workspace = IdentityPrincipalSpec(given.workspace.identity)
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
    """Returns namespaces and instance types. Instance types:
    https://learn.microsoft.com/azure/machine-learning/how-to-manage-kubernetes-instance-types
    """
    namespaces = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        for name in dict.fromkeys(attach.compute_targets.values())
    ]
    return (*namespaces, *(_instance_type(name, one) for name, one in attach.instance_types.items()))


def _instance_type(name: str, one: AksInstanceTypeConfig) -> dict[str, Any]:
    """Returns an instance type, whose requests are its limits. AKS labels nodes with the name of their pool."""
    resources = {"cpu": str(one.cores), "memory": f"{one.memory_gb}Gi"}
    return {
        "apiVersion": "amlarc.azureml.com/v1alpha1",
        "kind": "InstanceType",
        "metadata": {"name": name},
        "spec": {
            "nodeSelector": {"kubernetes.azure.com/agentpool": one.pool},
            "resources": {"requests": resources, "limits": {**resources, "nvidia.com/gpu": one.gpus}},
        },
    }
