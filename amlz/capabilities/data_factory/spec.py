"""Spec of a data factory."""

from __future__ import annotations

from amlz.capabilities.data_factory.facts import FACTORY
from amlz.core.specs import DiagnosticsSpec, LockSpec, Place, PrivateEndpointSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ManagedEndpointSpec:
    """A private endpoint in the factory's managed network, which a pipeline makes. `target`: an ID."""

    name: str
    target: str
    group: str


@dataclass(frozen=True, slots=True)
class DataFactorySpec:
    """A data factory. `identity`: the ID of its only one. `managed_endpoints`: those that a pipeline makes."""

    name: str
    place: Place
    identity: str
    endpoint: PrivateEndpointSpec
    managed_endpoints: tuple[ManagedEndpointSpec, ...]
    diagnostics: DiagnosticsSpec
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(FACTORY, self.name)
