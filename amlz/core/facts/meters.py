"""Meters that are billed, by ARM type: quantities follow from the request, prices are never known here.

Names of meters are those of the Azure Retail Prices API, https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices,
as infracost uses them; none was tried against the API. A wrong name finds no price, which the report shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from amlz.core.billing import (
    DAYS,
    HOURS,
    Bill,
    Body,
    Meter,
    Omitted,
    Quantity,
    all_month,
    at,
    by_use,
    container_registry,
    count_at,
    free,
    text_at,
)
from amlz.core.discovery import capability_facts

_HOUR, _GB, _MONTH = ("1 Hour",), ("1 GB",), ("1/Month", "1")
_PRIVATE_LINK = "Virtual Network Private Link"
#: The API lists prices of endpoints for the region Global.
ENDPOINT = Meter(
    "private-endpoint",
    "private endpoint",
    "hours",
    "Virtual Network",
    "Standard Private Endpoint",
    _HOUR,
    _PRIVATE_LINK,
    everywhere=True,
)
_ENDPOINT_IN = Meter(
    "private-endpoint-in",
    "data into private endpoints",
    "GB",
    "Virtual Network",
    "Standard Data Processed - Ingress",
    _GB,
    _PRIVATE_LINK,
    everywhere=True,
)
_ENDPOINT_OUT = Meter(
    "private-endpoint-out",
    "data out of private endpoints",
    "GB",
    "Virtual Network",
    "Standard Data Processed - Egress",
    _GB,
    _PRIVATE_LINK,
    everywhere=True,
)
_PUBLIC_ADDRESS = Meter(
    "public-address",
    "public IPv4 address",
    "hours",
    "Virtual Network",
    "Standard IPv4 Static Public IP",
    _HOUR,
    "IP Addresses",
)
_ZONE = Meter("private-dns-zone", "private DNS zone", "months", "Azure DNS", "Private Zone", _MONTH, everywhere=True)
_ZONE_QUERIES = Meter(
    "private-dns-queries",
    "queries of private DNS zones",
    "millions",
    "Azure DNS",
    "Private Queries",
    ("1M",),
    everywhere=True,
)
_LOG = Meter(
    "log-ingested", "logs ingested", "GB", "Log Analytics", "Pay-as-you-go Data Ingestion", _GB, sku="Pay-as-you-go"
)
_LOG_KEPT = Meter(
    "log-kept",
    "logs kept for more than 31 days",
    "GB-months",
    "Log Analytics",
    "Pay-as-you-go Data Retention",
    ("1 GB/Month",),
    sku="Pay-as-you-go",
)
_PEERING = Meter(
    "peering",
    "data between peered networks",
    "GB",
    "Virtual Network",
    "Intra-Region Ingress",
    _GB,
    "Virtual Network Peering",
    everywhere=True,
)

#: A managed network with rules by host name has a firewall of Azure, whose SKU is Standard unless Basic is set:
#: https://learn.microsoft.com/azure/machine-learning/how-to-managed-network, "Pricing"
_DEFAULT_MANAGED_FIREWALL = "Standard"
#: Bought at deployment; reservations and hybrid benefits are not counted.
_MACHINES = (
    "https://github.com/infracost/infracost/blob/master/internal/resources/azure/machine_learning_compute_cluster.go"
)


@cache
def machine(size: str, priority: str) -> Meter:
    """Returns the meter of a Linux machine of one size. Azure ML has no surcharge on it."""
    low = priority == "LowPriority"
    title = f"{size}, low priority" if low else size
    key = f"{size}-low-priority" if low else size
    return Meter(
        key,
        title,
        "node-hours",
        "Virtual Machines",
        None,
        _HOUR,
        size=size,
        priority="Low Priority" if low else "",
        source=_MACHINES,
    )


@cache
def firewall(tier: str) -> tuple[Meter, Meter]:
    """Returns the meters of a firewall of one tier: its hours, and the data that it processes."""
    low = tier.lower()
    return (
        Meter(
            f"firewall-{low}",
            f"Azure Firewall {tier}",
            "hours",
            "Azure Firewall",
            f"{tier} Deployment",
            _HOUR,
            sku=tier,
        ),
        Meter(
            f"firewall-{low}-data",
            f"data through Azure Firewall {tier}",
            "GB",
            "Azure Firewall",
            f"{tier} Data Processed",
            _GB,
            sku=tier,
        ),
    )


def _firewall(body: Body) -> Iterator[Quantity | Omitted]:
    hours, data = firewall(text_at(body, "properties", "sku", "tier") or "Standard")
    yield all_month(hours)
    yield by_use(data, "traffic of the spokes")


def _endpoint(_: Body) -> Iterator[Quantity | Omitted]:
    yield all_month(ENDPOINT)
    yield by_use(_ENDPOINT_IN, "traffic")
    yield by_use(_ENDPOINT_OUT, "traffic")


def _address(_: Body) -> Iterator[Quantity | Omitted]:
    yield all_month(_PUBLIC_ADDRESS)


def _zone(_: Body) -> Iterator[Quantity | Omitted]:
    yield Quantity(_ZONE, 1, 1, "each month that it exists")
    yield by_use(_ZONE_QUERIES, "queries")


def _log(body: Body) -> Iterator[Quantity | Omitted]:
    cap = at(body, "properties", "workspaceCapping", "dailyQuotaGb")
    if isinstance(cap, int | float) and cap > 0:
        yield by_use(_LOG, f"up to the daily cap of {cap:g} GB", high=cap * DAYS)
    else:
        yield by_use(_LOG, "no daily cap")
    if count_at(body, "properties", "retentionInDays", absent=30) > 31:
        yield by_use(_LOG_KEPT, "what is kept for more than 31 days")


def _registry(body: Body) -> Iterator[Quantity | Omitted]:
    sku = text_at(body, "sku", "name") or "Basic"
    yield Quantity(container_registry(sku), DAYS, DAYS, "each day that it exists")
    stored = Meter(
        f"registry-{sku.lower()}-data",
        f"images above those included in {sku}",
        "GB-months",
        "Container Registry",
        "Data Stored",
        ("1 GB/Month",),
        "Container Registry",
        sku,
    )
    yield by_use(stored, "images that are kept")


def _replica(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("replicas of container registries: billed as a registry each")


def _storage(body: Body) -> Iterator[Quantity | Omitted]:
    sku = text_at(body, "sku", "name")
    yield Omitted(f"storage accounts ({sku}): data, transactions and snapshots, by use")


def _vault(body: Body) -> Iterator[Quantity | Omitted]:
    sku = text_at(body, "properties", "sku", "name")
    yield Omitted(f"key vaults ({sku}): operations, by use")


def _keys(body: Body) -> Iterator[Quantity | Omitted]:
    if text_at(body, "properties", "kty").endswith("-HSM"):
        yield Omitted("keys in hardware: by key and month")


def _compute(body: Body) -> Iterator[Quantity | Omitted]:
    kind, settings = text_at(body, "properties", "computeType"), at(body, "properties", "properties") or {}
    size = text_at(settings, "vmSize")
    if kind == "AmlCompute":
        meter = machine(size, text_at(settings, "vmPriority"))
        low = count_at(settings, "scaleSettings", "minNodeCount", absent=0)
        high = count_at(settings, "scaleSettings", "maxNodeCount", absent=1)
        yield Quantity(meter, low * HOURS, high * HOURS, "fewest to most nodes, all month")
        yield Omitted(
            "compute clusters: disks, load balancers and public addresses of their nodes, in Azure's own subscription"
        )
    elif kind == "ComputeInstance":
        yield Quantity(machine(size, ""), 0, HOURS, "stopped to running all month")
        yield Omitted("compute instances: disk and load balancer, also while stopped")
    elif kind:
        yield Omitted(f"attached compute targets ({kind}): billed where they are")


def _workspace(body: Body) -> Iterator[Quantity | Omitted]:
    mode = text_at(body, "properties", "managedNetwork", "isolationMode")
    if mode not in ("", "Disabled"):
        yield Omitted("managed networks: private endpoints that Azure creates itself, and traffic")
    yield Omitted("workspaces: online and batch endpoints, serverless jobs and Spark, created by teams")


def _outbound(body: Body) -> Iterator[Quantity | Omitted]:
    if text_at(body, "properties", "type") == "PrivateEndpoint":
        yield all_month(ENDPOINT)


def managed_firewall(workspace: Body) -> Quantity:
    """Returns the hours of the firewall of a managed network that has rules by host name."""
    sku = text_at(workspace, "properties", "managedNetwork", "firewallSku") or _DEFAULT_MANAGED_FIREWALL
    return all_month(firewall(sku)[0], basis="the firewall of a managed network with rules by host name")


def _peering(_: Body) -> Iterator[Quantity | Omitted]:
    yield by_use(_PEERING, "traffic between the hub and the spokes")


def _connection(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("connections to a virtual hub: traffic, and what the owner of the virtual hub is billed")


_NETWORK, _ML = "Microsoft.Network/", "Microsoft.MachineLearningServices/workspaces"
_CORE: Mapping[str, Bill] = {
    f"{_NETWORK}azureFirewalls": _firewall,
    f"{_NETWORK}privateEndpoints": _endpoint,
    f"{_NETWORK}publicIPAddresses": _address,
    f"{_NETWORK}privateDnsZones": _zone,
    f"{_NETWORK}virtualNetworks/virtualNetworkPeerings": _peering,
    f"{_NETWORK}virtualHubs/hubVirtualNetworkConnections": _connection,
    "Microsoft.OperationalInsights/workspaces": _log,
    "Microsoft.ContainerRegistry/registries": _registry,
    "Microsoft.ContainerRegistry/registries/replications": _replica,
    "Microsoft.Storage/storageAccounts": _storage,
    "Microsoft.KeyVault/vaults": _vault,
    "Microsoft.KeyVault/vaults/keys": _keys,
    _ML: _workspace,
    f"{_ML}/computes": _compute,
    f"{_ML}/outboundRules": _outbound,
    **dict.fromkeys(
        (
            # Not billed themselves. Application Insights here keeps its data in the central log, which is billed.
            "Microsoft.Authorization/locks", "Microsoft.Authorization/policyAssignments",
            "Microsoft.Authorization/policyDefinitions", "Microsoft.Authorization/policyExemptions",
            "Microsoft.Authorization/policySetDefinitions", "Microsoft.Authorization/roleAssignments",
            "Microsoft.Authorization/roleDefinitions", "Microsoft.Insights/components",
            "Microsoft.Insights/diagnosticSettings", "Microsoft.Insights/privateLinkScopes",
            "Microsoft.Insights/privateLinkScopes/scopedResources", f"{_ML}/datastores",
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            f"{_NETWORK}firewallPolicies/ruleCollectionGroups", f"{_NETWORK}networkSecurityGroups",
            f"{_NETWORK}privateDnsZones/virtualNetworkLinks", f"{_NETWORK}privateEndpoints/privateDnsZoneGroups",
            f"{_NETWORK}routeTables", f"{_NETWORK}serviceEndpointPolicies", f"{_NETWORK}virtualNetworks",
            f"{_NETWORK}virtualNetworks/subnets", "Microsoft.Resources/resourceGroups",
            "Microsoft.Storage/storageAccounts/blobServices", "Microsoft.Storage/storageAccounts/blobServices/containers",
            "Microsoft.Storage/storageAccounts/fileServices",
        ),
        free,
    ),
}  # fmt: skip


def _firewall_policy(body: Body) -> Iterator[Quantity | Omitted]:
    """Analytics of a policy with one firewall are billed: https://learn.microsoft.com/azure/firewall/policy-analytics."""
    yield Omitted("firewall policies: billed where firewalls of several regions share one")
    properties = body.get("properties") or {}
    if properties.get("insights"):
        yield Omitted("policy analytics of a firewall policy: billed by the policy")


@cache
def bills() -> Mapping[str, Bill]:
    """Returns what is billed by ARM type in lower case, the rows of capabilities among them."""
    rows = {**_CORE, f"{_NETWORK}firewallPolicies": _firewall_policy}
    for facts in capability_facts():
        rows.update(facts.bills)
    return {arm_type.lower(): bill for arm_type, bill in rows.items()}
