"""Sizes of virtual machines that exist, to find misspelt ones.

Azure ML takes a part of them, by region and quota: `az ml compute list-sizes --location REGION` lists these. A size that is
in no row may be newer than the table.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from amlz.core.facts import retirements
from amlz.core.facts.sizes import RETIRED
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """Sizes of one series. `pattern` holds {} for each of `numbers`, and begins after `Standard_`."""

    pattern: str
    numbers: tuple[str, ...]
    source: str


#: Sizes of Microsoft.Compute, as an Azure repository's test data list them (commit f05a32b, 2025).
_LIST = "https://github.com/Azure/skewer/blob/main/testdata/generated_vmsize_testdata.go"
_PAGES = "https://learn.microsoft.com/azure/virtual-machines/sizes"

#: The day of the newest source.
AS_OF = "2026-03-10"


def _listed(pattern: str, numbers: str) -> Series:
    return Series(pattern, tuple(numbers.split()), _LIST)


_TO_64, _TO_96 = "2 4 8 16 32 48 64", "2 4 8 16 32 48 64 96"
_E_TO_96 = "2 4 8 16 20 32 48 64 96"
_CORES = "4-2 8-2 8-4 16-4 16-8 32-8 32-16 64-16 64-32"

SERIES: tuple[Series, ...] = (
    _listed("A{}_v2", "1 2 4 8"), _listed("A{}m_v2", "2 4 8"),
    _listed("B{}", "1ls 1s 1ms 2s 2ms 4ms 8ms 12ms 16ms 20ms"),
    _listed("B{}s_v2", "2 4 8 16 32"), _listed("B{}ls_v2", "2 4 8 16 32"), _listed("B{}ts_v2", "2"),
    _listed("B{}as_v2", "2 4 8 16 32"), _listed("B{}als_v2", "2 4 8 16 32"), _listed("B{}ats_v2", "2"),
    _listed("B{}ps_v2", "2 4 8 16"), _listed("B{}pls_v2", "2 4 8 16"), _listed("B{}pts_v2", "2"),
    _listed("D{}", "1 2 3 4 11 12 13 14"), _listed("DS{}", "1 2 3 4 11 12 13 14"),
    _listed("D{}_v2", "1 2 3 4 5 11 12 13 14 15"), _listed("D{}_v2_Promo", "2 3 4 5 11 12 13 14"),
    _listed("DS{}_v2", "1 2 3 4 5 11 12 13 14 15 11-1 12-1 12-2 13-2 13-4 14-4 14-8"),
    _listed("DS{}_v2_Promo", "2 3 4 5 11 12 13 14"),
    _listed("D{}_v3", _TO_64), _listed("D{}s_v3", _TO_64),
    _listed("D{}_v4", _TO_64), _listed("D{}s_v4", _TO_64), _listed("D{}d_v4", _TO_64), _listed("D{}ds_v4", _TO_64),
    _listed("D{}a_v4", _TO_96), _listed("D{}as_v4", _TO_96),
    _listed("D{}_v5", _TO_96), _listed("D{}s_v5", _TO_96), _listed("D{}d_v5", _TO_96), _listed("D{}ds_v5", _TO_96),
    _listed("D{}as_v5", _TO_96), _listed("D{}ads_v5", _TO_96), _listed("D{}ls_v5", _TO_96), _listed("D{}lds_v5", _TO_96),
    _listed("D{}ps_v5", _TO_64), _listed("D{}pds_v5", _TO_64), _listed("D{}pls_v5", _TO_64), _listed("D{}plds_v5", _TO_64),
    _listed("D{}s_v6", f"{_TO_96} 128 192"), _listed("D{}ds_v6", f"{_TO_96} 128 192"),
    _listed("D{}ls_v6", f"{_TO_96} 128"), _listed("D{}lds_v6", f"{_TO_96} 128"),
    _listed("D{}as_v6", _TO_96), _listed("D{}ads_v6", _TO_96), _listed("D{}als_v6", _TO_96), _listed("D{}alds_v6", _TO_96),
    _listed("D{}ps_v6", _TO_96), _listed("D{}pds_v6", _TO_96), _listed("D{}pls_v6", _TO_96), _listed("D{}plds_v6", _TO_96),
    Series("D{}s_v7", tuple(f"{_TO_96} 128 192 248 372".split()), f"{_PAGES}/general-purpose/dsv7-series"),
    Series("D{}ads_v7", tuple(f"{_TO_96} 128 160".split()), "https://aspire.dev/reference/api/csharp/aspire.hosting.azure.kubernetes"),
    _listed("DC{}s_v2", "1 2 4"), _listed("DC{}_v2", "8"),
    _listed("DC{}s_v3", "1 2 4 8 16 24 32 48"), _listed("DC{}ds_v3", "1 2 4 8 16 24 32 48"),
    _listed("DC{}as_v5", _TO_96), _listed("DC{}ads_v5", _TO_96), _listed("DC{}es_v5", _TO_96), _listed("DC{}eds_v5", _TO_96),
    _listed("DC{}as_cc_v5", "4 8 16 32 48 64 96"), _listed("DC{}ads_cc_v5", "4 8 16 32 48 64 96"),
    _listed("E{}_v3", "2 4 8 16 20 32 48 64 64i"), _listed("E{}s_v3", f"2 4 8 16 20 32 48 64 64i {_CORES}"),
    _listed("E{}_v4", "2 4 8 16 20 32 48 64"), _listed("E{}s_v4", f"2 4 8 16 20 32 48 64 80i {_CORES}"),
    _listed("E{}d_v4", "2 4 8 16 20 32 48 64"), _listed("E{}ds_v4", f"2 4 8 16 20 32 48 64 80i {_CORES}"),
    _listed("E{}a_v4", _E_TO_96), _listed("E{}as_v4", f"{_E_TO_96} 96i {_CORES} 96-24 96-48"),
    _listed("E{}_v5", f"{_E_TO_96} 104i"), _listed("E{}s_v5", f"{_E_TO_96} 104i {_CORES} 96-24 96-48"),
    _listed("E{}d_v5", f"{_E_TO_96} 104i"), _listed("E{}ds_v5", f"{_E_TO_96} 104i {_CORES} 96-24 96-48"),
    _listed("E{}as_v5", f"{_E_TO_96} 112i {_CORES} 96-24 96-48"),
    _listed("E{}ads_v5", f"{_E_TO_96} 112i {_CORES} 96-24 96-48"),
    _listed("E{}bs_v5", "2 4 8 16 32 48 64 96 112i"), _listed("E{}bds_v5", "2 4 8 16 32 48 64 96 112i"),
    _listed("E{}ps_v5", "2 4 8 16 20 32"), _listed("E{}pds_v5", "2 4 8 16 20 32"),
    _listed("E{}s_v6", f"{_E_TO_96} {_CORES} 96-24 96-48"), _listed("E{}ds_v6", f"{_E_TO_96} {_CORES} 96-24 96-48"),
    _listed("E{}as_v6", _E_TO_96), _listed("E{}ads_v6", f"{_E_TO_96} 96-24 96-48"),
    _listed("E{}ps_v6", "2 4 8 16 32 48 64 96"), _listed("E{}pds_v6", "2 4 8 16 32 48 64 96"),
    Series("E{}as_v7", tuple(f"{_TO_96} 128 160".split()), f"{_PAGES}/memory-optimized/easv7-series"),
    _listed("EC{}as_v5", f"{_E_TO_96} 96i"), _listed("EC{}ads_v5", f"{_E_TO_96} 96i"),
    _listed("EC{}as_cc_v5", "4 8 16 20 32 48 64 96"), _listed("EC{}ads_cc_v5", "4 8 16 20 32 48 64 96"),
    _listed("EC{}es_v5", "2 4 8 16 32 48 64 128 128i"), _listed("EC{}eds_v5", "2 4 8 16 32 48 64 128 128i"),
    _listed("F{}", "1 2 4 8 16"), _listed("F{}s", "1 2 4 8 16"), _listed("F{}s_v2", "2 4 8 16 32 48 64 72"),
    _listed("F{}as_v6", _TO_64), _listed("F{}als_v6", _TO_64), _listed("F{}ams_v6", _TO_64),
    _listed("FX{}mds", "4 12 24 36 48"),
    _listed("G{}", "1 2 3 4 5"), _listed("GS{}", "1 2 3 4 5 4-4 4-8 5-8 5-16"),
    _listed("HB{}rs_v2", "120 120-16 120-32 120-64 120-96"), _listed("HB{}rs_v3", "120 120-16 120-32 120-64 120-96"),
    _listed("HB{}rs_v4", "176 176-24 176-48 176-96 176-144"), _listed("HC{}rs", "44 44-16 44-32"),
    _listed("HX{}rs", "176 176-24 176-48 176-96 176-144"),
    _listed("L{}s", "4 8 16 32"), _listed("L{}s_v2", "8 16 32 48 64 80"), _listed("L{}s_v3", "8 16 32 48 64 80"),
    _listed("L{}as_v3", "8 16 32 48 64 80"),
    _listed("M{}", "64 128 64m 128m 64s 128s 32ls 64ls 32ts"),
    _listed("M{}ms", "8 16 32 64 128 8-2 8-4 16-4 16-8 32-8 32-16 64-16 64-32 128-32 128-64"),
    _listed("M{}s_v2", "64 128 208 416 416-208 192i"), _listed("M{}ds_v2", "64 128 192i"),
    _listed("M{}ms_v2", "32 64 128 208 416 416-208 192i"), _listed("M{}dms_v2", "32 64 128 192i"),
    _listed("M{}_v2", "416s_8 416s_9 416s_10"), _listed("M{}s_v3", "12 24"), _listed("M{}ds_v3", "12 24"),
    _listed("M{}_v3", "48s_1 96s_1 96s_2 176s_3 176s_4 416s_6 416s_8 624s_12 832s_12 832is_16"),
    _listed("M{}_v3", "48ds_1 96ds_1 96ds_2 176ds_3 176ds_4 416ds_6 416ds_8 624ds_12 832ds_12 832ids_16"),
    _listed("M{}bs_v3", "16 32 48 64 96 128 176 128-64 176-88"), _listed("M{}bds_v3", "16 32 48 64 96 128 176 128-64 176-88"),
    _listed("M{}_v3", "64bds_1 96bds_2 128bds_3 176bds_4 64-32bds_1 96-48bds_2 128-64bds_3 176-88bds_4"),
    _listed("NC{}s_v3", "6 12 24 24r"), _listed("NC{}as_T4_v3", "4 8 16 64"), _listed("NC{}ads_A10_v4", "8 16 32"),
    _listed("NC{}ads_A100_v4", "24 48 96"), _listed("NC{}_H100_v5", "40ads 80adis"), _listed("NCC{}ads_H100_v5", "40"),
    _listed("ND{}", "40rs_v2 40s_v3 96asr_v4 96amsr_A100_v4"), _listed("ND{}_v5", "96isr_H100 96isr_H200 96is_MI300X 96isr_MI300X"),
    _listed("NG{}_V620_v1", "8ads 16ads 32ads 32adms"), _listed("NP{}s", "10 20 40"), _listed("PB{}s", "6"),
    _listed("NV{}s_v2", "6 12 24"), _listed("NV{}s_v3", "12 24 48"), _listed("NV{}as_v4", "4 8 16 32"),
    _listed("NV{}_A10_v5", "6ads 12ads 18ads 36ads 36adms 72ads"), _listed("NV{}_V710_v5", "4ads 8ads 12ads 24ads 28adms"),
)  # fmt: skip

#: Every size as Azure writes it, by its name in lower case: Azure takes any case.
KNOWN: Mapping[str, str] = {
    size.lower(): size
    for row in SERIES
    for size in (f"Standard_{row.pattern.format(number)}" for number in row.numbers)
}


def unknown_size(size: str) -> str | None:
    """The doubt about a size that no list has, as the end of a sentence; None for one that a list has."""
    small = size.lower()
    if small in KNOWN or small in RETIRED or any(row.pattern.fullmatch(small) for row in retirements.SIZES):
        return None
    near = difflib.get_close_matches(small, KNOWN, 1, 0.7)
    return f"is in no list of sizes of {AS_OF}" + (f"; the nearest name is {KNOWN[near[0]]}" if near else "")
