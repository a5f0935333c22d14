"""Parts of an environment that exist already, in the stack file: resource group, vault, registry, subnets and more."""

from __future__ import annotations

from amlz.core.config.existing import ExistingGroup, InsightsId, KeyVaultId, RegistryId
from amlz.core.config.existing_spoke import ExistingSubnetsConfig
from amlz.core.config.shared import Config, Network


class ExistingVaultConfig(Config):
    """A vault that exists already: nothing of it is changed, roles are given on it."""

    id: KeyVaultId
    """Its id. It takes roles instead of access policies. Its subscription may be any of the tenant."""
    endpoint_range: Network | None = None
    """The range that its private endpoint is in, where it has one whose names the spokes resolve. Default: an endpoint
    to it is built here.
    """


class ExistingRegistryConfig(Config):
    """A container registry that exists already: nothing of it is changed, roles are given on it."""

    id: RegistryId
    """Its id. It is of tier Premium. Its subscription may be any of the tenant."""
    endpoint_range: Network | None = None
    """The range that its private endpoint is in, where it has one whose names the spokes resolve. Default: an endpoint
    to it is built here.
    """


class ExistingInsightsConfig(Config):
    """An Application Insights that exists already: nothing of it is changed, a role is given on it."""

    id: InsightsId
    """Its id. It keeps its data in a Log Analytics workspace. Several environments can use it."""


class ExistingPartsConfig(Config):
    """Parts of an environment that exist already, instead of being created."""

    resource_group: ExistingGroup | None = None
    """Its resource group, by its name or its id: everything of the environment is created in it."""
    key_vault: ExistingVaultConfig | None = None
    """Its vault."""
    container_registry: ExistingRegistryConfig | None = None
    """Its container registry."""
    application_insights: ExistingInsightsConfig | None = None
    """Its Application Insights."""
    subnets: ExistingSubnetsConfig | None = None
    """Its subnets, in the network of a spoke that exists."""
