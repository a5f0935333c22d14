"""Spec of clusters that are connected by Azure Arc."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amlz.core.specs import KubernetesSpec, Place, RoleAssignmentSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ArcClusterSpec:
    """A connected cluster. `settings`: of Azure ML's extension, as `az` takes them. `hosts`: that its nodes reach.

    `roles`: of the workspace's identity on it and its relay; `attached`: compute targets. Both are () without a relay.
    """

    name: str
    cluster: str
    settings: Mapping[str, str]
    objects: tuple[Mapping[str, Any], ...]
    hosts: tuple[str, ...]
    roles: tuple[RoleAssignmentSpec, ...]
    attached: tuple[KubernetesSpec, ...]


@dataclass(frozen=True, slots=True)
class ArcSpec:
    """The connected clusters of an environment.

    `workspace`, `identity` (of the compute targets): IDs. `after`: IDs of what attaching waits for.
    """

    clusters: tuple[ArcClusterSpec, ...]
    place: Place
    workspace: str
    identity: str
    after: tuple[str, ...]
    tags: Tags
