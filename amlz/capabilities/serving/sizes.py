"""Sizes of virtual machines that managed online endpoints take, and those of which Azure reserves some for upgrades."""

from __future__ import annotations

import difflib
import re

from amlz.dataclass import dataclass

PAGE = "https://learn.microsoft.com/azure/machine-learning/reference-managed-online-endpoints-vm-sku-list"
#: The day of the page.
AS_OF = "2023-10-18"


@dataclass(frozen=True, slots=True)
class EndpointSeries:
    """Sizes of one series. `pattern` holds {} for each of `numbers`. `reserves`: Azure reserves a fifth more."""

    pattern: str
    numbers: tuple[str, ...]
    reserves: bool = True


def _series(pattern: str, numbers: str, reserves: bool = True) -> EndpointSeries:
    return EndpointSeries(pattern, tuple(numbers.split()), reserves)


#: Without two series that the page still has, and Azure has retired: NCv2 and NCv3.
SERIES: tuple[EndpointSeries, ...] = (
    _series("Standard_D{}as_v4", "2 4 8 16 32 48 64 96"),
    _series("Standard_D{}a_v4", "2 4 8 16 32 48 64 96"),
    _series("Standard_DS{}_v2", "1 2 3 4 5"),
    _series("Standard_E{}s_v3", "2 4 8 16 32 48 64"),
    _series("Standard_F{}s_v2", "2 4 8 16 32 48 64 72"),
    _series("Standard_FX{}mds", "4 12 24 36 48"),
    _series("Standard_L{}as_v3", "8 16 32 48 64 80"),
    _series("Standard_L{}s_v2", "8 16 32 48 64 80"),
    _series("Standard_L{}s_v3", "8 16 32 48 64 80"),
    _series("Standard_NC{}ads_A100_v4", "24 48 96", reserves=False),
    _series("Standard_NC{}as_T4_v3", "4 8 16 64"),
    _series("Standard_NC{}_H100_v5", "40ads 80adis", reserves=False),
    _series("Standard_ND{}_v4", "96amsr_A100 96asr", reserves=False),
    _series("Standard_ND{}rs_v2", "40", reserves=False),
    _series("Standard_ND{}_H100_v5", "96is 96isr", reserves=False),
    _series("Standard_NV{}_A10_v5", "6ads 12ads 18ads 36ads 36adms 72ads"),
)
#: By size, in lower case: Azure ignores the case of sizes. The value is the size as Azure writes it, with its series.
SIZES = {
    size.lower(): (size, series)
    for series in SERIES
    for size in (series.pattern.format(number) for number in series.numbers)
}


def reserves(size: str) -> bool:
    """Returns whether Azure reserves a fifth more machines of a size for upgrades. A size of no row counts as such."""
    row = SIZES.get(size.lower())
    return row is None or row[1].reserves


def similar(size: str) -> str:
    """Returns the size of the list whose name is nearest, one that begins with the same letters where there is one."""
    same = [known for known in SIZES if _letters(known) == _letters(size)]
    (nearest,) = difflib.get_close_matches(size.lower(), same or SIZES, n=1, cutoff=0)
    return SIZES[nearest][0]


def _letters(size: str) -> str:
    """Returns a size up to its first digit."""
    return re.split(r"\d", size.lower(), maxsplit=1)[0]
