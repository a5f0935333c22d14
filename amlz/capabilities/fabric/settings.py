"""Fabric in a stack file: its environments, the workspaces that the lake lets in, and datastores on OneLake."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.fabric.config import FabricConfig, FabricWorkspaceConfig
from amlz.core.capability import setting
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.environment_settings import environments_with, path_of_setting
from amlz.core.owners import EnvironmentKey
from amlz.core.problems import Path

#: Fabric workspaces are in no subscription, and resource instance rules name them like this:
#: https://learn.microsoft.com/fabric/security/security-trusted-workspace-access
_INSTANCE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/Fabric/providers/Microsoft.Fabric/workspaces/"
)


def fabric_of(environment: EnvironmentConfig) -> FabricConfig | None:
    """Returns Fabric of an environment; None where it has none."""
    return setting(environment, "fabric", FabricConfig)


def fabric_environments(
    config: LandingZoneConfig,
) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, FabricConfig]]:
    """Returns the environments with Fabric."""
    return environments_with(config, fabric_of)


def path_of(key: EnvironmentKey) -> Path:
    """Returns the path of an environment's Fabric."""
    return path_of_setting(key, "fabric")


def instance(workspace: str) -> str:
    """Returns the ID of a Fabric workspace in resource instance rules."""
    return f"{_INSTANCE}{workspace}"


def trusted(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, str, FabricWorkspaceConfig]]:
    """Returns the workspaces that the lake lets in: those whose IDs are set."""
    for key, _, settings in fabric_environments(config):
        for name, row in settings.workspaces.items():
            if row.id is not None and row.identity is not None:
                yield key, name, row


def public_datastores(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig]]:
    """Returns the environments with a datastore on OneLake that jobs reach by its public names."""
    for key, environment, settings in fabric_environments(config):
        rows = settings.workspaces.values()
        if any(row.id is not None and row.lakehouse is not None and not row.private_link for row in rows):
            yield key, environment
