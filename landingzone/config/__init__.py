"""The stack file's model: frozen, complete, and closed to what it does not know."""

from landingzone.config.computes import ClusterConfig, ImageBuildConfig, InstanceConfig
from landingzone.config.dns import DnsConfig
from landingzone.config.environment import EnvironmentConfig, ProjectConfig, SecurityConfig
from landingzone.config.existing import ExistingHubConfig
from landingzone.config.hub import FirewallConfig, HubConfig, LogAnalyticsConfig
from landingzone.config.lake import DataLakeConfig
from landingzone.config.root import LandingZoneConfig
from landingzone.config.shared import AccessConfig

__all__ = [
    "AccessConfig",
    "ClusterConfig",
    "DataLakeConfig",
    "DnsConfig",
    "EnvironmentConfig",
    "ExistingHubConfig",
    "FirewallConfig",
    "HubConfig",
    "ImageBuildConfig",
    "InstanceConfig",
    "LandingZoneConfig",
    "LogAnalyticsConfig",
    "ProjectConfig",
    "SecurityConfig",
]
