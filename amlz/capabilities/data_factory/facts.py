"""Facts of Azure Data Factory."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import properties
from amlz.azure.protection import Protection, ranked
from amlz.azure.protections import PUBLIC
from amlz.core.billing import Body, Omitted, Quantity
from amlz.core.capability_facts import (
    ArmType,
    Contradiction,
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

FACTORY = "Microsoft.DataFactory/factories"
#: The group ID of its private endpoint, which self-hosted integration runtimes use: LINK_PAGE.
GROUP = "dataFactory"

_FACTORY = "https://learn.microsoft.com/azure/data-factory/"
#: 2021-06-16.
LINK_PAGE = f"{_FACTORY}data-factory-private-link"
#: Managed networks, managed private endpoints and their approval.
NETWORK_PAGE = f"{_FACTORY}managed-virtual-network-private-endpoint"
_LAKE_PAGE = f"{_FACTORY}connector-azure-data-lake-storage"
#: 2026-03-10.
_BATCH_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-use-batch-azure-data-factory"
#: 2026-05-07 for the public cloud, 2023 for the others.
ZONES_PAGE = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns"
_GIT_PAGE = f"{_FACTORY}source-control"

#: Managed private endpoints that the pipeline makes: name and group ID. To the lake:
LAKE_ENDPOINTS = (("pe-lake-blob", "blob"), ("pe-lake-dfs", "dfs"))
#: To the workspace: WORKSPACE_CONNECTION.
WORKSPACE_ENDPOINT = ("pe-workspace", "amlworkspace")
_PRODUCT = "https://github.com/Azure/data-product-analytics"
WORKSPACE_CONNECTION = Contradiction(
    "a managed private endpoint of Data Factory to an ML workspace",
    f"not supported (a comment in {_PRODUCT})",
    f"created (the template below that comment, {_PRODUCT})",
    "pipelines/data-factory.sh creates it; if Azure refuses it, use a self-hosted integration runtime in the spoke",
)


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("Data Factory: runs of pipelines, data movement, nodes and managed private endpoints of its network")


FACTS = Facts(
    types=(
        ArmType(
            FACTORY, Noun("data factory", "data factories"), kind="dataFactory",
            # https://learn.microsoft.com/azure/data-factory/naming-rules
            names=NameRule(
                "adf-", 3, 63, r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*",
                "letters, digits and single hyphens, starting and ending with a letter or digit", "azure",
            ),
            # https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-datafactory-factories-logs
            emits=Emits(logs=True, metrics=True, dedicated=True),
            holds=Holds(
                "pipelines, triggers, data flows and linked services that are not in Git", "", "",
                "connect it to Git and publish, or export its template (*Manage*, *ARM template*, *Export ARM template*): "
                "Azure has no backup of a data factory",
                _GIT_PAGE,
            ),
            public=(Switch("properties.publicNetworkAccess", ("Disabled",), "Enabled"),),
        ),
    ),
    zones=(
        ZonesOf("public", GROUP, ("privatelink.datafactory.azure.net",), ZONES_PAGE),
        ZonesOf("usGovernment", GROUP, ("privatelink.datafactory.azure.us",), ZONES_PAGE),
        ZonesOf("china", GROUP, ("privatelink.datafactory.azure.cn",), ZONES_PAGE),
    ),
    domains=(
        PublicDomains("public", GROUP, ("datafactory.azure.net",), ZONES_PAGE),
        PublicDomains("usGovernment", GROUP, ("datafactory.azure.us",), ZONES_PAGE),
        PublicDomains("china", GROUP, ("datafactory.azure.cn",), ZONES_PAGE),
    ),
    # https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    endpoint_addresses={GROUP: 1},
    grants=(
        Grant("dataFactoryIdentity", "Storage Blob Data Reader", "lakeRead", "pipelines read the lake", _LAKE_PAGE),
        Grant("dataFactoryIdentity", "Storage Blob Data Contributor", "lakeWrite", "pipelines write to the lake", _LAKE_PAGE),
        Grant("batchCallers", "AzureML Data Scientist", "workspace", "pipelines call batch endpoints", _BATCH_PAGE),
    ),
    platforms={"dataFactoryIdentity": Platform("Data Factory", tuple(name for name, _ in LAKE_ENDPOINTS))},
    changes={FACTORY: properties(LINK_PAGE, "publicNetworkAccess")},
    bills={FACTORY: _bill},
    protections=(Protection(FACTORY, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled")),),
)  # fmt: skip
