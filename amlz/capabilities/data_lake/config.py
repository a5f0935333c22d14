"""The data lake in the stack file: created here or existing, its containers, and who reaches them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.encryption import KeyUri, VaultId
from amlz.core.config.existing import StorageId
from amlz.core.config.shared import Config, Generation, Network, OwnName, Word
from amlz.core.config.storage import Redundancy

#: The container that an environment writes to, in `lake` of projects and environments.
WORKSPACE = "workspace"

#: A container of a lake: https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
ContainerName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=3, max_length=63),
    Field(examples=["curated"]),
]

#: Access of an environment to containers of the lake, by name; `workspace` is the one that it writes to.
LakeAccess = Annotated[dict[ContainerName, Literal["none", "read", "write"]], Field(examples=[{"raw": "none"}])]


class ExistingLakeConfig(Config):
    """A lake that exists already: nothing of it is changed, roles are given on its containers."""

    account: StorageId
    """The id of its storage account, with a hierarchical namespace, in the same tenant. Its subscription may be any."""
    endpoint_range: Network | None = None
    """The range that its private endpoints are in, where it has some that the spokes reach and whose names they
    resolve. Default: endpoints to it are built here.
    """
    give_roles: bool = True
    """Assigns the roles on it here. If not, the preview lists those that its owner must give."""


class LakeKeyConfig(Config):
    """A customer-managed key for a lake that is created: created here ({}), or brought."""

    key_vault: VaultId | None = None
    """The id of a vault with your key, in the landing zone's subscription. Left out, vault and key are made here."""
    key_uri: KeyUri | None = None
    """Your key's identifier with its version, as the vault shows it. Only with `keyVault`. New ones are followed."""


class DataLakeConfig(Config):
    """A data lake (ADLS Gen2) for all project environments, with a datastore for each container in each."""

    existing: ExistingLakeConfig | None = None
    """A lake that exists already. Default: one is created, in a separate resource group."""
    containers: Annotated[tuple[ContainerName, ...], Field(max_length=50)] = ("raw", "enriched", "curated")
    """Containers that all environments share. By default they read them; `lake` changes that."""
    workspace: Literal["perEnvironment", "shared"] = "perEnvironment"
    """The container that environments write to: one each, called workspace-<project>-<environment>, or one for all,
    in which a folder each is a convention that no role holds up."""
    soft_delete_days: Annotated[int, Field(ge=1, le=365, strict=True)] = 30
    """How long deleted files and containers of a lake that is created can be brought back, in days."""
    redundancy: Redundancy | None = None
    """Copies of a lake that is created: in one data center, in the zones of the region, or in the paired region too
    (`geo`, `geoZone`: data leaves the region). Left out: `zone` where production uses it and the region has zones, else
    `local`.
    """
    customer_managed_key: LakeKeyConfig | None = None
    """Encrypts a lake that is created with a customer-managed key."""
    network: Network | None = None
    """A range in a spoke for a subnet of its private endpoints, /29 or larger. Default: they are in the hub."""
    spoke: Word | None = None
    """The spoke of that range. Not needed where there is only one."""
    name: OwnName | None = Field(default=None, json_schema_extra={"maxLength": 24})
    """An own name instead of the generated one: 3 to 24 lower-case letters or digits, unique in Azure."""
    generation: Generation = 1
    """Raise by one when the name is still held by something deleted."""


KEYS = (
    Key(
        Scope.LANDING_ZONE,
        "data_lake",
        DataLakeConfig | None,
        "A data lake for all environments, created or existing.",
        referred=3,
    ),
    Key(
        Scope.PROJECT,
        "lake",
        LakeAccess,
        "Access of all its environments to containers of the data lake. Default: they read them and write to "
        "`workspace`.",
        default={},
    ),
    Key(
        Scope.ENVIRONMENT,
        "lake",
        LakeAccess,
        "Its access to containers of the data lake; overrides the project's.",
        default={},
    ),
)
