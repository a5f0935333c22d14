"""Spec of a mesh in Azure: the identities of its callers and their roles, with the mesh itself for reports."""

from __future__ import annotations

from amlz.core.specs.common import Place, RoleAssignmentSpec, Tags
from amlz.dataclass import dataclass
from amlz.mesh.model import MeshSpec


@dataclass(frozen=True, slots=True)
class MeshCallerSpec:
    """The identity of a caller, and the service account whose tokens it accepts. `key`: its part of logical names."""

    key: str
    name: str
    place: Place
    issuer: str
    subject: str
    audience: str
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.ManagedIdentity/userAssignedIdentities", self.name)


@dataclass(frozen=True, slots=True)
class MeshPartSpec:
    """Everything of one mesh. Nothing in Kubernetes is built: `amlz mesh render` writes that. `workspace`: its id."""

    mesh: MeshSpec
    workspace: str
    callers: tuple[MeshCallerSpec, ...]
    roles: tuple[RoleAssignmentSpec, ...]
