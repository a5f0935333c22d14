"""Specs of project environments, and of everything in them."""

from __future__ import annotations

from amlz.azure.ids import parse
from amlz.core.capability import PlannedPart
from amlz.core.owners import EnvironmentKey
from amlz.core.specs.common import (
    DiagnosticsSpec,
    IdentitySpec,
    LockSpec,
    Place,
    PrivateEndpointSpec,
    ResourceGroupSpec,
    RoleAssignmentSpec,
    Tags,
    TelemetrySpec,
)
from amlz.core.specs.datastores import DatastoreSpec
from amlz.core.specs.managed_network import ManagedNetworkSpec
from amlz.core.specs.private_link_scope import ScopedResourceSpec
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class KeyVaultSpec:
    """A vault of one project environment. `retention_days`: of soft delete, 7 to 90."""

    name: str
    place: Place
    tenant_id: str
    retention_days: int
    endpoint: PrivateEndpointSpec
    diagnostics: DiagnosticsSpec
    roles: tuple[RoleAssignmentSpec, ...]
    lock: LockSpec | None
    protect: bool
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.KeyVault/vaults", self.name)


@dataclass(frozen=True, slots=True)
class ExistingKeyVaultSpec:
    """A vault that exists. `endpoint`: the one that is built to it, None where it has one; `roles`: on it."""

    id: str
    endpoint: PrivateEndpointSpec | None
    roles: tuple[RoleAssignmentSpec, ...]

    @property
    def name(self) -> str:
        return parse(self.id).name


@dataclass(frozen=True, slots=True)
class EncryptionKeySpec:
    """A key that is created in a dedicated vault."""

    name: str
    dedicated: KeyVaultSpec

    @property
    def vault(self) -> str:
        """The id of its vault."""
        return self.dedicated.id


@dataclass(frozen=True, slots=True)
class ExistingEncryptionKeySpec:
    """A version of a key that exists. `vault`: the id of its vault."""

    name: str
    vault: str
    version: str


@dataclass(frozen=True, slots=True)
class EncryptionSpec:
    """The environment's own key, and who reads it."""

    identity: str
    source: EncryptionKeySpec | ExistingEncryptionKeySpec
    vault_uri: str
    roles: tuple[RoleAssignmentSpec, ...]
    protect: bool
    tags: Tags

    @property
    def vault(self) -> str:
        """The id of the key's vault."""
        return self.source.vault

    @property
    def key(self) -> str:
        """The id of the key."""
        return f"{self.vault}/keys/{self.source.name}"

    @property
    def key_uri(self) -> str:
        """The key's identifier without a version: storage and registry then follow new ones."""
        return f"{self.vault_uri}/keys/{self.source.name}"

    @property
    def after(self) -> tuple[str, ...]:
        """The key, where it is created here, and the roles on its vault."""
        created = (self.key,) if isinstance(self.source, EncryptionKeySpec) else ()
        return (*created, *(role.id for role in self.roles))


@dataclass(frozen=True, slots=True)
class StorageSpec:
    """A storage account. `sku`: the redundancy, such as Standard_ZRS.

    `hierarchical`: a data lake, with folders; a workspace's own account must not be one. `soft_delete_days`,
    `share_days`: how long deleted blobs with their containers, and file shares, can be restored; 0 for not set.
    `versioning`: overwritten blobs are kept. `restore_days`: block blobs can be restored to a point in time.
    `trusted`: ids of resources of `tenant` that resource instance rules let in.
    """

    name: str
    place: Place
    sku: str
    shared_keys: bool
    endpoints: tuple[PrivateEndpointSpec, ...]
    diagnostics: tuple[DiagnosticsSpec, ...]
    roles: tuple[RoleAssignmentSpec, ...]
    lock: LockSpec | None
    protect: bool
    tags: Tags
    encryption: EncryptionSpec | None = None
    hierarchical: bool = False
    soft_delete_days: int = 0
    share_days: int = 0
    versioning: bool = False
    restore_days: int | None = None
    trusted: tuple[str, ...] = ()
    tenant: str | None = None

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Storage/storageAccounts", self.name)

    @property
    def blobs(self) -> str:
        """The id of its blob service."""
        return f"{self.id}/blobServices/default"

    @property
    def files(self) -> str:
        """The id of its file service."""
        return f"{self.id}/fileServices/default"


@dataclass(frozen=True, slots=True)
class RegistryReplicaSpec:
    """A copy of a registry in another region, which gives it its name."""

    id: str
    region: str
    zone_redundant: bool


@dataclass(frozen=True, slots=True)
class ContainerRegistrySpec:
    """A Premium registry: the only tier that takes private endpoints. `group` is set where it needs a separate resource
    group.

    `untagged_days`: until images without a tag are deleted, 0 for never.
    """

    name: str
    place: Place
    zone_redundant: bool
    endpoint: PrivateEndpointSpec
    diagnostics: DiagnosticsSpec
    roles: tuple[RoleAssignmentSpec, ...]
    lock: LockSpec | None
    protect: bool
    tags: Tags
    encryption: EncryptionSpec | None = None
    untagged_days: int = 0
    replicas: tuple[RegistryReplicaSpec, ...] = ()

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.ContainerRegistry/registries", self.name)


@dataclass(frozen=True, slots=True)
class ExistingRegistrySpec:
    """A registry that exists. `endpoint`: the one that is built to it, None where it has one; `roles`: on it."""

    id: str
    endpoint: PrivateEndpointSpec | None
    roles: tuple[RoleAssignmentSpec, ...]

    @property
    def name(self) -> str:
        return parse(self.id).name


