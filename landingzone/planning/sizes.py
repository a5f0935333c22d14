"""Sizes of machines that are no longer to be had."""

from __future__ import annotations

from collections.abc import Iterator

from landingzone.addresses import environments
from landingzone.config import LandingZoneConfig
from landingzone.facts.sizes import RETIRED
from landingzone.problems import Path, Problem


def check_sizes(config: LandingZoneConfig) -> Iterator[Problem]:
    """Everything of a size that Azure has retired."""
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        sizes: dict[Path, str] = {(*path, "imageBuild", "size"): environment.image_build.size}
        sizes |= {(*path, *place, "size"): cluster.size for place, cluster in environment.every_cluster()}
        sizes |= {(*path, "instances", key, "size"): one.size for key, one in environment.instances.items()}
        for place, size in sizes.items():
            if retired := RETIRED.get(size.lower()):
                yield Problem(
                    place,
                    f"Azure retired {size} on {retired.on}.",
                    "Choose a size that the region offers and the subscription has quota for.",
                )
