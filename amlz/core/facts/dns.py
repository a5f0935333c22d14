"""Private DNS zones of each group ID of a private endpoint.

A group ID without a row for a cloud is not known there: no page of Microsoft names its zones.
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.capability_facts import PublicDomains, ZonesOf
from amlz.core.discovery import capability_facts
from amlz.core.facts.clouds import CHINA_REGISTRY_PAGE, CLOUDS, FIREWALL_PAGE, PUBLIC, CloudName
from amlz.core.facts.linked import LINKED, LINKED_GROUPS

#: 2026-07-16; for each of the three clouds.
ZONES_PAGE = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns"
#: 2026-03-26; for each of the three clouds.
WORKSPACE_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-custom-dns"


#: The group ID of a private link scope of Azure Monitor.
MONITOR = "azuremonitor"

#: A workspace has one endpoint and two zones in one zone group: without the second, notebooks and the studio fail.
ZONE_ROWS: tuple[ZonesOf, ...] = (
    ZonesOf("public", "amlworkspace", ("privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"), WORKSPACE_PAGE),
    ZonesOf("public", "amlregistry", ("privatelink.api.azureml.ms",), ZONES_PAGE),
    ZonesOf("public", "vault", ("privatelink.vaultcore.azure.net",), ZONES_PAGE),
    ZonesOf("public", "registry", ("privatelink.azurecr.io",), ZONES_PAGE),
    ZonesOf("public", "blob", ("privatelink.blob.core.windows.net",), ZONES_PAGE),
    ZonesOf("public", "file", ("privatelink.file.core.windows.net",), ZONES_PAGE),
    ZonesOf("public", "queue", ("privatelink.queue.core.windows.net",), ZONES_PAGE),
    ZonesOf("public", "table", ("privatelink.table.core.windows.net",), ZONES_PAGE),
    ZonesOf("public", "dfs", ("privatelink.dfs.core.windows.net",), ZONES_PAGE),
    # The last is shared with storage: solution packs lie there.
    ZonesOf(
        "public", "azuremonitor",
        (
            "privatelink.monitor.azure.com", "privatelink.oms.opinsights.azure.com", "privatelink.ods.opinsights.azure.com",
            "privatelink.agentsvc.azure-automation.net", "privatelink.blob.core.windows.net",
        ),
        ZONES_PAGE,
    ),
    ZonesOf("usGovernment", "amlworkspace", ("privatelink.api.ml.azure.us", "privatelink.notebooks.usgovcloudapi.net"), WORKSPACE_PAGE),
    ZonesOf("usGovernment", "vault", ("privatelink.vaultcore.usgovcloudapi.net",), ZONES_PAGE),
    ZonesOf("usGovernment", "registry", ("privatelink.azurecr.us",), ZONES_PAGE),
    ZonesOf("usGovernment", "blob", ("privatelink.blob.core.usgovcloudapi.net",), ZONES_PAGE),
    ZonesOf("usGovernment", "file", ("privatelink.file.core.usgovcloudapi.net",), ZONES_PAGE),
    ZonesOf("usGovernment", "queue", ("privatelink.queue.core.usgovcloudapi.net",), ZONES_PAGE),
    ZonesOf("usGovernment", "table", ("privatelink.table.core.usgovcloudapi.net",), ZONES_PAGE),
    ZonesOf("usGovernment", "dfs", ("privatelink.dfs.core.usgovcloudapi.net",), ZONES_PAGE),
    ZonesOf("china", "amlworkspace", ("privatelink.api.ml.azure.cn", "privatelink.notebooks.chinacloudapi.cn"), WORKSPACE_PAGE),
    ZonesOf("china", "vault", ("privatelink.vaultcore.azure.cn",), ZONES_PAGE),
    # The page of all zones has no registries for this cloud; the operator's own page does.
    ZonesOf("china", "registry", ("privatelink.azurecr.cn",), CHINA_REGISTRY_PAGE),
    ZonesOf("china", "blob", ("privatelink.blob.core.chinacloudapi.cn",), ZONES_PAGE),
    ZonesOf("china", "file", ("privatelink.file.core.chinacloudapi.cn",), ZONES_PAGE),
    ZonesOf("china", "queue", ("privatelink.queue.core.chinacloudapi.cn",), ZONES_PAGE),
    ZonesOf("china", "table", ("privatelink.table.core.chinacloudapi.cn",), ZONES_PAGE),
    ZonesOf("china", "dfs", ("privatelink.dfs.core.chinacloudapi.cn",), ZONES_PAGE),
    *(
        ZonesOf(cloud, group, zones, ZONES_PAGE)
        for cloud in CLOUDS
        for group, zones in {kind.group: kind.zones(cloud) for kind in LINKED}.items()
        if zones
    ),
    *(row for facts in capability_facts() for row in facts.zones),
)  # fmt: skip

#: By cloud, then by group ID.
ZONES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    cloud: {row.group: row.zones for row in ZONE_ROWS if row.cloud == cloud} for cloud in CLOUDS
}


#: The column "Public DNS zone forwarders" of ZONES_PAGE. WORKSPACE_PAGE has another suffix for compute instances.
PUBLIC_DOMAIN_ROWS: tuple[PublicDomains, ...] = (
    PublicDomains(
        "public", "amlworkspace",
        ("api.azureml.ms", "notebooks.azure.net", "instances.azureml.ms", "aznbcontent.net", "inference.ml.azure.com"),
        ZONES_PAGE,
    ),
    PublicDomains("public", "amlworkspace", ("instances.ml.azure.ms",), WORKSPACE_PAGE),
    PublicDomains("public", "vault", ("vault.azure.net", "vaultcore.azure.net"), ZONES_PAGE),
    PublicDomains("public", "registry", ("azurecr.io", "{region}.data.azurecr.io"), ZONES_PAGE),
    PublicDomains("public", "blob", ("blob.core.windows.net",), ZONES_PAGE),
    PublicDomains("public", "file", ("file.core.windows.net",), ZONES_PAGE),
    PublicDomains("public", "queue", ("queue.core.windows.net",), ZONES_PAGE),
    PublicDomains("public", "table", ("table.core.windows.net",), ZONES_PAGE),
    PublicDomains("public", "dfs", ("dfs.core.windows.net",), ZONES_PAGE),
    PublicDomains(
        "public", "azuremonitor",
        (
            "monitor.azure.com", "oms.opinsights.azure.com", "ods.opinsights.azure.com", "agentsvc.azure-automation.net",
            "blob.core.windows.net",
        ),
        ZONES_PAGE,
    ),
    PublicDomains(
        "usGovernment", "amlworkspace",
        ("api.ml.azure.us", "notebooks.usgovcloudapi.net", "instances.azureml.us", "aznbcontent.net", "inference.ml.azure.us"),
        ZONES_PAGE,
    ),
    PublicDomains("usGovernment", "amlworkspace", ("instances.ml.azure.us",), WORKSPACE_PAGE),
    PublicDomains("usGovernment", "vault", ("vault.usgovcloudapi.net", "vaultcore.usgovcloudapi.net"), ZONES_PAGE),
    PublicDomains("usGovernment", "registry", ("azurecr.us", "{region}.azurecr.us"), ZONES_PAGE),
    PublicDomains("usGovernment", "blob", ("blob.core.usgovcloudapi.net",), ZONES_PAGE),
    PublicDomains("usGovernment", "file", ("file.core.usgovcloudapi.net",), ZONES_PAGE),
    PublicDomains("usGovernment", "queue", ("queue.core.usgovcloudapi.net",), ZONES_PAGE),
    PublicDomains("usGovernment", "table", ("table.core.usgovcloudapi.net",), ZONES_PAGE),
    PublicDomains("usGovernment", "dfs", ("dfs.core.usgovcloudapi.net",), ZONES_PAGE),
    PublicDomains(
        "china", "amlworkspace",
        ("api.ml.azure.cn", "notebooks.chinacloudapi.cn", "instances.azureml.cn", "aznbcontent.net", "inference.ml.azure.cn"),
        ZONES_PAGE,
    ),
    PublicDomains("china", "amlworkspace", ("instances.ml.azure.ms",), WORKSPACE_PAGE),
    # ZONES_PAGE has only the second; vaults answer to names in the first.
    PublicDomains("china", "vault", ("vault.azure.cn",), FIREWALL_PAGE),
    PublicDomains("china", "vault", ("vaultcore.azure.cn",), ZONES_PAGE),
    PublicDomains("china", "registry", ("azurecr.cn",), CHINA_REGISTRY_PAGE),
    PublicDomains("china", "blob", ("blob.core.chinacloudapi.cn",), ZONES_PAGE),
    PublicDomains("china", "file", ("file.core.chinacloudapi.cn",), ZONES_PAGE),
    PublicDomains("china", "queue", ("queue.core.chinacloudapi.cn",), ZONES_PAGE),
    PublicDomains("china", "table", ("table.core.chinacloudapi.cn",), ZONES_PAGE),
    PublicDomains("china", "dfs", ("dfs.core.chinacloudapi.cn",), ZONES_PAGE),
    *(
        PublicDomains(cloud, group, domains, ZONES_PAGE)
        for cloud in CLOUDS
        for group, domains in {kind.group: kind.domains.get(cloud, ()) for kind in LINKED}.items()
        if domains
    ),
    *(row for facts in capability_facts() for row in facts.domains),
)  # fmt: skip

#: Addresses that an endpoint takes, by group id. The workspace's three: how-to-custom-dns. The registry's two (itself
#: and one data endpoint for its region; another one for each region of a copy):
#: https://learn.microsoft.com/azure/container-registry/container-registry-private-link.
#: The private link scope's: at least eleven, https://learn.microsoft.com/azure/azure-monitor/logs/private-link-design.
#: One each for the others: https://learn.microsoft.com/azure/private-link/private-endpoint-overview.
ENDPOINT_ADDRESSES: Mapping[str, int] = {
    "amlworkspace": 3,
    "vault": 1,
    "registry": 2,
    "blob": 1,
    "file": 1,
    "queue": 1,
    "table": 1,
    "dfs": 1,
    "azuremonitor": 11,
    **{kind.group: kind.addresses for kind in LINKED},
    **{group: count for facts in capability_facts() for group, count in facts.endpoint_addresses.items()},
}


def zones_needed(group: str, cloud: str = PUBLIC) -> tuple[str, ...]:
    """Returns the zones that an endpoint of this group ID needs. Raises KeyError for a group ID that the table does not
    have.
    """
    return ZONES[cloud][group]


def private_domains(cloud: CloudName, region: str) -> tuple[str, ...]:
    """The domains, public and private, in which names of private endpoints are looked up in a cloud, sorted.

    Without those of destinations, which few landing zones have.
    """
    zones = {zone for group, zones in ZONES[cloud].items() if group not in LINKED_GROUPS for zone in zones}
    rows = [row for row in PUBLIC_DOMAIN_ROWS if row.cloud == cloud and row.group not in LINKED_GROUPS]
    public = {domain.format(region=region) for row in rows for domain in row.domains}
    return tuple(sorted(public | zones))


def registry_domain(cloud: CloudName) -> str:
    """Returns the public domain of container registries in a cloud."""
    return next(row.domains[0] for row in PUBLIC_DOMAIN_ROWS if (row.cloud, row.group) == (cloud, "registry"))


def workspace_domains(cloud: CloudName) -> tuple[str, ...]:
    """The public domains of Azure ML in a cloud. The service gives out the names in them."""
    rows = (row for row in PUBLIC_DOMAIN_ROWS if (row.cloud, row.group) == (cloud, "amlworkspace"))
    return tuple(domain for row in rows for domain in row.domains)
