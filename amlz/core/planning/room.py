"""A landing zone with room for everything, to give names where ranges are wrong: no name depends on a range."""

from __future__ import annotations

from amlz.core.addresses import spoke_of
from amlz.core.config import EnvironmentConfig, LandingZoneConfig, ProjectConfig
from amlz.core.facts.dns import ZONES
from amlz.core.planning.dns import endpoint_groups_of

_ALL = "0.0.0.0/1"


def with_room(config: LandingZoneConfig) -> LandingZoneConfig:
    """The same names and parts in ranges that hold everything, each environment in a spoke that there is."""
    hub = config.hub
    if hub.elsewhere is None:
        hub = hub.model_copy(update={"address_space": _ALL, "subnets": None})
    unknown = endpoint_groups_of(config) - set(ZONES[config.cloud])
    return config.model_copy(
        update={
            "hub": hub,
            "dns": config.dns.model_copy(update={"mode": "policy"}) if unknown else config.dns,
            "spokes": {
                name: spoke.model_copy(update={"address_space": (_ALL,)}) for name, spoke in config.spokes.items()
            },
            "projects": {name: _project(config, project) for name, project in config.projects.items()},
        }
    )


def _project(config: LandingZoneConfig, project: ProjectConfig) -> ProjectConfig:
    there = {name: _environment(config, environment) for name, environment in project.environments.items()}
    return project.model_copy(update={"environments": there})


def _environment(config: LandingZoneConfig, environment: EnvironmentConfig) -> EnvironmentConfig:
    spoke = spoke_of(config, environment) or next(iter(config.spokes), None)
    return environment.model_copy(update={"network": _ALL, "subnets": None, "spoke": spoke})
