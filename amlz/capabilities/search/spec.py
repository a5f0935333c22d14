"""Spec of an Azure AI Search service."""

from __future__ import annotations

from amlz.capabilities.search.facts import SEARCH
from amlz.core.specs import ConnectionSpec, DiagnosticsSpec, LockSpec, Place, PrivateEndpointSpec, RoleAssignmentSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SearchSpec:
    """A search service and the workspace's connection to it. `semantic_search`: the plan of the semantic ranker.

    `identity`: it has a system-assigned one. `require_customer_keys`: it enforces customer-managed keys.
    """

    name: str
    place: Place
    sku: str
    replicas: int
    partitions: int
    semantic_search: str
    identity: bool
    require_customer_keys: bool
    endpoint: PrivateEndpointSpec
    diagnostics: DiagnosticsSpec
    connection: ConnectionSpec
    roles: tuple[RoleAssignmentSpec, ...]
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(SEARCH, self.name)
