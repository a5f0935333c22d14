"""Specs of the data lake, and of what a project environment has of it."""

from __future__ import annotations

from collections.abc import Iterable

from amlz.core.specs.common import IdentitySpec, PrivateEndpointSpec, ResourceGroupSpec, RoleAssignmentSpec
from amlz.core.specs.environments import StorageSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """A container of the lake. `id`: where it is, whether it is built here or not."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class LakeStoreSpec:
    """The storage account of a lake that is built. `identities`: what reads its own key."""

    group: ResourceGroupSpec
    account: StorageSpec
    identities: tuple[IdentitySpec, ...]

    @property
    def id(self) -> str:
        return self.account.id


@dataclass(frozen=True, slots=True)
class ExistingLakeStoreSpec:
    """A storage account that exists. `endpoints`: those that are built to it; `demands`: what its owner must see to."""

    id: str
    endpoints: tuple[PrivateEndpointSpec, ...]
    demands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataLakeSpec:
    """The data lake. Containers in a store that exists are not built.

    `roles`: of groups; those of identities are with their environments.
    """

    store: LakeStoreSpec | ExistingLakeStoreSpec
    containers: tuple[ContainerSpec, ...]
    roles: tuple[RoleAssignmentSpec, ...]

    @property
    def account_id(self) -> str:
        """The id of the storage account."""
        return self.store.id

    @property
    def demands(self) -> tuple[str, ...]:
        """Tasks of the owner of an existing lake."""
        return self.store.demands if isinstance(self.store, ExistingLakeStoreSpec) else ()

    def used_by(self, roles: Iterable[RoleAssignmentSpec]) -> bool:
        """Returns whether one of the roles is on it."""
        return any(f"{role.scope}/".startswith(f"{self.account_id}/") for role in roles)
