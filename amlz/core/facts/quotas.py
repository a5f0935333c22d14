"""The vCPUs of a size, and the family whose quota counts them.

Families are named as Azure names their quotas (`az vm list-usage`, `az vm list-skus`). Only sizes that the pages below
list; a size without a row is not known here, with any name.

Azure ML's own quota is apart from that of virtual machines. Dedicated vCPUs have a limit for each family and one for
all; low-priority ones have one for all families:
https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """A family: its quota's name, and the vCPUs of its sizes."""

    name: str
    sizes: Mapping[str, int]
    source: str


_SKUS = "https://aspire.dev/reference/api/csharp/aspire.hosting.azure.kubernetes"


def _sized(name: str, pattern: str, vcpus: tuple[int, ...]) -> Family:
    """A family whose sizes have their vCPUs in their names; the page lists each of them."""
    page = name.removesuffix("Family").replace(" ", "").replace("_", "").lower()
    return Family(name, {f"Standard_{pattern.format(count)}": count for count in vcpus}, f"{_SKUS}/{page}")


_TO_64 = (2, 4, 8, 16, 32, 48, 64)
_TO_96 = (*_TO_64, 96)

FAMILIES: tuple[Family, ...] = (
    Family(
        "standardDSv2Family",
        {"Standard_DS1_v2": 1, "Standard_DS2_v2": 2, "Standard_DS3_v2": 4, "Standard_DS4_v2": 8, "Standard_DS5_v2": 16},
        "https://learn.microsoft.com/azure/virtual-machines/linux/compute-benchmark-scores",
    ),
    _sized("standardDSv3Family", "D{}s_v3", _TO_64),
    _sized("standardDSv4Family", "D{}s_v4", _TO_64),
    _sized("standardDDSv4Family", "D{}ds_v4", _TO_64),
    _sized("standardDASv4Family", "D{}as_v4", _TO_96),
    _sized("standardDSv5Family", "D{}s_v5", _TO_96),
    _sized("standardDDSv5Family", "D{}ds_v5", _TO_96),
    _sized("standardDASv5Family", "D{}as_v5", _TO_96),
    _sized("standardDADSv5Family", "D{}ads_v5", _TO_96),
    _sized("standardESv5Family", "E{}s_v5", (2, 4, 16, 20, 32, 48, 64)),
    _sized("standardEDSv5Family", "E{}ds_v5", (2, 4, 16, 20, 32, 48, 64)),
    _sized("standardEADSv5Family", "E{}ads_v5", (2, 4, 16, 20, 32, 48, 64)),
    _sized("standardFSv2Family", "F{}s_v2", (2, 4, 8, 16, 32, 48, 64, 72)),
    _sized("Standard NCASv3_T4 Family", "NC{}as_T4_v3", (4, 8, 16, 64)),
    _sized("StandardNCADSA100v4Family", "NC{}ads_A100_v4", (24, 48, 96)),
    Family(
        "StandardNCadsH100v5Family",
        {"Standard_NC40ads_H100_v5": 40, "Standard_NC80adis_H100_v5": 80},
        f"{_SKUS}/standardncadsh100v5",
    ),
    _sized("StandardNVADSA10v5Family", "NV{}ads_A10_v5", (6, 12, 18, 36, 72)),
    _sized("Standard NDASv4_A100 Family", "ND{}asr_v4", (96,)),
    _sized("standard NDAMSv4_A100Family", "ND{}amsr_A100_v4", (96,)),
    _sized("standardNDSH100v5Family", "ND{}isr_H100_v5", (96,)),
    _sized("standardNDISRH200V5Family", "ND{}isr_H200_v5", (96,)),
    _sized("standardNDSv2Family", "ND{}rs_v2", (40,)),
)

#: Family and vCPUs by size, in lower case: Azure ignores the case of sizes.
SIZES: Mapping[str, tuple[Family, int]] = {
    size.lower(): (family, vcpus) for family in FAMILIES for size, vcpus in family.sizes.items()
}
