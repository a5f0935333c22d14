"""Facts of Microsoft Fabric and OneLake."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import ChangeRule, Kind, updates
from amlz.azure.protection import Protection, items, more
from amlz.core.billing import Body, Omitted, Quantity
from amlz.core.capability_facts import (
    ArmType,
    Contradiction,
    Facts,
    Grant,
    Holds,
    NameRule,
    Noun,
    Platform,
    PublicDomains,
    ZonesOf,
)

CAPACITY = "Microsoft.Fabric/capacities"
#: azure-native has no class for it: pipelines/fabric.py makes it.
LINK = "Microsoft.Fabric/privateLinkServicesForFabric"
#: The group ID of a private endpoint to a workspace: LINK_PAGE.
GROUP = "workspace"

_FABRIC = "https://learn.microsoft.com/fabric/"
#: 2026-08-13.
TRUSTED_PAGE = f"{_FABRIC}security/security-trusted-workspace-access"
#: 2025-09-22.
LINK_PAGE = f"{_FABRIC}security/security-workspace-level-private-links-set-up"
#: 2025-09-29: names of a workspace behind a private link.
NAMES_PAGE = f"{_FABRIC}security/security-workspace-level-private-links-overview"
#: 2025-10-14.
HOSTS_PAGE = f"{_FABRIC}security/fabric-allow-list-urls"
#: 2025-01-12: names, administrators, deletion.
_SETTINGS_PAGE = f"{_FABRIC}admin/capacity-settings"
_SCALE_PAGE = f"{_FABRIC}enterprise/scale-capacity"
#: 2026-05-07 for the public cloud. It has no row for the others.
ZONES_PAGE = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns"

#: Hosts of OneLake that compute targets use: HOSTS_PAGE. The page also has `*.` before the first two words, for other
#: names than that of the datastore.
ONELAKE = ("onelake.blob.fabric.microsoft.com", "onelake.dfs.fabric.microsoft.com")
ENDPOINT = ONELAKE[1]
#: "A maximum of 200 resource instance rules can be configured": TRUSTED_PAGE.
MOST_RULES = 200

#: Names of targets in the table of grants: containers of the lake, and its account.
READ, ACCOUNT = "fabricRead", "fabricLake"
_STORAGE = "Microsoft.Storage/storageAccounts"

_ML = "https://learn.microsoft.com/azure/machine-learning/"
#: Pages of 2024-02-20 and 2023-10-10.
DATASTORE = Contradiction(
    "data of OneLake in jobs",
    f"a datastore on the folder Files of a lakehouse, a preview ({_ML}how-to-datastore)",
    f"by shortcuts to a storage account only ({_ML}how-to-use-batch-fabric)",
    "jobs read the lake, and Fabric reads it by shortcuts; a datastore on OneLake for each `lakehouse` of the stack file",
)
#: No source states these of Azure: every preview of a datastore on OneLake names them.
NOT_VERIFIED = "not verified: if jobs read OneLake from a network that allows its two hosts only"
NOT_VERIFIED_LINK = "not verified: if a datastore takes the name of a workspace behind a private link"


def _bill(body: Body) -> Iterator[Quantity | Omitted]:
    size = body.get("sku", {}).get("name", "")
    yield Omitted(f"Fabric: the capacity {size}, for each hour until it is paused, and storage of OneLake")


FACTS = Facts(
    types=(
        ArmType(
            CAPACITY, Noun("Fabric capacity", "Fabric capacities"), kind="fabricCapacity",
            # The ARM type, and https://learn.microsoft.com/rest/api/microsoftfabric/fabric-capacities/check-name-availability
            names=NameRule("fc", 3, 63, r"[a-z][a-z0-9]*", "lower-case letters and digits, starting with a letter", "region"),
            holds=Holds(
                "lakehouses, warehouses and notebooks of the Fabric workspaces on it, which cannot be opened without one",
                "a workspace that gets another capacity of the region within seven days has its items back", _SETTINGS_PAGE,
                "connect its workspaces to Git, keep data in the lake, and give them another capacity first: Azure has no "
                "backup of a capacity",
                f"{_FABRIC}cicd/git-integration/intro-to-git-integration",
            ),
        ),
    ),
    zones=(ZonesOf("public", GROUP, ("privatelink.fabric.microsoft.com",), ZONES_PAGE),),
    domains=(PublicDomains("public", GROUP, ("fabric.microsoft.com",), ZONES_PAGE),),
    # "We recommend reserving at least 10 IP addresses": LINK_PAGE. Azure takes five of them.
    endpoint_addresses={GROUP: 10},
    roles={"Storage Blob Delegator": "db58b8e5-c6ad-4a2a-8342-4190687cbf4a"},
    grants=(
        Grant("fabricWorkspace", "Storage Blob Data Reader", READ, "Fabric reads the lake by shortcuts", TRUSTED_PAGE),
        Grant("fabricWorkspace", "Storage Blob Delegator", ACCOUNT, "shortcuts to containers need it on the account", TRUSTED_PAGE),
    ),
    shared_targets={READ: f"{_STORAGE}/blobServices/containers", ACCOUNT: _STORAGE},
    platforms={"fabricWorkspace": Platform("Fabric", path="trusted workspace access: a resource instance rule of the lake")},
    changes={
        CAPACITY: (
            *updates(_SCALE_PAGE, "sku.name"),
            ChangeRule("properties.administration.members", Kind.UPDATES, _SETTINGS_PAGE),
        ),
    },
    bills={CAPACITY: _bill},
    protections=(
        Protection(CAPACITY, "more administrators of a Fabric capacity", more(items("administration.members.*"))),
    ),
)  # fmt: skip
