"""Facts of Azure Kubernetes Service."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import CREATE_ONLY, ChangeRule, Kind, properties
from amlz.azure.protection import Protection, ranked
from amlz.azure.protections import KEYS, PUBLIC
from amlz.core.billing import Body, Omitted, Quantity, at, free
from amlz.core.capability_facts import (
    ArmType,
    Contradiction,
    EgressHosts,
    Emits,
    Facts,
    Grant,
    Holds,
    Limit,
    NameRule,
    Noun,
    PublicDomains,
    Switch,
    ZonesOf,
)
from amlz.core.facts.clouds import FIREWALL_PAGE

CLUSTER = "Microsoft.ContainerService/managedClusters"
POOL, MAINTENANCE = f"{CLUSTER}/agentPools", f"{CLUSTER}/maintenanceConfigurations"
BINDING, EXTENSION = f"{CLUSTER}/trustedAccessRoleBindings", "Microsoft.KubernetesConfiguration/extensions"
METRICS, GRAFANA = "Microsoft.Monitor/accounts", "Microsoft.Dashboard/grafana"
MANAGED_ENDPOINT = f"{GRAFANA}/managedPrivateEndpoints"
COLLECTION_ENDPOINT = "Microsoft.Insights/dataCollectionEndpoints"
COLLECTION_RULE = "Microsoft.Insights/dataCollectionRules"
ASSOCIATION = "Microsoft.Insights/dataCollectionRuleAssociations"

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

#: Trusted Access: clusters without local accounts, in the public cloud only. 2024-08-15.
TRUSTED_PAGE = "https://github.com/Azure/AML-Kubernetes/blob/master/docs/azureml-aks-ta-support.md"
#: Names of the extension's settings as ARM takes them; those of `az k8s-extension create` differ.
TEMPLATE = "https://github.com/Azure/AML-Kubernetes/blob/master/files/deployextension.json"
_LEARN = "https://learn.microsoft.com/azure/"
#: Roles of a workspace with a user-assigned identity. 2025-03-08.
ATTACH_PAGE = f"{_LEARN}machine-learning/how-to-attach-kubernetes-to-workspace"
#: Resources of the extension's pods, and the taints that pods of Azure ML tolerate. 2022-06-06.
TAINTS_PAGE = f"{_LEARN}machine-learning/reference-kubernetes"
#: 2025-08-25.
AGENTS_PAGE = f"{_LEARN}azure-monitor/containers/kubernetes-monitoring-firewall"
_METRICS_PAGE = f"{_LEARN}azure-monitor/essentials/prometheus-grafana"
_GRAFANA_ROLES = f"{_LEARN}managed-grafana/concept-role-based-access-control"
_ZONES_PAGE = f"{_LEARN}private-link/private-endpoint-dns"

#: Group IDs of the private endpoints of Grafana and of an Azure Monitor workspace.
GRAFANA_GROUP, METRICS_GROUP = "grafana", "prometheusMetrics"
#: Dashboards of Grafana, as paths from the folder `amlz`. tools/dashboards.py writes them.
DASHBOARDS = ("capabilities/aks/dashboards/aks-clusters.json", "capabilities/aks/dashboards/aks-endpoints.json")
#: Streams of logs and inventory of containers; performance is in managed Prometheus.
#: https://learn.microsoft.com/azure/azure-monitor/containers/kubernetes-monitoring-enable-arm
CONTAINER_STREAMS = (
    "Microsoft-ContainerLogV2", "Microsoft-KubeEvents", "Microsoft-KubePodInventory", "Microsoft-KubeNodeInventory",
    "Microsoft-KubePVInventory", "Microsoft-KubeServices", "Microsoft-KubeMonAgentEvents",
    "Microsoft-ContainerInventory", "Microsoft-ContainerNodeInventory",
)  # fmt: skip

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
#: Of an attached cluster: all pods of Azure ML tolerate it, and none tolerates GPU_TAINT: TAINTS_PAGE.
ML_TAINT = "ml.azure.com/amlarc=true:NoSchedule"
ML_TAINTS = "ml.azure.com/"
#: The least that the extension takes of nodes without taints in production, and nodes for three routers: TAINTS_PAGE.
LEAST_CORES, ROUTERS = 4, 3
#: The role of Trusted Access: TRUSTED_PAGE.
TRUSTED_ROLE = "Microsoft.MachineLearningServices/workspaces/mlworkload"
#: Pages of 2022-08-31 and 2025-03-08.
IDENTITY = Contradiction(
    "the identity of a private cluster that Azure ML uses",
    f"system-assigned is advised ({_LEARN}machine-learning/how-to-secure-kubernetes-inferencing-environment)",
    f"roles of a user-assigned one are listed ({ATTACH_PAGE})",
    "a user-assigned one, with these roles",
)
#: Pages of 2025-03-07 and 2024-08-15. None has extension, binding and attachment of such a cluster in one deployment.
ATTACHMENT = Contradiction(
    "attaching a cluster without local accounts whose API server has no public name",
    f"not supported without local accounts ({_LEARN}machine-learning/how-to-deploy-kubernetes-extension)",
    f"works with Trusted Access; of private clusters those with a public name are listed ({TRUSTED_PAGE})",
    "Trusted Access, without local accounts and without a public name",
)
NODES, POOLS = Limit(5000, "nodes", "cluster", _LIMITS), Limit(100, "node pools", "cluster", _LIMITS)

#: Names of targets in the table of grants.
TARGET, ZONE_TARGET, ROUTES_TARGET, NODES_TARGET = "aks", "aksZone", "aksRoutes", "aksNodesIdentity"
METRICS_TARGET, GRAFANA_TARGET = "aksMetrics", "aksGrafana"
_ADMIN = "Azure Kubernetes Service RBAC Cluster Admin"
#: Names of associations. Azure gives a meaning to the second: it is where agents read their configuration.
#: https://learn.microsoft.com/azure/azure-monitor/essentials/data-collection-endpoint-overview
RULES, CONFIGURATION = ("metrics", "ContainerInsightsExtension"), "configurationAccessEndpoint"
_GRAFANA_ADMIN, _GRAFANA_VIEWER, _METRICS_READER = "Grafana Admin", "Grafana Viewer", "Monitoring Data Reader"

_COLLECTION, _COLLECTION_SAYS = r"[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]", "letters, digits and hyphens"
_DASHBOARDS = "reading dashboards of the cluster"

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
    EgressHosts("public", "aks-python", ("pypi.org",), "Https", "Python packages of jobs", FIREWALL_PAGE, "training"),
    EgressHosts(
        "public", "aks-packages", ("archive.ubuntu.com", "security.ubuntu.com", "ppa.launchpad.net"), "Http",
        "system packages of jobs, without encryption", FIREWALL_PAGE, "training",
    ),
    # With a private link scope, the sensor uses its private endpoint alone.
    EgressHosts(
        "public", "aks-defender", ("*.ods.opinsights.azure.com", "*.oms.opinsights.azure.com"), "Https",
        "the sensor of Defender for Containers", EGRESS_PAGE, "defender",
    ),
    # With a private link scope, agents use its private endpoint alone.
    EgressHosts(
        "public", "aks-monitoring",
        (
            "*.ods.opinsights.azure.com", "*.oms.opinsights.azure.com", "*.monitoring.azure.com",
            "dc.services.visualstudio.com", "global.handler.control.monitor.azure.com",
            "{region}.handler.control.monitor.azure.com", "*.ingest.monitor.azure.com",
            "*.metrics.ingest.monitor.azure.com",
        ),
        "Https", "agents that send metrics, and logs of containers", AGENTS_PAGE, "monitoring",
    ),
)  # fmt: skip


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("AKS: the tier of the cluster, its load balancer, nodes of its pools and their disks")


def _metrics_bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("managed Prometheus: samples that are ingested and queried")


def _grafana_bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("Managed Grafana: its instance and its active users")


def _rule_bill(body: Body) -> Iterator[Quantity | Omitted]:
    if at(body, "properties", "destinations", "logAnalytics"):
        yield Omitted("AKS: logs of containers in the central log")


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
        ArmType(BINDING, Noun("trusted access binding", "trusted access bindings")),
        ArmType(EXTENSION, Noun("cluster extension", "cluster extensions")),
        ArmType(
            METRICS, Noun("Azure Monitor workspace", "Azure Monitor workspaces"), kind="metrics",
            # The pattern of the published type, version 2023-04-03.
            names=NameRule(
                "amw-", 4, 63, r"[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]",
                "letters, digits and hyphens, starting and ending with a letter or digit", "group",
            ),
            public=(Switch("properties.publicNetworkAccess", ("Disabled",), "Enabled"),),
        ),
        ArmType(
            GRAFANA, Noun("Managed Grafana", "Managed Grafanas"), kind="grafana",
            # The pattern of the published type, version 2024-10-01; at most 23 characters:
            # https://learn.microsoft.com/azure/managed-grafana/quickstart-managed-grafana-cli
            names=NameRule(
                "amg-", 2, 23, r"[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]",
                "letters, digits and hyphens, starting with a letter and ending with a letter or digit", "azure",
            ),
            public=(Switch("properties.publicNetworkAccess", ("Disabled",), "Enabled"),),
            keys=Switch("properties.apiKey", ("Disabled",), "Disabled"),
        ),
        ArmType(MANAGED_ENDPOINT, Noun("managed private endpoint of Grafana", "managed private endpoints of Grafana")),
        ArmType(
            COLLECTION_ENDPOINT, Noun("data collection endpoint", "data collection endpoints"), kind="collectionEndpoint",
            names=NameRule("dce-", 3, 44, _COLLECTION, _COLLECTION_SAYS, "group"),
        ),
        ArmType(
            COLLECTION_RULE, Noun("data collection rule", "data collection rules"), kind="collectionRule",
            names=NameRule("dcr-", 3, 64, _COLLECTION, _COLLECTION_SAYS, "group"),
        ),
        ArmType(ASSOCIATION, Noun("data collection rule association", "data collection rule associations")),
    ),
    zones=(ZonesOf("public", GRAFANA_GROUP, ("privatelink.grafana.azure.com",), _ZONES_PAGE),),
    domains=(PublicDomains("public", GRAFANA_GROUP, ("grafana.azure.com",), _ZONES_PAGE),),
    # https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    endpoint_addresses={GRAFANA_GROUP: 1},
    roles={
        _ADMIN: "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
        _GRAFANA_ADMIN: "22926164-76b3-42b3-bc55-97df8dab3e41",
        _GRAFANA_VIEWER: "60921a7e-fef1-4a43-9b16-a26c52ad4769",
        _METRICS_READER: "b0d8363b-8ddd-447d-831f-62ca05bff136",
    },
    grants=(
        Grant("aksIdentity", "Private DNS Zone Contributor", ZONE_TARGET, "the cluster writes the name of its API server", PRIVATE_PAGE),
        Grant("aksIdentity", "Network Contributor", "network", "the cluster links its zone to the network, and puts nodes into it", PRIVATE_PAGE),
        Grant("aksIdentity", "Network Contributor", ROUTES_TARGET, "the cluster uses the routes of its subnet", FIREWALL),
        Grant("aksIdentity", "Managed Identity Operator", NODES_TARGET, "the cluster gives its nodes their identity", _IDENTITY),
        Grant("aksNodesIdentity", "AcrPull", "registry", "nodes pull the images of models", _IDENTITY),
        Grant("aksNodesIdentity", "AcrPull", "sharedRegistry", "nodes pull the images of models", _IDENTITY),
        Grant("platformTeam", _ADMIN, TARGET, "managing the cluster: local accounts are off", _RBAC),
        # It has the actions of the three other roles of that page.
        Grant("aksWorkspace", "Contributor", TARGET, "Azure ML attaches the cluster by Trusted Access", ATTACH_PAGE),
        Grant("aksGrafanaIdentity", _METRICS_READER, METRICS_TARGET, "Grafana shows the cluster's metrics", _METRICS_PAGE),
        Grant("platformTeam", _GRAFANA_ADMIN, GRAFANA_TARGET, "managing dashboards and data sources", _GRAFANA_ROLES),
        Grant("mlEngineers", _GRAFANA_VIEWER, GRAFANA_TARGET, _DASHBOARDS, _GRAFANA_ROLES),
        Grant("readers", _GRAFANA_VIEWER, GRAFANA_TARGET, _DASHBOARDS, _GRAFANA_ROLES),
    ),
    targets={
        TARGET: CLUSTER, ZONE_TARGET: "Microsoft.Network/privateDnsZones",
        NODES_TARGET: "Microsoft.ManagedIdentity/userAssignedIdentities",
        METRICS_TARGET: METRICS, GRAFANA_TARGET: GRAFANA,
    },
    shared_targets={ROUTES_TARGET: "Microsoft.Network/routeTables"},
    egress=HOSTS,
    changes={
        CLUSTER: (
            *(ChangeRule(path, Kind.REPLACES, CREATE_ONLY) for path in ("location", *(f"properties.{name}" for name in ("diskEncryptionSetID", "dnsPrefix", "fqdnSubdomain", "linuxProfile", "nodeResourceGroup", "windowsProfile")))),
            *(ChangeRule(f"properties.networkProfile.{name}", Kind.REPLACES, CREATE_ONLY) for name in ("dnsServiceIP", "networkDataplane", "networkMode", "networkPlugin", "networkPluginMode", "networkPolicy", "outboundType", "podCidr", "serviceCidr")),
            ChangeRule("properties.networkProfile.serviceCidrs", Kind.REPLACES, CREATE_ONLY, "only where the whole list is added or left out"),
            ChangeRule("properties.apiServerAccessProfile.privateDNSZone", Kind.REFUSED, PRIVATE_PAGE, "it cannot be changed once the cluster exists"),
            *properties(f"{_AKS}auto-upgrade-cluster", "autoUpgradeProfile"),
            *properties(_RBAC, "aadProfile", "disableLocalAccounts"),
        ),
        POOL: (
            *(ChangeRule(f"properties.{name}", Kind.REPLACES, CREATE_ONLY) for name in ("gpuInstanceProfile", "vmSize")),
            ChangeRule("properties.networkProfile.nodePublicIPTags", Kind.REPLACES, CREATE_ONLY, "only where the whole list is added or left out"),
            ChangeRule("properties.nodeTaints", Kind.UNKNOWN, f"{_AKS}use-nvidia-gpu", "the page sets them only when a pool is created"),
            *properties(f"{_AKS}manage-node-pools", "minCount", "maxCount", "count"),
        ),
        MAINTENANCE: properties(f"{_AKS}planned-maintenance", "maintenanceWindow"),
    },
    bills={
        CLUSTER: _bill, METRICS: _metrics_bill, GRAFANA: _grafana_bill, COLLECTION_RULE: _rule_bill,
        **dict.fromkeys((POOL, MAINTENANCE, BINDING, EXTENSION, MANAGED_ENDPOINT, COLLECTION_ENDPOINT, ASSOCIATION), free),
    },
    protections=(
        Protection(CLUSTER, "local accounts of Kubernetes", ranked("disableLocalAccounts", "true", "false")),
        Protection(CLUSTER, "an API server with a public address", ranked("apiServerAccessProfile.enablePrivateCluster", "true", "false")),
        Protection(CLUSTER, "no sensor of Defender for Containers", ranked("securityProfile.defender.securityMonitoring.enabled", "true", "false")),
        Protection(METRICS, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled")),
        Protection(GRAFANA, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled")),
        Protection(GRAFANA, KEYS, ranked("apiKey", "Disabled", "Enabled")),
    ),
)  # fmt: skip
