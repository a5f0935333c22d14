"""Spec of an Azure Databricks workspace."""

from __future__ import annotations

from amlz.capabilities.databricks.facts import CONNECTOR, WORKSPACE
from amlz.core.specs import DiagnosticsSpec, LockSpec, Place, PrivateEndpointSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class LakeLocation:
    """A container of the lake, as external locations of Unity Catalog name it."""

    name: str
    url: str
    read_only: bool


@dataclass(frozen=True, slots=True)
class DatabricksSpec:
    """A workspace and its access connector. `identity`: the ID of the one that reads the lake.

    `managed_group`: the ID of a resource group that Azure creates. `host_subnet` and `container_subnet`: IDs.
    `endpoints`: of the workspace, then of the sign-in of browsers, if that is here.
    """

    name: str
    place: Place
    connector: str
    identity: str
    managed_group: str
    network: str
    host_subnet: str
    container_subnet: str
    endpoints: tuple[PrivateEndpointSpec, ...]
    locations: tuple[LakeLocation, ...]
    diagnostics: DiagnosticsSpec
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(WORKSPACE, self.name)

    @property
    def connector_id(self) -> str:
        """The ID of the access connector."""
        return self.place.id(CONNECTOR, self.connector)
