"""Sizes of virtual machines: all configured ones, and those that Azure has retired."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.facts.sizes import RETIRED
from amlz.core.problems import Path, Problem


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Every size that Azure has retired."""
    for path, size in sizes_of(config):
        if retired := RETIRED.get(size.lower()):
            yield Problem(
                path,
                f"Azure retired {size} on {retired.on}.",
                "Choose a size that the region offers and the subscription has quota for.",
            )


def sizes_of(config: LandingZoneConfig) -> Iterator[tuple[Path, str]]:
    """Every size of virtual machines, with its path."""
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        yield (*path, "imageBuild", "size"), environment.image_build.size
        for place, cluster in environment.every_cluster():
            yield (*path, *place, "size"), cluster.size
        for key, instance in environment.instances.items():
            yield (*path, "instances", key, "size"), instance.size
