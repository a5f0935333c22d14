"""Spec of an Azure Synapse workspace."""

from __future__ import annotations

from amlz.capabilities.synapse.facts import HUB, WORKSPACE
from amlz.core.specs import DiagnosticsSpec, LockSpec, Place, PrivateEndpointSpec, RoleAssignmentSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SparkPoolSpec:
    """A pool of Apache Spark."""

    name: str
    version: str
    size: str
    min_nodes: int
    max_nodes: int
    pause_minutes: int


@dataclass(frozen=True, slots=True)
class StudioSpec:
    """The private link hub by which browsers load Synapse Studio."""

    name: str
    endpoint: PrivateEndpointSpec


@dataclass(frozen=True, slots=True)
class SynapseSpec:
    """A workspace. `account` and `container`: the ID of the lake and the container that it keeps tables in.

    `account_url`: of the lake. `administrator`: the object ID of its first administrator, None for its creator.
    """

    name: str
    place: Place
    managed_group: str
    account: str
    account_url: str
    container: str
    administrator: str | None
    pools: tuple[SparkPoolSpec, ...]
    endpoints: tuple[PrivateEndpointSpec, ...]
    studio: StudioSpec | None
    roles: tuple[RoleAssignmentSpec, ...]
    diagnostics: DiagnosticsSpec
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(WORKSPACE, self.name)

    @property
    def hub_id(self) -> str:
        """The ID of the private link hub."""
        assert self.studio is not None
        return self.place.id(HUB, self.studio.name)
