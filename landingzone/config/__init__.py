"""The stack file's model: frozen, complete, and closed to what it does not know."""

from landingzone.config.environment import (
    ClusterConfig,
    EnvironmentConfig,
    ImageBuildConfig,
    InstanceConfig,
    ProjectConfig,
    SecurityConfig,
)
from landingzone.config.hub import FirewallConfig, HubConfig, LogAnalyticsConfig
from landingzone.config.root import LandingZoneConfig
from landingzone.config.shared import AccessConfig

__all__ = [
    "AccessConfig",
    "ClusterConfig",
    "EnvironmentConfig",
    "FirewallConfig",
    "HubConfig",
    "ImageBuildConfig",
    "InstanceConfig",
    "LandingZoneConfig",
    "LogAnalyticsConfig",
    "ProjectConfig",
    "SecurityConfig",
]
