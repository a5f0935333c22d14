"""Files in which Microsoft lists the addresses of each service tag, for devices that know neither tags nor names."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.facts.clouds import CloudName

#: https://learn.microsoft.com/azure/virtual-network/service-tags-overview#discover-service-tags-by-using-downloadable-json-files
PAGE = "https://learn.microsoft.com/azure/virtual-network/service-tags-overview"
#: By cloud: title and address of the file, which is replaced every week.
IP_RANGES: Mapping[CloudName, tuple[str, str]] = {
    "public": (
        "Azure IP Ranges and Service Tags - Public Cloud",
        "https://www.microsoft.com/download/details.aspx?id=56519",
    ),
    "usGovernment": (
        "Azure IP Ranges and Service Tags - US Government Cloud",
        "https://www.microsoft.com/download/details.aspx?id=57063",
    ),
    "china": (
        "Azure IP Ranges and Service Tags - China Cloud",
        "https://www.microsoft.com/download/details.aspx?id=57062",
    ),
}
