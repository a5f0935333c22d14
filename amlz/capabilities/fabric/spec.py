"""Specs of Microsoft Fabric in an environment."""

from __future__ import annotations

from amlz.capabilities.fabric.facts import CAPACITY
from amlz.core.specs import LockSpec, Place, PrivateEndpointSpec, RoleAssignmentSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class FabricCapacitySpec:
    """A capacity. `administrators`: names of users, and object IDs of service principals."""

    name: str
    place: Place
    size: str
    administrators: tuple[str, ...]
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(CAPACITY, self.name)


@dataclass(frozen=True, slots=True)
class OneLakeSpec:
    """A datastore on the folder Files of a lakehouse (its ID). `endpoint`: the host by which jobs reach it."""

    name: str
    workspace: str
    fabric_workspace: str
    lakehouse: str
    endpoint: str
    description: str

    @property
    def id(self) -> str:
        return f"{self.workspace}/datastores/{self.name}"


@dataclass(frozen=True, slots=True)
class FabricWorkspaceSpec:
    """A Fabric workspace, which a pipeline makes. `key`: in the stack file; `title`: its name in Fabric.

    `fabric_id`: None as long as the pipeline has not made it. `link`: the ID of its private link service.
    """

    key: str
    title: str
    fabric_id: str | None
    link: str
    roles: tuple[RoleAssignmentSpec, ...]
    endpoint: PrivateEndpointSpec | None
    datastore: OneLakeSpec | None


@dataclass(frozen=True, slots=True)
class FabricSpec:
    """Fabric of an environment. `containers`: IDs of those that its workspaces read. `lake_url`: of their account.

    `job_identity`: the ID of the identity of jobs. `job_principal`: its object ID, None where it is built here.
    """

    capacity: FabricCapacitySpec | None
    workspaces: tuple[FabricWorkspaceSpec, ...]
    containers: tuple[str, ...]
    lake_url: str | None
    job_identity: str
    tenant: str
    job_principal: str | None = None
