"""Spec of an Azure ML registry: one that exists, or one that is created here."""

from __future__ import annotations

from amlz.core.specs.common import (
    DiagnosticsSpec,
    LockSpec,
    Place,
    PrivateEndpointSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
    Tags,
)
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class NewModelRegistrySpec:
    """A registry that is created here. `regions`: the primary one first; `storage_sku`: of its storage account in each.

    `endpoint` is that of the registry itself. `images` and `stores` (by region) are those of the container registry and
    the storage accounts that Azure creates for it: their `target` is the registry, which knows the IDs afterwards.
    """

    name: str
    group: ResourceGroupSpec
    group_roles: tuple[RoleAssignmentSpec, ...]
    regions: tuple[str, ...]
    storage_sku: str
    endpoint: PrivateEndpointSpec
    images: PrivateEndpointSpec
    stores: tuple[tuple[str, PrivateEndpointSpec], ...]
    diagnostics: DiagnosticsSpec
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def place(self) -> Place:
        """Returns its location."""
        return self.group.place


@dataclass(frozen=True, slots=True)
class ModelRegistrySpec:
    """A registry. `roles`: of principals that exist; those of identities are with their environments.

    `created`: None for one that exists.
    """

    id: str
    roles: tuple[RoleAssignmentSpec, ...]
    created: NewModelRegistrySpec | None = None
