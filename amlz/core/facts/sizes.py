"""Sizes of virtual machines that Azure no longer runs.

Only what the pages below name; a size that is not here may be retired all the same, or not offered in a region.
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Retired:
    """Sizes that were switched off on one day (ISO 8601)."""

    on: str
    sizes: tuple[str, ...]
    source: str


_PAGES = "https://learn.microsoft.com/azure/virtual-machines"

_RETIREMENTS = (
    Retired("2023-09-06", ("Standard_NC6", "Standard_NC12", "Standard_NC24", "Standard_NC24r"), f"{_PAGES}/nc-series-retirement"),
    Retired("2023-09-06", ("Standard_NV6", "Standard_NV12", "Standard_NV24"), f"{_PAGES}/nv-series-retirement"),
    Retired("2025-03-31", ("Standard_NC24rs_v3",), f"{_PAGES}/ncv3-nc24rs-retirement"),
    Retired(
        "2025-09-30", ("Standard_NC6s_v3", "Standard_NC12s_v3", "Standard_NC24s_v3"),
        f"{_PAGES}/ncv3-nc6s-nc12s-nc24s-retirement",
    ),
)  # fmt: skip

#: By size, in lower case: Azure ignores the case of sizes.
RETIRED: Mapping[str, Retired] = {size.lower(): row for row in _RETIREMENTS for size in row.sizes}
