"""Azure ML on AKS clusters: what Azure is sent, in which order, and the objects that a pipeline applies."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from amlz.azure.graph import Resource
from amlz.capabilities.aks.facts import ATTACHMENT, IDENTITY
from amlz.capabilities.aks.plan import PLANNER
from amlz.capabilities.aks.spec import AzureMlSpec
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import records
from amlz.stackfile.load import from_object
from tests.capabilities.kubernetes_schemas import problems
from tests.capabilities.test_aks import spec_of, with_cluster
from tests.conftest import ROOT
from tests.core.stacks import built, messages_of, planned
from tests.reports.test_previews import case

EXAMPLE = ROOT / "examples" / "kubernetes" / "Pulumi.kubernetes.yaml"
SCRIPT = ROOT / "pipelines" / "aks.sh"
CPU = {"size": "Standard_D8s_v5", "minNodes": 1, "maxNodes": 4}
GPU = {"size": "Standard_NC24ads_A100_v4", "maxNodes": 1, "gpuDriver": "install"}
TLS = {"certificate": "tls", "host": "models.contoso.com"}


def attached(pools: dict[str, Any] | None = None, **attach: Any) -> dict[str, Any]:
    """A stack of one environment whose cluster is attached."""
    settings = {"computeTargets": {"kube": "churn"}, "serving": TLS, **attach}
    return with_cluster(azureMl=True, pools=pools or {"cpu": CPU}, attach=settings)


def azure_ml(plan: LandingZonePlan) -> AzureMlSpec:
    """Azure ML on the cluster of a plan."""
    (spec,) = records(plan, AzureMlSpec)
    return spec


def of_type(arm_type: str) -> Resource:
    """The resource of a type in the example."""
    (resource,) = case(EXAMPLE).graph.of_type(arm_type)
    return resource


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No extension, role, name of a compute target, or line of the summary; GPU pools keep their taint."""
    stack = with_cluster(azureMl=True, pools={"cpu": CPU, "gpu": GPU})
    plan = planned(stack)

    assert list(records(plan, AzureMlSpec)) == []
    assert [role for role in plan.roles() if role.holders == ("aksWorkspace",)] == []
    assert [pool.taints for pool in spec_of(plan).pools] == [(), ("sku=gpu:NoSchedule",)]
    assert [row for _, row in PLANNER.contradictions(from_object(stack))] == [IDENTITY]


def test_the_identity_of_the_workspace_manages_the_cluster_before_it_attaches_it() -> None:
    """As Trusted Access requires, and on no more than the cluster; the preview names it."""
    plan = planned(attached())
    spec = azure_ml(plan)

    (role,) = [role for role in plan.roles() if role.holders == ("aksWorkspace",)]
    assert (role.role, role.scope) == ("Contributor", spec.cluster)
    assert role.principal.id == plan.environments[0].workspace.identity
    assert set(spec.after) == {role.id, plan.environments[0].workspace.endpoint.ready}
    texts = [relaxation.gives_up for relaxation in relaxations(from_object(attached()))]
    assert [text for text in texts if "as Trusted Access requires" in text] != []
    assert [row for _, row in PLANNER.contradictions(from_object(attached()))] == [IDENTITY, ATTACHMENT]


@pytest.mark.parametrize(("nodes", "expected"), [(2, "False"), (3, "True")])
def test_three_routers_need_three_nodes_without_taints(nodes: int, expected: str) -> None:
    """Nodes of GPU pools and of pools with taints do not count."""
    tainted = {**CPU, "minNodes": 4, "taints": ["team=a:NoSchedule"]}
    pools = {"cpu": {**CPU, "minNodes": nodes}, "gpu": {**GPU, "minNodes": 1}, "other": tainted}

    assert azure_ml(planned(attached(pools))).settings["inferenceRouterHA"] == expected


def test_settings_are_texts_and_serve_over_tls_or_not_at_all() -> None:
    """Names and values of Microsoft's template; `allowInsecureConnections` is never on."""
    serves = azure_ml(planned(attached())).settings
    trains = azure_ml(planned(attached(serving=None, training=True))).settings

    assert {type(value) for value in (*serves.values(), *trains.values())} == {str}
    assert (serves["enableInference"], serves["enableTraining"]) == ("True", "False")
    wanted = ("allowInsecureConnections", "internalLoadBalancerProvider", "scoringFe.sslSecret", "sslCname")
    assert [serves[key] for key in wanted] == ["False", "azure", "tls", "models.contoso.com"]
    assert (trains["enableInference"], trains["enableTraining"]) == ("False", "True")
    assert [key for key in wanted if key in trains] == []


def test_pods_of_azure_ml_tolerate_the_taint_of_gpu_pools() -> None:
    """And the device plugin comes with the extension, unless the operator of NVIDIA brings it."""
    plan = planned(attached({"cpu": CPU, "gpu": GPU}))
    operator = planned(attached({"cpu": CPU, "gpu": {**GPU, "gpuDriver": "none"}}))

    assert [pool.taints for pool in spec_of(plan).pools] == [(), ("ml.azure.com/amlarc=true:NoSchedule",)]
    assert azure_ml(plan).settings["installNvidiaDevicePlugin"] == "True"
    assert azure_ml(operator).settings["installNvidiaDevicePlugin"] == "False"


