"""Facts of clusters that are connected by Azure Arc, with Azure ML's extension."""

from __future__ import annotations

from amlz.core.capability_facts import Contradiction, EgressHosts, Facts, Grant
from amlz.core.facts.clouds import FIREWALL_PAGE

CLUSTER, RELAY = "Microsoft.Kubernetes/connectedClusters", "Microsoft.Relay/namespaces"
#: Names of targets in the table of grants.
CLUSTER_TARGET, RELAY_TARGET = "arcCluster", "arcRelay"

_LEARN = "https://learn.microsoft.com/azure/"
#: Roles of a workspace with a user-assigned identity. 2025-03-08.
ATTACH_PAGE = f"{_LEARN}machine-learning/how-to-attach-kubernetes-to-workspace"
#: Settings of the extension, and its relay. 2025-03-07.
EXTENSION_PAGE = f"{_LEARN}machine-learning/how-to-deploy-kubernetes-extension"
#: 2024-02-15.
NETWORK_PAGE = f"{_LEARN}azure-arc/kubernetes/network-requirements"
#: `az k8s-extension create` makes the relay, and gives its key to the extension as a protected setting.
CLI = (
    "https://github.com/Azure/azure-cli-extensions/blob/main/src/k8s-extension/azext_k8s_extension/"
    "partner_extensions/AzureMLKubernetes.py"
)
#: Extensions that work over private links are listed; Azure ML's is not among them.
PRIVATE_PAGE = f"{_LEARN}azure-arc/kubernetes/private-link"

#: The host of a relay, in the public cloud: https://learn.microsoft.com/azure/azure-relay/relay-hybrid-connections-protocol
RELAY_HOST = "{relay}.servicebus.windows.net"

#: Pages of 2022-08-31 and 2025-03-08.
IDENTITY = Contradiction(
    "the identity of a workspace that uses a cluster outside of Azure, where stores have private endpoints alone",
    f"system-assigned is advised, for AKS ({_LEARN}machine-learning/how-to-secure-kubernetes-inferencing-environment)",
    f"roles of a user-assigned one are listed, for Azure Arc too ({ATTACH_PAGE})",
    "a user-assigned one, with these roles",
)

HOSTS: tuple[EgressHosts, ...] = (
    EgressHosts(
        "public", "arc-agents",
        (
            "management.azure.com", "login.microsoftonline.com", "{region}.login.microsoft.com", "login.windows.net",
            "{region}.dp.kubernetesconfiguration.azure.com", "gbl.his.arc.azure.com", "*.his.arc.azure.com",
        ),
        "Https", "agents of Azure Arc: registration, configuration and certificates", NETWORK_PAGE,
    ),
    EgressHosts(
        "public", "arc-images", ("mcr.microsoft.com", "*.data.mcr.microsoft.com"), "Https",
        "images of the agents and of Azure ML's extension", NETWORK_PAGE,
    ),
    EgressHosts("public", "arc-upgrades", ("dl.k8s.io",), "Https", "automatic upgrades of the agents", NETWORK_PAGE),
    EgressHosts(
        "public", "arc-azure-ml", ("{region}.experiments.azureml.net", "{region}.api.azureml.ms"), "Https",
        "Azure ML itself", FIREWALL_PAGE,
    ),
    EgressHosts("public", "arc-python", ("pypi.org",), "Https", "Python packages of jobs", FIREWALL_PAGE, "training"),
    EgressHosts(
        "public", "arc-packages", ("archive.ubuntu.com", "security.ubuntu.com", "ppa.launchpad.net"), "Http",
        "system packages of jobs, without encryption", FIREWALL_PAGE, "training",
    ),
    EgressHosts(
        "public", "arc-logs", ("*.kusto.windows.net", "*.table.core.windows.net", "*.queue.core.windows.net"), "Https",
        "system logs of the extension; accounts of others answer there, too", FIREWALL_PAGE, "systemLogs",
    ),
)  # fmt: skip

_EXTENSION, _RELAY_OWNER = "Kubernetes Extension Contributor", "Azure Relay Owner"

FACTS = Facts(
    roles={
        "Azure Kubernetes Service Cluster Admin Role": "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
        _EXTENSION: "85cb6faf-e071-4c9b-8136-154b5a04f717",
        _RELAY_OWNER: "2787bf04-f1f5-4bfe-8383-c8a24483ee38",
    },
    # The last role on the cluster has no action on connected clusters: the page requires it all the same.
    grants=(
        Grant("workspaceIdentity", "Reader", CLUSTER_TARGET, "attaching the cluster", ATTACH_PAGE),
        Grant("workspaceIdentity", _EXTENSION, CLUSTER_TARGET, "attaching the cluster looks for Azure ML's extension", ATTACH_PAGE),
        Grant("workspaceIdentity", "Azure Kubernetes Service Cluster Admin Role", CLUSTER_TARGET, "attaching the cluster, as its page requires", ATTACH_PAGE),
        Grant("workspaceIdentity", _RELAY_OWNER, RELAY_TARGET, "Azure ML sends work to the cluster", ATTACH_PAGE),
    ),
    shared_targets={CLUSTER_TARGET: CLUSTER, RELAY_TARGET: RELAY},
    egress=HOSTS,
)  # fmt: skip
