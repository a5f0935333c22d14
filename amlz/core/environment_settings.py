"""Settings of a capability in the environments of a stack file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from amlz.core.addresses import environments
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.owners import EnvironmentKey
from amlz.core.problems import Path

Settings = TypeVar("Settings")


def environments_with(
    config: LandingZoneConfig, settings_of: Callable[[EnvironmentConfig], Settings | None]
) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, Settings]]:
    """Returns the environments that have settings of a capability, with these."""
    for project, name, environment in environments(config):
        settings = settings_of(environment)
        if settings is not None:
            yield EnvironmentKey(project, name), environment, settings


def path_of_setting(key: EnvironmentKey, name: str) -> Path:
    """Returns the path of a key of an environment in the stack file."""
    return ("projects", key.project, "environments", key.environment, name)
