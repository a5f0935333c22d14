"""Specs of a mesh in Azure: the identities of its callers with their roles, and Flux on the clusters of its zones."""

from __future__ import annotations

from amlz.capabilities.mesh.facts import EXTENSION, FLUX
from amlz.core.specs.common import Place, RoleAssignmentSpec, Tags
from amlz.core.specs.grafana import DashboardsSpec
from amlz.dataclass import dataclass
from amlz.mesh.model import MeshRepositorySpec, MeshSpec


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
class FluxFolderSpec:
    """A folder of the repository that Flux applies. `after`: names of folders that are ready before.

    `prune`: objects that leave the folder are deleted. `wait`: it is ready when its objects are.
    """

    name: str
    path: str
    after: tuple[str, ...] = ()
    prune: bool = True
    wait: bool = False


@dataclass(frozen=True, slots=True)
class FluxSpec:
    """Flux on the cluster of a zone (its ID), which applies folders of a repository. `after`: IDs of its egress.

    `extension`, `configuration` and `namespace`: names; the last of Flux's objects in the cluster.
    """

    zone: str
    cluster: str
    place: Place
    extension: str
    configuration: str
    namespace: str
    repository: MeshRepositorySpec
    folders: tuple[FluxFolderSpec, ...]
    after: tuple[str, ...]

    @property
    def extension_id(self) -> str:
        return f"{self.cluster}/providers/{EXTENSION}/{self.extension}"

    @property
    def configuration_id(self) -> str:
        return f"{self.cluster}/providers/{FLUX}/{self.configuration}"


@dataclass(frozen=True, slots=True)
class MeshPartSpec:
    """Everything of meshes in one environment. `mesh`: None where it only has the cluster of a zone.

    `workspace`: its ID. `flux`: on the cluster of the environment, None without it. `dashboards`: of Grafana.
    """

    mesh: MeshSpec | None
    workspace: str
    callers: tuple[MeshCallerSpec, ...]
    roles: tuple[RoleAssignmentSpec, ...]
    flux: FluxSpec | None = None
    dashboards: tuple[DashboardsSpec, ...] = ()
