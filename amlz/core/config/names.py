"""Own names of what several environments share, in the stack file."""

from __future__ import annotations

from amlz.core.config.shared import Config, OwnName


class HubNamesConfig(Config):
    """Own names of a hub that is built here, instead of the generated ones. The log's is `logAnalytics.name`."""

    resource_group: OwnName | None = None
    """The resource group."""
    virtual_network: OwnName | None = None
    """The virtual network."""
    firewall: OwnName | None = None
    """The firewall: 1 to 56 letters, digits, hyphens, underscores or periods."""
    firewall_policy: OwnName | None = None
    """The firewall's policy."""
    bastion: OwnName | None = None
    """Azure Bastion."""


class SpokeNamesConfig(Config):
    """Own names of a spoke, instead of the generated ones."""

    resource_group: OwnName | None = None
    """The resource group."""
    virtual_network: OwnName | None = None
    """The virtual network."""
    route_table: OwnName | None = None
    """The route table."""
