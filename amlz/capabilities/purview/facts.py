"""Facts of Microsoft Purview."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import ChangeRule, Kind, properties
from amlz.azure.protection import Protection, ranked
from amlz.azure.protections import PUBLIC
from amlz.core.billing import Body, Omitted, Quantity
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

ACCOUNT = "Microsoft.Purview/accounts"
#: The group ID of the private endpoint of the Purview portal and its API: LINK_PAGE.
GROUP = "platform"

_PURVIEW = "https://learn.microsoft.com/purview/"
#: "New Microsoft Purview portal: platform and ingestion private endpoints are supported."
LINK_PAGE = f"{_PURVIEW}catalog-private-link-name-resolution"
#: "AML workspaces don't currently support pushing metadata through a private endpoint to Microsoft Purview."
LINEAGE_PAGE = f"{_PURVIEW}register-scan-azure-machine-learning"
_SCAN_PAGE = f"{_PURVIEW}register-scan-adls-gen2"
_FIREWALL_PAGE = f"{_PURVIEW}catalog-firewall"
#: 2026-05-07 for the public cloud. It has no row with this group ID for the others.
ZONES_PAGE = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns"

#: Names of targets in the table of grants.
LAKE = "purviewLake"
READER = "Storage Blob Data Reader"

#: Sources of accounts before and after the portal of a whole tenant contradict each other.
NOT_VERIFIED = "not verified: if Azure creates a Purview account in a tenant that has one"


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("Purview: capacity units of the data map, scans and insights, while the account exists")


FACTS = Facts(
    types=(
        ArmType(
            ACCOUNT, Noun("Purview account", "Purview accounts"), kind="purviewAccount", name_setting="purview.name",
            # The ARM type, and https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
            names=NameRule(
                "pview-", 3, 63, r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*",
                "letters, digits and single hyphens, starting and ending with a letter or digit", "azure",
            ),
            # https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-purview-accounts-logs
            emits=Emits(logs=True, metrics=True),
            holds=Holds(
                "collections, registered sources, scans, assets with their lineage, classifications and glossaries", "", "",
                "keep registered sources and scans in a pipeline, and export glossaries: Azure has no backup of an account, and a second "
                "account in another region is maintained by hand",
                f"{_PURVIEW}disaster-recovery",
            ),
            public=(
                Switch("properties.publicNetworkAccess", ("Disabled",), "Enabled", setting="purview.publicNetworkAccess"),
                Switch("properties.ingestionStorage.publicNetworkAccess", ("Disabled",)),
                Switch("properties.managedResourcesPublicNetworkAccess", ("Disabled",)),
            ),
        ),
    ),
    zones=(ZonesOf("public", GROUP, ("privatelink.purview-service.microsoft.com",), ZONES_PAGE),),
    domains=(PublicDomains("public", GROUP, ("purview-service.microsoft.com",), ZONES_PAGE),),
    # https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    endpoint_addresses={GROUP: 1},
    grants=(
        Grant("purviewAccount", READER, LAKE, "scans read the lake", _SCAN_PAGE),
        Grant("purviewRegistrars", "Reader", "workspace", "registering the workspace in Purview", LINEAGE_PAGE),
    ),
    shared_targets={LAKE: "Microsoft.Storage/storageAccounts"},
    platforms={"purviewAccount": Platform("Purview", path="managed private endpoints that a team makes in its portal")},
    changes={
        ACCOUNT: (
            *properties(_FIREWALL_PAGE, "publicNetworkAccess", "managedResourcesPublicNetworkAccess", "ingestionStorage.publicNetworkAccess"),
            ChangeRule("properties.managedResourceGroupName", Kind.UNKNOWN, f"{_PURVIEW}legacy/create-microsoft-purview-portal", "Azure creates the resource group with the account"),
        ),
    },
    bills={ACCOUNT: _bill},
    protections=(
        Protection(ACCOUNT, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled")),
        Protection(ACCOUNT, PUBLIC, ranked("ingestionStorage.publicNetworkAccess", "Disabled", "Enabled")),
    ),
)  # fmt: skip
