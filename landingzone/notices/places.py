"""Regions and sizes of virtual machines that no list has: misspelt, or newer than the lists."""

from __future__ import annotations

from collections.abc import Iterator

from landingzone.config import LandingZoneConfig
from landingzone.facts.clouds import title
from landingzone.facts.machine_sizes import unknown_size
from landingzone.facts.regions import REGIONS, cloud_of, day, near_region
from landingzone.notices.notice import Notice
from landingzone.planning.sizes import sizes_of

REGION, SIZE = "place/region-not-known", "place/size-not-known"


def place_notices(config: LandingZoneConfig) -> Iterator[Notice]:
    """The region, and the size of every cluster and instance."""
    known = REGIONS[config.cloud]
    if cloud_of(config.location) is None:
        yield Notice(
            REGION,
            ("location",),
            f"{config.location} was not among the regions of {title(config.cloud)} {day(known)}"
            f"{near_region(config.location, known.names)}.",
            "Correct `location`. No action needed, if the region has opened since: `az account list-locations` lists "
            "them.",
        )
    for path, size in sizes_of(config):
        if doubt := unknown_size(size):
            yield Notice(
                SIZE,
                path,
                f"{size} {doubt}.",
                "Correct the size. No action needed, if it is newer: `az ml compute list-sizes` lists those of a "
                "region.",
            )