def test_the_firewall_opens_packages_where_jobs_train_and_the_log_where_defender_is() -> None:
    """To nodes alone; with a private link scope the sensor uses its endpoint."""

    def rules(stack: dict[str, Any]) -> set[str]:
        firewall = built(built(planned(stack).hub).firewall)
        (group,) = [group for group in firewall.groups if group.name == "rcg-aks"]
        return {rule.name for rule in group.application_rules}

    plain = rules(attached())
    assert rules(attached(training=True)) - plain == {"aks-python", "aks-packages"}
    defended = with_cluster(defender=True)
    assert rules(defended) - rules(with_cluster()) == {"aks-defender"}
    scoped = {**defended, "hub": {**defended["hub"], "privateLinkScope": {}}}
    assert rules(scoped) == rules(with_cluster())


@pytest.mark.parametrize(("size", "nodes", "fits"), [("D2s", 1, False), ("D2s", 2, True), ("D4s", 1, True)])
def test_pods_of_the_extension_have_the_least_cores_at_the_edge(size: str, nodes: int, fits: bool) -> None:
    """Four, on nodes that stay."""
    pools = {"cpu": {"size": f"Standard_{size}_v5", "minNodes": nodes, "maxNodes": 4}}

    assert ([text for text in messages_of(attached(pools)) if "4 cores at least" in text] == []) is fits


def test_azure_is_sent_the_binding_the_extension_and_the_compute_target() -> None:
    """The extension upgrades itself; the compute target has the identity of the others, and waits for the first two."""
    graph = case(EXAMPLE).graph
    binding = of_type("Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings")
    extension = of_type("Microsoft.KubernetesConfiguration/extensions")
    (compute,) = [
        r for r in graph.of_type("Microsoft.MachineLearningServices/workspaces/computes") if r.name == "k-fraud"
    ]

    cluster = of_type("Microsoft.ContainerService/managedClusters").id
    assert binding.id == f"{cluster}/trustedAccessRoleBindings/azureml"
    assert binding.body["properties"]["roles"] == ["Microsoft.MachineLearningServices/workspaces/mlworkload"]
    assert extension.id == f"{cluster}/providers/Microsoft.KubernetesConfiguration/extensions/azureml"
    properties = extension.body["properties"]
    assert (properties["extensionType"], properties["autoUpgradeMinorVersion"]) == (
        "microsoft.azureml.kubernetes",
        True,
    )
    assert properties["scope"] == {"cluster": {"releaseNamespace": "azureml"}}
    assert compute.body["properties"]["properties"] == {"namespace": "fraud"}
    assert compute.body["properties"]["resourceId"] == cluster
    assert {binding.urn, extension.urn} <= set(compute.depends_on)


def test_the_sensor_of_defender_sends_to_the_central_log() -> None:
    """As Azure is sent it."""
    body = of_type("Microsoft.ContainerService/managedClusters").body["properties"]["securityProfile"]

    log = body["defender"].pop("logAnalyticsWorkspaceResourceId")
    assert "/Microsoft.OperationalInsights/workspaces/" in log
    assert body["defender"] == {"securityMonitoring": {"enabled": True}}


def test_objects_are_namespaces_then_instance_types_that_fit_their_documentation() -> None:
    """Requests and limits of CPU and memory are texts that are not empty; GPUs are a number, among the limits alone."""
    types = {"gpu": {"pool": "cpu", "cores": 2, "memoryGb": 8}}
    objects = azure_ml(planned(attached(computeTargets={"one": "churn", "two": "churn"}, instanceTypes=types))).objects

    assert list(objects) == [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "churn"}},
        {
            "apiVersion": "amlarc.azureml.com/v1alpha1",
            "kind": "InstanceType",
            "metadata": {"name": "gpu"},
            "spec": {
                "nodeSelector": {"kubernetes.azure.com/agentpool": "cpu"},
                "resources": {
                    "requests": {"cpu": "2", "memory": "8Gi"},
                    "limits": {"cpu": "2", "memory": "8Gi", "nvidia.com/gpu": 0},
                },
            },
        },
    ]
    assert [problems(dict(one)) for one in objects] == [[], []]


def run(key: str, outputs: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """The script, with the outputs of a stack."""
    command = ["bash", str(SCRIPT), key]
    return subprocess.run(command, input=json.dumps(outputs), capture_output=True, text=True, check=False)


def test_the_pipeline_prints_a_list_of_objects() -> None:
    """For an environment with an attached cluster alone."""
    objects = [{"kind": "Namespace"}]
    outputs = {"aksClusters": {"churn/dev": {"objects": objects}, "churn/test": {"clusterId": "/c"}}}

    printed = run("churn/dev", outputs)
    assert json.loads(printed.stdout) == {"apiVersion": "v1", "kind": "List", "items": objects}
    assert [(r.returncode, r.stderr.strip()) for r in (run("churn/test", outputs), run("fraud/dev", outputs))] == [
        (1, "The AKS cluster of churn/test is not attached to a workspace. Set `attach`, then run `pulumi up`."),
        (1, "The outputs of the stack have no AKS cluster of fraud/dev. Name one as PROJECT/ENVIRONMENT."),
    ]
