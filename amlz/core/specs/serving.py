"""Spec of online and batch endpoints: what the landing zone prepares for those that pipelines create."""

from __future__ import annotations

from amlz.core.specs.common import DiagnosticsSpec, Place, RoleAssignmentSpec, Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class EmptyEndpointSpec:
    """An endpoint without deployments, with the roles of its callers. `workspace`: its id; `after`: ids that must exist
    first.
    """

    id: str
    name: str
    workspace: str
    place: Place
    diagnostics: DiagnosticsSpec
    callers: tuple[RoleAssignmentSpec, ...]
    after: tuple[str, ...]
    tags: Tags


@dataclass(frozen=True, slots=True)
class OnlineEndpointSpec:
    """An endpoint: its name, the id of its identity, and the roles of those who deploy with that.

    `created`: None where a pipeline creates it.
    `size` and `instances`: a deployment at full scale; None and 0 where the stack file does not have it. `reserves`:
    Azure reserves a fifth more machines of this size for upgrades.
    """

    key: str
    name: str
    identity: str
    roles: tuple[RoleAssignmentSpec, ...]
    size: str | None
    instances: int
    created: EmptyEndpointSpec | None = None
    reserves: bool = True

    @property
    def machines(self) -> int:
        """Returns the machines that count in the quota: of most sizes Azure reserves a fifth more for upgrades, and a
        new deployment runs in addition to the old one.

        https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas (2026-01-27)
        """
        return 2 * (-(-self.instances * 6 // 5) if self.reserves else self.instances)


@dataclass(frozen=True, slots=True)
class BatchEndpointsSpec:
    """Batch endpoints of a workspace: the cluster that they score on, and the roles of their callers."""

    cluster: str
    roles: tuple[RoleAssignmentSpec, ...]


@dataclass(frozen=True, slots=True)
class ServingSpec:
    """Preparations of an environment for endpoints. `scaling`: roles with which pipelines scale deployments.

    `batch`: None without batch endpoints.
    """

    scaling: tuple[RoleAssignmentSpec, ...]
    endpoints: tuple[OnlineEndpointSpec, ...]
    batch: BatchEndpointsSpec | None
