"""Regions and sizes of virtual machines that no list has: misspelt, or newer than the lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import CloudName, title
from amlz.core.facts.machine_sizes import unknown_size
from amlz.core.facts.regions import REGIONS, cloud_of, day, near_region, nearest
from amlz.core.notices.notice import Notice
from amlz.core.planning.sizes import sizes_of
from amlz.core.problems import dotted

#: Remedies, of the findings of the same id as well.
NEAR_REGION = (
    "Set `location` to `{expected}`. No action needed, if {region} is a region that opened after that day: `az account "
    "list-locations` lists all regions."
)
OTHER_CLOUD = (
    "Set `cloud` to `{expected}`, or set `location` to a region of this cloud: `az account list-locations` lists them."
)
NO_REGION = (
    "Set `location` to a region that `az account list-locations` lists. No action needed, if {region} is one of them."
)
NO_SIZE = (
    "Set `{key}` to a size that `az ml compute list-sizes` lists for the region. No action needed, if {size} is one of "
    "them."
)
REGION, SIZE = "place/region-not-known", "place/size-not-known"


def place_notices(config: LandingZoneConfig) -> Iterator[Notice]:
    """The region, and the size of every cluster and instance."""
    if doubt := region_doubt(config.location, config.cloud):
        remedy, meant = region_remedy(config.location, REGIONS[config.cloud].names)
        yield Notice(REGION, ("location",), doubt, remedy.format(expected=meant, region=config.location))
    for path, size in sizes_of(config):
        if doubt := unknown_size(size):
            yield Notice(
                SIZE,
                path,
                f"{size} {doubt}.",
                NO_SIZE.format(key=dotted(path), size=size),
            )


def region_doubt(region: str, cloud: CloudName) -> str | None:
    """A sentence on a region that no list has, with the nearest name; None for one that a cloud's list has."""
    if cloud_of(region) is not None:
        return None
    known = REGIONS[cloud]
    return f"{region} was not among the regions of {title(cloud)} {day(known)}{near_region(region, known.names)}."


def region_remedy(region: str, names: Collection[str]) -> tuple[str, str | None]:
    """The remedy for a region that a cloud's list does not have, and the cloud or region that may be meant."""
    if cloud := cloud_of(region):
        return OTHER_CLOUD, cloud
    meant = nearest(region, names)
    return (NEAR_REGION, meant) if meant else (NO_REGION, None)
