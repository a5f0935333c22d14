"""An Azure ML registry in the stack file: one that exists, or one to create."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from amlz.core.capability import Key, Scope
from amlz.core.config.existing import ModelRegistryId, RegistryId, StorageId
from amlz.core.config.shared import Config, Generation, Location, Network, OwnName, Tags


class NewModelRegistryConfig(Config):
    """A private Azure ML registry of this landing zone. Azure creates its storage accounts and container registry."""

    name: OwnName | None = Field(default=None, json_schema_extra={"maxLength": 32})
    """A custom name instead of the generated one: 3 to 32 letters, digits, hyphens or underscores, unique in the
    tenant. It cannot be changed: models are referred to by it.
    """
    resource_group: OwnName | None = None
    """A custom name of its resource group."""
    regions: Annotated[tuple[Location, ...], Field(max_length=20)] = ()
    """Regions in addition to that of the landing zone, to which models and images are replicated: those of other
    landing zones that use it.
    """
    redundancy: Literal["local", "zone"] | None = None
    """Copies of its storage in one data center of each region, or in several zones. Left out: `zone` where the landing
    zone has zones and the registry no other region, else `local`.
    """
    tags: Tags = Field(default_factory=dict)
    """Tags of it, its endpoints and its resource group, over those of the landing zone."""
    generation: Generation = 1
    """Raise by one when the name is still held by something deleted."""


class ModelRegistryConfig(Config):
    """An Azure ML registry for promoting models: `id` of one that exists, or `create`. Landing zones can share one."""

    id: ModelRegistryId | None = None
    """The ID of a registry that exists, in the same tenant. Nothing of it is changed."""
    give_roles: bool | None = None
    """Assigns the roles on an existing registry here. If false, its owner does. Required for a registry in another
    subscription; default: true.
    """
    endpoint_range: Network | None = None
    """The range of the private endpoints of an existing registry in the hub: security groups let compute targets reach
    it.
    """
    container_registry: RegistryId | None = None
    """The ID of the container registry that Azure created for an existing registry: managed networks then reach it."""
    storage_account: StorageId | None = None
    """The ID of the storage account that Azure created for an existing registry in the region of the landing zone:
    managed networks then reach it.
    """
    create: NewModelRegistryConfig | None = None
    """A registry to create, with its private endpoints in the hub."""


KEYS = (
    Key(
        Scope.LANDING_ZONE,
        "model_registry",
        ModelRegistryConfig | None,
        "An Azure ML registry for promoting models. docs/how-to/model-registry.md.",
    ),
)
