"""Specs of the data lake, and of what a project environment has of it."""

from __future__ import annotations

from collections.abc import Iterable

from amlz.core.specs.common import PrivateEndpointSpec, ResourceGroupSpec, RoleAssignmentSpec
from amlz.core.specs.environments import EncryptionSpec, IdentitySpec, StorageSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """A container of the lake. `id`: where it is, whether it is built here or not."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class DataLakeSpec:
    """The data lake. `group` and `account` are None where it exists already: then `containers` are not built either.

    `account_id`: of the storage account. `endpoints`: those to an existing account that are built here. `roles`: of
    groups; those of identities are with their environments. `demands`: what the owner of an existing lake must see to.
    `identities`: what reads its own key.
    """

    account_id: str
    group: ResourceGroupSpec | None
    account: StorageSpec | None
    containers: tuple[ContainerSpec, ...]
    endpoints: tuple[PrivateEndpointSpec, ...]
    roles: tuple[RoleAssignmentSpec, ...]
    demands: tuple[str, ...] = ()
    identities: tuple[IdentitySpec, ...] = ()

    @property
    def encryption(self) -> EncryptionSpec | None:
        """Its own key, where it has one."""
        return self.account.encryption if self.account else None

    def used_by(self, roles: Iterable[RoleAssignmentSpec]) -> bool:
        """Returns whether one of the roles is on it."""
        return any(f"{role.scope}/".startswith(f"{self.account_id}/") for role in roles)