@dataclass(frozen=True, slots=True)
class SharedRegistrySpec:
    """The landing zone's registry, in a separate resource group. Its endpoint is in the hub, where all spokes reach
    it.
    """

    group: ResourceGroupSpec
    registry: ContainerRegistrySpec
    group_roles: tuple[RoleAssignmentSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class InsightsSpec:
    """Application Insights of one workspace, kept in the central log. `scoped`: its entry in a private link scope.

    `keys`: clients can send telemetry with the instrumentation key alone. `exists`: it is its owner's, and only `roles`
    are given on it.
    """

    name: str
    place: Place
    log_analytics: str
    roles: tuple[RoleAssignmentSpec, ...]
    tags: Tags
    telemetry: TelemetrySpec
    keys: bool = False
    scoped: ScopedResourceSpec | None = None
    exists: bool = False

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Insights/components", self.name)


@dataclass(frozen=True, slots=True)
class WorkspaceSpec:
    """An Azure ML workspace. `after`: ids of the roles and endpoints that must exist before it.

    `serverless_subnet`: where serverless compute runs, None where Azure decides. `managed_network`: None where compute
    targets are in a subnet.
    """

    name: str
    place: Place
    description: str
    friendly_name: str
    identity: str
    key_vault: str
    storage: str
    registry: str
    insights: str
    image_build_cluster: str
    public_network_access: bool
    high_business_impact: bool
    data_isolation: bool
    datastore_auth: str
    endpoint: PrivateEndpointSpec
    diagnostics: DiagnosticsSpec
    roles: tuple[RoleAssignmentSpec, ...]
    after: tuple[str, ...]
    protect: bool
    tags: Tags
    encryption: EncryptionSpec | None = None
    serverless_subnet: str | None = None
    managed_network: ManagedNetworkSpec | None = None

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.MachineLearningServices/workspaces", self.name)


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """A compute cluster. `priority`: Dedicated or LowPriority; `idle` an ISO 8601 duration in seconds.

    `identity`, `subnet`: IDs, None for those of the environment's clusters. The rest is of a project (`member`) that
    shares the workspace: tags, roles on the cluster, and ids that must exist before it in addition to the dependencies
    of all compute targets. Left out, it is the environment's.
    """

    name: str
    size: str
    priority: str
    min_nodes: int
    max_nodes: int
    idle: str
    member: str | None = None
    identity: str | None = None
    subnet: str | None = None
    tags: Tags | None = None
    roles: tuple[RoleAssignmentSpec, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceSpec:
    """A compute instance. `key` is its name in the stack file; `owner` an Entra object id; `idle` ISO 8601."""

    key: str
    name: str
    size: str
    owner: str
    idle: str


@dataclass(frozen=True, slots=True)
class ComputesSpec:
    """Clusters and instances of one workspace. `subnet`: its id, None in a managed network.

    `after`: ids of what nodes need before the first of them starts.
    """

    place: Place
    workspace: str
    workspace_id: str
    tenant_id: str
    subnet: str | None
    identity: str
    clusters: tuple[ClusterSpec, ...]
    instances: tuple[InstanceSpec, ...]
    after: tuple[str, ...]
    tags: Tags

    @property
    def subnets(self) -> tuple[str, ...]:
        """IDs of all subnets of compute targets, each once."""
        of_targets = (self.subnet, *(cluster.subnet for cluster in self.clusters))
        return tuple(dict.fromkeys(subnet for subnet in of_targets if subnet))

    def id(self, name: str) -> str:
        """The id of a compute."""
        return f"{self.workspace_id}/computes/{name}"


@dataclass(frozen=True, slots=True)
class DestinationEndpointSpec:
    """A private endpoint to a third-party resource. `label`: its part of logical names."""

    label: str
    endpoint: PrivateEndpointSpec


@dataclass(frozen=True, slots=True)
class ProjectEnvironmentSpec:
    """One environment of one project, whole. `key` is `<project>-<environment>`, its logical name.

    `shared_roles`: of its identities, on what capabilities build once in the landing zone. `capabilities`: what
    they build in it. `destinations`: endpoints to third-party resources. `approvers`: people of whom one must approve
    a promotion into it; () where none are named.
    """

    key: str
    project: str
    environment: str
    production: bool
    group: ResourceGroupSpec
    group_roles: tuple[RoleAssignmentSpec, ...]
    identities: tuple[IdentitySpec, ...]
    key_vault: KeyVaultSpec | ExistingKeyVaultSpec
    storage: StorageSpec
    registry: ContainerRegistrySpec | ExistingRegistrySpec | None
    shared_registry_roles: tuple[RoleAssignmentSpec, ...]
    insights: InsightsSpec
    workspace: WorkspaceSpec
    computes: ComputesSpec
    shared_roles: tuple[RoleAssignmentSpec, ...] = ()
    datastores: tuple[DatastoreSpec, ...] = ()
    capabilities: tuple[PlannedPart, ...] = ()
    destinations: tuple[DestinationEndpointSpec, ...] = ()
    approvers: tuple[str, ...] = ()

    @property
    def owner(self) -> EnvironmentKey:
        """The project and the environment: `churn/prod` as text."""
        return EnvironmentKey(self.project, self.environment)

    @property
    def encryption(self) -> EncryptionSpec | None:
        """The environment's own key, where it has one."""
        return self.workspace.encryption
