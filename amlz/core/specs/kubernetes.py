"""The spec of a Kubernetes cluster that is attached to a workspace."""

from __future__ import annotations

from dataclasses import dataclass

from amlz.core.specs.common import RoleAssignmentSpec


@dataclass(frozen=True, slots=True)
class KubernetesSpec:
    """An attached cluster. `cluster`: its id. `demands`: what its owner must see to, a sentence each."""

    name: str
    cluster: str
    namespace: str
    demands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClusterAccessSpec:
    """Rights of the workspace's identity on one cluster. `key`: its part of logical names, from the cluster's id."""

    key: str
    cluster: str
    roles: tuple[RoleAssignmentSpec, ...]


@dataclass(frozen=True, slots=True)
class AttachedSpec:
    """Everything that is attached to one workspace: each cluster's roles once, however often it is attached."""

    access: tuple[ClusterAccessSpec, ...] = ()
    computes: tuple[KubernetesSpec, ...] = ()

    @property
    def roles(self) -> tuple[RoleAssignmentSpec, ...]:
        """The roles on all clusters."""
        return tuple(role for access in self.access for role in access.roles)
