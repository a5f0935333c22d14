"""Spec of the Kubernetes clusters that are attached to a workspace."""

from __future__ import annotations

from amlz.core.specs import KubernetesSpec, Place, RoleAssignmentSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ClusterAccessSpec:
    """Rights of the workspace's identity on one cluster. `key`: its part of logical names, from the cluster's id."""

    key: str
    cluster: str
    roles: tuple[RoleAssignmentSpec, ...]


@dataclass(frozen=True, slots=True)
class AttachedSpec:
    """Everything that is attached to one workspace: each cluster's roles once, however often it is attached.

    `workspace`, `identity`: IDs. `after`: IDs of resources that must exist before a cluster is attached.
    """

    access: tuple[ClusterAccessSpec, ...]
    attached: tuple[KubernetesSpec, ...]
    place: Place
    workspace: str
    identity: str
    after: tuple[str, ...]
    tags: Tags

    @property
    def roles(self) -> tuple[RoleAssignmentSpec, ...]:
        """The roles on all clusters."""
        return tuple(role for access in self.access for role in access.roles)
