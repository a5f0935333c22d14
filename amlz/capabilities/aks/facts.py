"""Facts of Azure Kubernetes Service."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import properties
from amlz.azure.protection import Protection, ranked
from amlz.core.billing import Body, Omitted, Quantity, free
from amlz.core.capability_facts import ArmType, EgressHosts, Emits, Facts, Grant, Holds, Limit, NameRule, Noun
from amlz.core.facts.clouds import FIREWALL_PAGE

CLUSTER = "Microsoft.ContainerService/managedClusters"
POOL, MAINTENANCE = f"{CLUSTER}/agentPools", f"{CLUSTER}/maintenanceConfigurations"

_AKS = "https://learn.microsoft.com/azure/aks/"
#: 2026-08-05.
PRIVATE_PAGE = f"{_AKS}private-clusters"
#: 2023-06-13.
EGRESS_PAGE = f"{_AKS}outbound-rules-control-egress"
#: 2023-12-05.
FIREWALL = f"{_AKS}limit-egress-traffic"
#: 2024-05-14.
OVERLAY_PAGE = f"{_AKS}concepts-network-azure-cni-overlay"
_IDENTITY = f"{_AKS}use-managed-identity"
_RBAC = f"{_AKS}manage-azure-rbac"
_LIMITS = f"{_AKS}quotas-skus-regions"

#: The list of hosts that Azure keeps for clusters: FIREWALL.
FQDN_TAG = "AzureKubernetesService"
#: The zone of API servers, in the public cloud alone: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
ZONE = "{cluster}.privatelink.{region}.azmk8s.io"
#: Addresses in the subnet of nodes in addition to them: the API server's private endpoint, and an internal load balancer.
OTHER_ADDRESSES = 2
#: Nodes that an upgrade adds to a pool, in percent, rounded up: https://learn.microsoft.com/azure/aks/upgrade-aks-cluster
SURGE = 10
#: The range of pods that each node takes: OVERLAY_PAGE.
PODS_OF_NODE = 24
#: https://learn.microsoft.com/azure/aks/configure-azure-cni (prerequisites)
RESERVED = ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
#: Longest name of a network, its subnet and its resource group, which become labels of nodes: OVERLAY_PAGE.
LONGEST_LABEL = 63
GPU_TAINT = "sku=gpu:NoSchedule"
NODES, POOLS = Limit(5000, "nodes", "cluster", _LIMITS), Limit(100, "node pools", "cluster", _LIMITS)

#: Names of targets in the table of grants.
TARGET, ZONE_TARGET, ROUTES_TARGET, NODES_TARGET = "aks", "aksZone", "aksRoutes", "aksNodesIdentity"
_ADMIN = "Azure Kubernetes Service RBAC Cluster Admin"

HOSTS: tuple[EgressHosts, ...] = (
    EgressHosts(
        "public", "aks-policy",
        ("data.policy.core.windows.net", "store.policy.core.windows.net", "dc.services.visualstudio.com"), "Https",
        "the Azure Policy add-on", EGRESS_PAGE,
    ),
    EgressHosts(
        "public", "aks-gpu", ("nvidia.github.io", "us.download.nvidia.com", "download.docker.com"), "Https",
        "drivers of GPUs", EGRESS_PAGE, "gpuDriver",
    ),
    EgressHosts(
        "public", "aks-extensions",
        ("{region}.dp.kubernetesconfiguration.azure.com", "*.ingestion.msftcloudes.com", "*.microsoftmetrics.com"), "Https",
        "the agents of cluster extensions", EGRESS_PAGE, "azureMl",
    ),
    EgressHosts(
        "public", "aks-azure-ml", ("{region}.experiments.azureml.net", "{region}.api.azureml.ms"), "Https",
        "Azure ML itself", FIREWALL_PAGE, "azureMl",
    ),
)  # fmt: skip


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("AKS: the tier of the cluster, its load balancer, nodes of its pools and their disks")


FACTS = Facts(
    types=(
        ArmType(
            CLUSTER, Noun("AKS cluster", "AKS clusters"), kind="managedCluster",
            # Azure takes 63 characters. The name is also that of a subzone, which has 32 at most: PRIVATE_PAGE.
            names=NameRule(
                "aks-", 1, 32, r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
                "lower-case letters, digits and hyphens, starting and ending with a letter or digit", "group",
            ),
            # https://learn.microsoft.com/azure/aks/monitor-aks-reference; without reads (kube-audit), which are most of it.
            emits=Emits(
                logs=True, metrics=True, dedicated=True,
                categories=(
                    "kube-apiserver", "kube-audit-admin", "kube-controller-manager", "kube-scheduler",
                    "cluster-autoscaler", "guard",
                ),
            ),
            holds=Holds(
                "Kubernetes objects, and volumes of pods in its resource group of nodes", "", "",
                "back up its objects and volumes with Azure Backup (`az dataprotection backup-instance create`)",
                "https://learn.microsoft.com/azure/backup/azure-kubernetes-service-backup-overview",
            ),
        ),
        ArmType(POOL, Noun("node pool", "node pools")),
        ArmType(MAINTENANCE, Noun("maintenance configuration", "maintenance configurations")),
    ),
    roles={_ADMIN: "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"},
    grants=(
        Grant("aksIdentity", "Private DNS Zone Contributor", ZONE_TARGET, "the cluster writes the name of its API server", PRIVATE_PAGE),
        Grant("aksIdentity", "Network Contributor", "network", "the cluster links its zone to the network, and puts nodes into it", PRIVATE_PAGE),
        Grant("aksIdentity", "Network Contributor", ROUTES_TARGET, "the cluster uses the routes of its subnet", FIREWALL),
        Grant("aksIdentity", "Managed Identity Operator", NODES_TARGET, "the cluster gives its nodes their identity", _IDENTITY),
        Grant("aksNodesIdentity", "AcrPull", "registry", "nodes pull the images of models", _IDENTITY),
        Grant("aksNodesIdentity", "AcrPull", "sharedRegistry", "nodes pull the images of models", _IDENTITY),
        Grant("platformTeam", _ADMIN, TARGET, "managing the cluster: local accounts are off", _RBAC),
    ),
    targets={
        TARGET: CLUSTER, ZONE_TARGET: "Microsoft.Network/privateDnsZones",
        NODES_TARGET: "Microsoft.ManagedIdentity/userAssignedIdentities",
    },
    shared_targets={ROUTES_TARGET: "Microsoft.Network/routeTables"},
    egress=HOSTS,
    changes={MAINTENANCE: properties(f"{_AKS}planned-maintenance", "maintenanceWindow")},
    bills={CLUSTER: _bill, POOL: free, MAINTENANCE: free},
    protections=(
        Protection(CLUSTER, "local accounts of Kubernetes", ranked("disableLocalAccounts", "true", "false")),
        Protection(CLUSTER, "an API server with a public address", ranked("apiServerAccessProfile.enablePrivateCluster", "true", "false")),
    ),
)  # fmt: skip
