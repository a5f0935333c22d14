"""Spec of an existing Azure ML registry."""

from __future__ import annotations

from amlz.core.specs.common import RoleAssignmentSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ModelRegistrySpec:
    """A registry that exists. `roles`: of principals that exist; those of identities are with their environments."""

    id: str
    roles: tuple[RoleAssignmentSpec, ...]
