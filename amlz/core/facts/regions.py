"""Regions of each cloud, as lists of one day had them. Regions open, and gain zones and services: look there."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

from amlz.core.facts.clouds import CLOUDS, PARITY_AS_OF, PARITY_PAGE, CloudName
from amlz.dataclass import dataclass

SOURCE = "https://learn.microsoft.com/azure/reliability/regions-list"

#: The day of the list of zones in the public cloud (its ms.date).
AS_OF = "2025-03-21"

#: Of the public cloud, open regions and restricted ones alike; those that were only announced are left out.
WITHOUT_ZONES: frozenset[str] = frozenset(
    {
        "australiacentral",
        "australiacentral2",
        "australiasoutheast",
        "brazilsoutheast",
        "canadaeast",
        "francesouth",
        "germanynorth",
        "koreasouth",
        "northcentralus",
        "norwaywest",
        "southafricawest",
        "southindia",
        "switzerlandwest",
        "uaecentral",
        "ukwest",
        "westcentralus",
        "westindia",
        "westus",
    }
)


@dataclass(frozen=True, slots=True)
class Regions:
    """Names of regions as one page had them on one day (ISO 8601; "" where the page has none)."""

    names: frozenset[str]
    as_of: str
    source: str


#: Every region, by cloud: open ones and restricted ones.
REGIONS: Mapping[str, Regions] = {
    "public": Regions(
        WITHOUT_ZONES
        | {
            *("australiaeast", "austriaeast", "belgiumcentral", "brazilsouth", "canadacentral", "centralindia"),
            *("centralus", "chilecentral", "eastasia", "eastus", "eastus2", "francecentral", "germanywestcentral"),
            *("indonesiacentral", "israelcentral", "italynorth", "japaneast", "japanwest", "koreacentral"),
            *("malaysiawest", "mexicocentral", "newzealandnorth", "northeurope", "norwayeast", "polandcentral"),
            *("qatarcentral", "southafricanorth", "southcentralus", "southeastasia", "spaincentral", "swedencentral"),
            *("switzerlandnorth", "uaenorth", "uksouth", "westeurope", "westus2", "westus3"),
        },
        "2025-09-23",
        SOURCE,
    ),
    "usGovernment": Regions(
        frozenset({"usdodcentral", "usdodeast", "usgovarizona", "usgoviowa", "usgovtexas", "usgovvirginia"}),
        "",
        "https://learn.microsoft.com/dotnet/api/azure.core.azurelocation",
    ),
    "china": Regions(
        frozenset({"chinaeast", "chinaeast2", "chinaeast3", "chinanorth", "chinanorth2", "chinanorth3"}),
        "",
        "https://learn.microsoft.com/azure/china/overview-regions",
    ),
}

#: Regions without availability zones, by cloud.
ZONELESS: Mapping[str, Regions] = {
    "public": Regions(WITHOUT_ZONES, AS_OF, SOURCE),
    "usGovernment": Regions(
        REGIONS["usGovernment"].names - {"usgovvirginia"},
        "2024-11-20",
        "https://learn.microsoft.com/azure/reliability/availability-zones-region-support",
    ),
    "china": Regions(
        REGIONS["china"].names - {"chinanorth3"}, "", "https://learn.microsoft.com/azure/china/overview-regions"
    ),
}

#: Regions in which Azure ML is, by cloud, where a page lists them: there is none for the public cloud.
WITH_AZURE_ML: Mapping[str, Regions] = {
    "usGovernment": Regions(frozenset({"usgovarizona", "usgovvirginia"}), PARITY_AS_OF, PARITY_PAGE),
    "china": Regions(frozenset({"chinaeast2"}), PARITY_AS_OF, PARITY_PAGE),
}


def cloud_of(region: str) -> CloudName | None:
    """The cloud that a region is in; None for one that no list has."""
    return next((cloud for cloud in CLOUDS if region in REGIONS[cloud].names), None)


def day(regions: Regions) -> str:
    """The day of a list of regions, in a sentence."""
    return f"on {regions.as_of}" if regions.as_of else "on a list that has no day"


def near_region(region: str, names: Collection[str]) -> str:
    """The end of a sentence on a region that a cloud's list does not have: another cloud, or the nearest name."""
    if cloud_of(region):
        return ": it is in another cloud"
    near = nearest(region, names)
    return f"; the nearest name is {near}" if near else ""


def nearest(region: str, names: Collection[str]) -> str | None:
    """The name of a region that one is written like; None where there is none."""
    return next(iter(difflib.get_close_matches(region, sorted(names), 1, 0.8)), None)
