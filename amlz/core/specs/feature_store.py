"""Spec of a feature store."""

from __future__ import annotations

from amlz.core.specs.common import DiagnosticsSpec, Place, PrivateEndpointSpec, RoleAssignmentSpec, Tags
from amlz.core.specs.connections import ConnectionSpec
from amlz.core.specs.environments import InsightsSpec, KeyVaultSpec, StorageSpec
from amlz.core.specs.lake import ContainerSpec
from amlz.core.specs.managed_network import ManagedNetworkSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class FeatureStoreSpec:
    """A feature store with its vault, its account, and its Application Insights.

    `identity`: the id of the identity that materialises features into `offline_store`, a container of the account.
    `connection`: of the store to that container. `roles`: on the store, and those of its system-assigned identity,
    which exists with it.
    """

    name: str
    place: Place
    description: str
    friendly_name: str
    spark_version: str
    identity: str
    vault: KeyVaultSpec
    storage: StorageSpec
    offline_store: ContainerSpec
    insights: InsightsSpec
    high_business_impact: bool
    endpoint: PrivateEndpointSpec
    connection: ConnectionSpec
    network: ManagedNetworkSpec
    diagnostics: DiagnosticsSpec
    roles: tuple[RoleAssignmentSpec, ...]
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.MachineLearningServices/workspaces", self.name)

    @property
    def container_after(self) -> tuple[str, ...]:
        """IDs that must exist before the container: soft delete, without which nothing deleted can be restored."""
        return (self.storage.blobs,) if self.storage.soft_delete_days else ()

    @property
    def after(self) -> tuple[str, ...]:
        """IDs that must exist before it: its account and its vault resolve."""
        return tuple(endpoint.ready for endpoint in (*self.storage.endpoints, self.vault.endpoint))
