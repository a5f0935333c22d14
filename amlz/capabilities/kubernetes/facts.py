"""Attached Kubernetes clusters: what their nodes must reach, and what their owners must see to.

https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall (2026-03-19), in the public
cloud. Egress of the cluster itself, with Azure ML's extension, is its owner's to open:
https://learn.microsoft.com/azure/aks/outbound-rules-control-egress
"""

from __future__ import annotations

from amlz.core.capability_facts import EgressHosts, Facts, Grant
from amlz.core.facts.clouds import FIREWALL_PAGE
from amlz.dataclass import dataclass

ATTACH_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-attach-kubernetes-to-workspace"
SECURE_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-secure-kubernetes-inferencing-environment"


#: The page lists them for the public cloud alone. Its hosts of workspace, registry and storage account are not here: those answer on private endpoints.
HOSTS: tuple[EgressHosts, ...] = (
    EgressHosts(
        "public", "kubernetes-logs", ("*.kusto.windows.net", "*.table.core.windows.net", "*.queue.core.windows.net"), "Https",
        "system logs of the extension; accounts of others answer there, too", FIREWALL_PAGE, "systemLogs",
    ),
    EgressHosts(
        "public", "kubernetes-service", ("{region}.experiments.azureml.net", "{region}.api.azureml.ms"), "Https",
        "the service itself", FIREWALL_PAGE,
    ),
    EgressHosts("public", "kubernetes-python", ("pypi.org",), "Https", "Python packages of jobs", FIREWALL_PAGE, "training"),
    EgressHosts(
        "public", "kubernetes-system", ("archive.ubuntu.com", "security.ubuntu.com", "ppa.launchpad.net"), "Http",
        "system packages of jobs, without encryption", FIREWALL_PAGE, "training",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClusterTask:
    """A task of a cluster's owner. It may hold {namespace} and {spoke}."""

    says: str
    source: str


DEMANDS: tuple[ClusterTask, ...] = (
    ClusterTask("Azure ML's extension is on it", ATTACH_PAGE),
    ClusterTask("namespace {namespace} is there: nothing creates or checks it, and jobs fail without it", ATTACH_PAGE),
    ClusterTask("its network is peered with spoke {spoke}, where the private endpoints are, and resolves their names", SECURE_PAGE),
    ClusterTask("it is in the region of the workspace", SECURE_PAGE),
    ClusterTask("it has no public name, where it is a private cluster", SECURE_PAGE),
    ClusterTask("after it was stopped and started, its compute targets are attached again", SECURE_PAGE),
)  # fmt: skip

CLUSTER = "Microsoft.ContainerService/managedClusters"
#: The name of a cluster in the table of grants.
TARGET = "kubernetes"
_ADMIN, _EXTENSION = "Azure Kubernetes Service Cluster Admin Role", "Kubernetes Extension Contributor"
_LOOKS = "attaching the cluster looks for Azure ML's extension"

FACTS = Facts(
    roles={
        _ADMIN: "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
        _EXTENSION: "85cb6faf-e071-4c9b-8136-154b5a04f717",
    },
    # While a cluster is attached, and whenever something is sent to it.
    grants=(
        Grant("workspaceIdentity", "Reader", TARGET, "attaching the cluster", ATTACH_PAGE),
        Grant("workspaceIdentity", _EXTENSION, TARGET, _LOOKS, ATTACH_PAGE),
        Grant("workspaceIdentity", _ADMIN, TARGET, "attaching the cluster, and deploying to it", ATTACH_PAGE),
    ),
    shared_targets={TARGET: CLUSTER},
    egress=HOSTS,
)
