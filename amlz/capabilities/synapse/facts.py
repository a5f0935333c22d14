"""Facts of Azure Synapse Analytics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from amlz.azure.change_rule import ChangeRule, Kind, properties
from amlz.azure.protection import Protection, ranked
from amlz.azure.protections import PUBLIC
from amlz.core.billing import Body, Omitted, Quantity, free
from amlz.core.capability_facts import (
    ArmType,
    Emits,
    Facts,
    Grant,
    Holds,
    NameRule,
    Noun,
    Platform,
    PublicDomains,
    Switch,
    ZonesOf,
)

if TYPE_CHECKING:
    from amlz.core.facts.clouds import CloudName

WORKSPACE = "Microsoft.Synapse/workspaces"
POOL, HUB = f"{WORKSPACE}/bigDataPools", "Microsoft.Synapse/privateLinkHubs"
#: Group IDs of the private endpoints of a workspace, and of a private link hub: ZONES_PAGE.
GROUPS, HUB_GROUP = ("Sql", "SqlOnDemand", "Dev"), "Web"

_SYNAPSE = "https://learn.microsoft.com/azure/synapse-analytics/"
#: 2021-08-15.
NETWORK_PAGE = f"{_SYNAPSE}security/synapse-workspace-managed-vnet"
#: 2025-02-10.
EXFILTRATION_PAGE = f"{_SYNAPSE}security/workspace-data-exfiltration-protection"
#: "No new Synapse workspace can be registered." 2024-02-22.
LINK_PAGE = "https://learn.microsoft.com/azure/machine-learning/v1/how-to-link-synapse-ml-workspaces"
_ACCESS_PAGE = f"{_SYNAPSE}security/how-to-grant-workspace-managed-identity-permissions"
_SETTINGS_PAGE = f"{_SYNAPSE}security/connectivity-settings"
#: 2026-05-07 for the public cloud, 2023 for Azure Government. It has no row for Azure operated by 21Vianet.
ZONES_PAGE = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns"
_NAMES = "letters, digits and hyphens, starting and ending with a letter or digit, and not with `-ondemand` in it"

#: Names of targets in the table of grants: containers of the lake that it reads, and those that it writes to.
READ, WRITE = "synapseRead", "synapseWrite"
CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers"
READER, CONTRIBUTOR = "Storage Blob Data Reader", "Storage Blob Data Contributor"
#: Managed private endpoints that the pipeline makes: name and group ID.
LAKE_ENDPOINTS = (("pe-lake-blob", "blob"), ("pe-lake-dfs", "dfs"))

#: By cloud: the domain below which its names are.
_DOMAINS: tuple[tuple[CloudName, str], ...] = (
    ("public", "azuresynapse.net"),
    ("usGovernment", "azuresynapse.usgovcloudapi.net"),
)
#: By group ID: what is before that domain.
_BEFORE = {"Sql": "sql.", "SqlOnDemand": "sql.", "Dev": "dev.", HUB_GROUP: ""}


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("Synapse: data that serverless SQL reads, runs of pipelines, and its managed network")


def _pool_bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("Synapse: cores of Spark pools while they run")


def _fixed(path: str, source: str) -> ChangeRule:
    return ChangeRule(f"properties.{path}", Kind.FIXED, source, "it is decided when the workspace is created")


FACTS = Facts(
    types=(
        ArmType(
            WORKSPACE, Noun("Synapse workspace", "Synapse workspaces"), kind="synapseWorkspace",
            # https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
            names=NameRule("synw-", 1, 50, r"(?!.*-ondemand)[a-z0-9]([a-z0-9-]*[a-z0-9])?", f"lower-case {_NAMES}", "azure"),
            # https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-synapse-workspaces-logs
            emits=Emits(logs=True, metrics=True),
            holds=Holds(
                "notebooks, pipelines and linked services that are not in Git, and databases of serverless SQL", "", "",
                "connect it to Git and publish, and script its databases: Azure has no backup of a Synapse workspace",
                f"{_SYNAPSE}cicd/source-control",
            ),
            public=(Switch("properties.publicNetworkAccess", ("Disabled",), "Enabled"),),
        ),
        ArmType(POOL, Noun("Spark pool of Synapse", "Spark pools of Synapse")),
        ArmType(
            HUB, Noun("private link hub of Synapse", "private link hubs of Synapse"), kind="synapseHub",
            names=NameRule("synplh", 1, 45, r"[a-z0-9]*", "lower-case letters and digits", "azure"),
        ),
    ),
    zones=tuple(
        ZonesOf(cloud, group, (f"privatelink.{before}{domain}",), ZONES_PAGE)
        for cloud, domain in _DOMAINS
        for group, before in _BEFORE.items()
    ),
    domains=tuple(
        PublicDomains(cloud, group, (f"{before}{domain}",), ZONES_PAGE)
        for cloud, domain in _DOMAINS
        for group, before in _BEFORE.items()
    ),
    # https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    endpoint_addresses=dict.fromkeys((*GROUPS, HUB_GROUP), 1),
    grants=(
        Grant("synapseWorkspace", READER, READ, "Synapse reads the lake", _ACCESS_PAGE),
        Grant("synapseWorkspace", CONTRIBUTOR, WRITE, "Synapse writes to the lake, and keeps its tables there", _ACCESS_PAGE),
    ),
    shared_targets={READ: CONTAINER, WRITE: CONTAINER},
    platforms={"synapseWorkspace": Platform("Synapse", tuple(name for name, _ in LAKE_ENDPOINTS))},
    changes={
        WORKSPACE: (
            _fixed("managedVirtualNetwork", NETWORK_PAGE),
            _fixed("managedVirtualNetworkSettings.preventDataExfiltration", EXFILTRATION_PAGE),
            *properties(_SETTINGS_PAGE, "publicNetworkAccess"),
        ),
    },
    bills={WORKSPACE: _bill, POOL: _pool_bill, HUB: free},
    protections=(
        Protection(WORKSPACE, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled")),
        Protection(WORKSPACE, "a managed network that data can leave", ranked("managedVirtualNetworkSettings.preventDataExfiltration", "true", "false")),
    ),
)  # fmt: skip
