"""The stack file's model: frozen, complete, and closed to what it does not know."""

from amlz.core.config.computes import ClusterConfig, ImageBuildConfig, InstanceConfig
from amlz.core.config.dns import DnsConfig
from amlz.core.config.environment import EnvironmentConfig, ProjectConfig, SecurityConfig
from amlz.core.config.existing import ExistingHubConfig
from amlz.core.config.hub import FirewallConfig, HubConfig, LogAnalyticsConfig
from amlz.core.config.root import LandingZoneConfig
from amlz.core.config.shared import AccessConfig

__all__ = [
    "AccessConfig",
    "ClusterConfig",
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
