"""Facts of Azure AI Search."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.protection import Protection, ranked
from amlz.azure.protections import KEYS, PUBLIC
from amlz.core.billing import Body, Meter, Omitted, Quantity, all_month, count_at, text_at
from amlz.core.capability_facts import (
    ArmType,
    CountedLimit,
    Emits,
    Facts,
    Grant,
    Holds,
    Limit,
    NameRule,
    Noun,
    PropertyValue,
    PublicDomains,
    Switch,
    When,
    Who,
    ZonesOf,
)

SEARCH = "Microsoft.Search/searchServices"
#: The group ID of its private endpoint.
GROUP = "searchService"
#: The name of the service in the table of grants.
TARGET = "search"

#: 2026-07-16; for each of the three clouds. It has no row for Azure operated by 21Vianet.
ZONES_PAGE = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns"
#: 2024-10-30.
ROLES_PAGE = "https://learn.microsoft.com/azure/search/search-security-rbac"
#: Its list of private endpoints has Azure AI Search.
NETWORK_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-managed-network"
#: 2025-08-01.
CAPACITY_PAGE = "https://learn.microsoft.com/azure/search/search-capacity-planning"
BACKUP_PAGE = "https://learn.microsoft.com/azure/search/search-reliability"

#: Most replicas and partitions of a new service of tier basic, in most regions: CAPACITY_PAGE.
BASIC_REPLICAS, BASIC_PARTITIONS = 3, 3
#: Most replicas times partitions of every other tier: CAPACITY_PAGE.
SEARCH_UNITS = 36

#: Services of one tier in a region of a subscription; Azure raises the number by request.
LIMITS_PAGE = "https://learn.microsoft.com/azure/search/search-limits-quotas-capacity"
MOST = {
    "basic": 16, "standard": 16, "standard2": 8, "standard3": 6, "storage_optimized_l1": 6, "storage_optimized_l2": 6,
}  # fmt: skip

#: Public domains of its names, by cloud: the column "Public DNS zone forwarders" of ZONES_PAGE.
HOSTS = {"public": "search.windows.net", "usGovernment": "search.azure.us"}

_TYPE = ArmType(
    SEARCH,
    Noun("search service", "search services"),
    kind="searchService",
    # The pattern of the published type, version 2025-05-01. The abbreviation is that of the Cloud Adoption Framework.
    names=NameRule(
        "srch-", 2, 60, r"[a-z0-9][a-z0-9]+(-[a-z0-9]+)*",
        "lower-case letters, digits and single hyphens, starting with two letters or digits, not ending in a hyphen",
        "azure",
    ),
    # Category OperationLogs, to AzureDiagnostics:
    # https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-search-searchservices-logs
    emits=Emits(logs=True, metrics=True),
    holds=Holds(
        "indexes and the documents in them",
        "",
        "",
        "save the definitions of its indexes (`az rest --method get --resource https://search.azure.com --url "
        "https://NAME.search.windows.net/indexes?api-version=2024-07-01`) and index the source documents again in another "
        "service: Azure has no backup of a search service",
        BACKUP_PAGE,
    ),
    # Defaults: https://learn.microsoft.com/azure/templates/microsoft.search/searchservices
    public=(Switch("properties.publicNetworkAccess", ("Disabled", "SecuredByPerimeter"), "Enabled"),),
    keys=Switch("properties.disableLocalAuth", (True,), False),
    name_setting=".search.name",
)  # fmt: skip

_DATA, _SERVICE, _READER = "Search Index Data Contributor", "Search Service Contributor", "Search Index Data Reader"
_APPROVER = "Azure AI Enterprise Network Connection Approver"
_APPROVES = "private endpoints of its managed network wait for approval"


def _develop(who: Who, why: str, production: bool) -> tuple[Grant, ...]:
    """Returns the two roles with which indexes are created and filled, in all environments or not in production."""
    when: When = "always" if production else "nonProduction"
    return (
        Grant(who, _DATA, TARGET, f"{why}: their documents", ROLES_PAGE, when),
        Grant(who, _SERVICE, TARGET, f"{why}: their definitions", ROLES_PAGE, when),
    )


#: Words of meters by tier: https://github.com/infracost/infracost/blob/master/internal/providers/terraform/azure/search_service.go
_UNITS = {
    "basic": "Basic", "standard": "Standard S1", "standard2": "Standard S2", "standard3": "Standard S3",
    "storage_optimized_l1": "Storage Optimized L1", "storage_optimized_l2": "Storage Optimized L2",
}  # fmt: skip


def _bill(body: Body) -> Iterator[Quantity | Omitted]:
    tier = text_at(body, "sku", "name")
    units = count_at(body, "properties", "replicaCount", absent=1) * count_at(
        body, "properties", "partitionCount", absent=1
    )
    if tier == "free":
        return
    words = _UNITS.get(tier, tier)
    meter = Meter(
        f"search-{tier}",
        f"search unit {words}",
        "hours",
        "Azure Cognitive Search",
        f"{words} Unit",
        ("1 Hour",),
        sku=words,
    )
    yield all_month(meter, units, "replicas by partitions, each hour")


FACTS = Facts(
    types=(_TYPE,),
    zones=(
        ZonesOf("public", GROUP, ("privatelink.search.windows.net",), ZONES_PAGE),
        ZonesOf("usGovernment", GROUP, ("privatelink.search.azure.us",), ZONES_PAGE),
    ),
    domains=(
        PublicDomains("public", GROUP, (HOSTS["public"],), ZONES_PAGE),
        PublicDomains("usGovernment", GROUP, (HOSTS["usGovernment"],), ZONES_PAGE),
    ),
    # https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    endpoint_addresses={GROUP: 1},
    roles={
        _READER: "1407120a-92aa-4202-b7e9-c0e197c71c8f",
        _DATA: "8ebe5a00-799e-43f5-93ac-243d3dce84a7",
        _SERVICE: "7ca78c08-252a-4471-8644-bb5ff32d4ba0",
    },
    grants=(
        *_develop("workspaceIdentity", "the workspace manages indexes", production=True),
        *_develop("computeIdentity", "jobs create and fill indexes", production=True),
        Grant("workspaceIdentity", _APPROVER, TARGET, _APPROVES, NETWORK_PAGE, "managedNetwork"),
        *_develop("dataScientists", "work with indexes from notebooks", production=False),
        *_develop("mlEngineers", "work with indexes from notebooks", production=False),
        *_develop("memberEngineers", "work with indexes from notebooks", production=False),
        Grant("mlEngineers", _READER, TARGET, "queries in production", ROLES_PAGE, "production"),
        *_develop("pipelines", "deploy indexes", production=True),
    ),
    targets={TARGET: SEARCH},
    limits=tuple(
        CountedLimit(
            Limit(count, f"search services of tier {tier}", "region and subscription", LIMITS_PAGE),
            SEARCH, "region", ("projects.<name>.environments.<name>.search",), only=PropertyValue("sku.name", tier),
        )
        for tier, count in MOST.items()
    ),
    bills={SEARCH: _bill},
    protections=(
        Protection(SEARCH, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled")),
        Protection(SEARCH, KEYS, ranked("disableLocalAuth", "true", "false")),
        Protection(
            SEARCH, "keys of the customer not required", ranked("encryptionWithCmk.enforcement", "Enabled", "Unspecified")
        ),
    ),
)  # fmt: skip
