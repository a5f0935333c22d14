"""Parts of an environment that exist already, in the stack file: resource group, vault, registry, subnets and more."""

from __future__ import annotations

from amlz.core.config.existing import ExistingGroup, InsightsId, KeyVaultId, RegistryId, UserIdentityId
from amlz.core.config.existing_spoke import ExistingSubnetsConfig
from amlz.core.config.shared import Config, Guid, Network


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


class ExistingIdentityConfig(Config):
    """A user-assigned identity that exists already: nothing of it is changed, roles are given to it."""

    id: UserIdentityId
    """Its ID. Its subscription may be any of the tenant."""
    principal_id: Guid
    """Its object ID in Entra ID, to which roles are given. `az identity show` prints it."""
    client_id: Guid
    """Its client ID, with which code and connections sign in. `az identity show` prints it."""


class ExistingIdentitiesConfig(Config):
    """Identities of an environment that exist already, by role. One that is left out is created."""

    workspace: ExistingIdentityConfig | None = None
    """The workspace acts as it."""
    compute: ExistingIdentityConfig | None = None
    """Compute targets, and jobs on them, act as it."""
    build: ExistingIdentityConfig | None = None
    """The cluster that builds images acts as it, with `imageBuild.identity: own`."""

    @property
    def by_role(self) -> dict[str, ExistingIdentityConfig]:
        """Returns those that are configured, by role."""
        roles = {"workspace": self.workspace, "compute": self.compute, "build": self.build}
        return {role: identity for role, identity in roles.items() if identity is not None}


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
    identities: ExistingIdentitiesConfig = ExistingIdentitiesConfig()
    """Its identities, by role. docs/how-to/bring-your-own.md."""
    subnets: ExistingSubnetsConfig | None = None
    """Its subnets, in the network of a spoke that exists."""
