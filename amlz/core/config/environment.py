"""Projects and their environments in the stack file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import Field

from amlz.core.capability import Scope
from amlz.core.config.computes import ClusterConfig, ImageBuildConfig, InstanceConfig
from amlz.core.config.destinations import DestinationConfig
from amlz.core.config.exfiltration import StorageEndpointPolicyConfig
from amlz.core.config.isolation import IsolationConfig
from amlz.core.config.parts import ExistingPartsConfig
from amlz.core.config.shared import (
    AccessConfig,
    Approver,
    ComputeName,
    Config,
    EnvironmentName,
    Generation,
    Network,
    OwnName,
    RegistryReplicas,
    RegistryRetention,
    Tags,
    Word,
)
from amlz.core.config.sharing import MemberConfig
from amlz.core.config.storage import StorageConfig
from amlz.core.discovery import extended
from amlz.core.facts.clouds import PUBLIC
from amlz.core.problems import Path

#: Environments of these names are not production by default; every other name is.
NON_PRODUCTION = frozenset({"dev", "development", "test", "qa", "integration", "staging", "sandbox", "lab"})


@extended(Scope.SECURITY)
class SecurityConfig(Config):
    """Settings that can be relaxed, and those that are stricter than Azure's default. The preview names each
    relaxation.
    """

    public_network_access: bool = False
    """Makes the workspace reachable from the internet. Its stores never can."""
    storage_shared_keys: bool = False
    """Allows shared keys of the storage account. Then datastores use keys instead of identities."""
    insights_keys: bool = False
    """Application Insights accepts telemetry with its instrumentation key alone, as online deployments with
    `app_insights_enabled` may need.
    """
    high_business_impact: bool = True
    """Encrypts the temporary disks of compute targets and sends Microsoft less diagnostic data. Cannot be changed
    later.
    """
    data_isolation: bool | None = None
    """Containers, secrets and images carry the workspace's id. Cannot be changed later. Default: true with the shared
    registry, with an existing vault or registry, and with `sharedBy`.
    """
    storage_endpoint_policy: StorageEndpointPolicyConfig | None = None
    """Limits storage in the region to Azure ML's own and listed accounts. Left out: in production of the public cloud,
    unless the network is managed. docs/explanation/exfiltration.md."""
    serverless_compute: bool = False
    """Serverless compute runs in the training subnet, without a public address. Its nodes take addresses there."""


class NamesConfig(Config):
    """Own names instead of the generated ones."""

    resource_group: OwnName | None = None
    """The resource group."""
    workspace: OwnName | None = None
    """The Azure ML workspace: 3 to 33 letters, digits, hyphens or underscores."""
    key_vault: OwnName | None = None
    """The vault: 3 to 24 letters, digits or hyphens, unique in Azure."""
    storage_account: OwnName | None = None
    """The storage account: 3 to 24 lower-case letters or digits, unique in Azure."""
    container_registry: OwnName | None = None
    """The registry: 5 to 50 letters or digits, unique in Azure."""


class SubnetsConfig(Config):
    """Ranges of an environment's subnets, inside its own. Subnets that are not listed are not built."""

    training: Network | None = None
    """Clusters and instances; not with a managed network."""
    endpoints: Network | None = None
    """Private endpoints."""
    scoring: Network | None = None
    """Nodes that serve models; left out, there is no such subnet."""
    build: Network | None = None
    """The cluster that builds images, which then alone reaches package hosts; not with a managed network.
    docs/how-to/image-builds.md."""


@extended(Scope.ENVIRONMENT)
class EnvironmentConfig(Config):
    """One environment of one project: a resource group and everything in it."""

    network: Network | None = None
    """Its range, inside its spoke's: half becomes the training subnet, a quarter endpoints, and a quarter is kept for
    scoring; with a managed network all of it holds endpoints.

    Required; if it is missing, the error names the next range that is free and large enough.
    """
    subnets: SubnetsConfig | None = None
    """Ranges of its subnets, instead of halves and quarters of `network`."""
    spoke: Word | None = None
    """The spoke that it lives in. Not needed where there is only one."""
    production: bool | None = None
    """Marks production data: the environment is then protected and locked. Default: follows the name."""
    clusters: dict[ComputeName, ClusterConfig] = Field(
        default_factory=lambda: {"cpu": ClusterConfig.model_validate({"size": "Standard_D4s_v5", "maxNodes": 4})}
    )
    """Compute clusters by name. Default: one of CPUs, of at most 4 nodes."""
    image_build: ImageBuildConfig = ImageBuildConfig()
    """The cluster that builds images."""
    instances: dict[ComputeName, InstanceConfig] = Field(default_factory=dict)
    """Compute instances by name."""
    shared_by: dict[Word, MemberConfig] | None = None
    """Projects that share its workspace, by name: groups, clusters, tags. docs/how-to/shared-workspaces.md."""
    scoring_subnet: bool = False
    """Builds the scoring subnet, for servers of models that you deploy there yourself. Its range is kept free either
    way. docs/explanation/isolation.md."""
    scoring_nodes: Annotated[int, Field(ge=0, le=5000, strict=True)] = 0
    """Nodes that you will deploy in the scoring subnet. Builds it, and checks that it has addresses for them."""
    growth: Annotated[int, Field(ge=0, le=400, strict=True)] = 20
    """Addresses to keep free above those that are needed, in percent."""
    registry: Literal["own", "shared"] = "own"
    """Container registry: a separate one, or the landing zone's."""
    registry_retention_days: RegistryRetention | None = None
    """Days after which images without a tag are deleted from its own registry. Left out: never."""
    registry_replicas: RegistryReplicas = ()
    """Other regions with a copy of all images of a separate registry, each billed as a registry.
    docs/explanation/recovery.md."""
    isolation: IsolationConfig = IsolationConfig()
    """Network of compute clusters: a subnet of the spoke, or a managed network. docs/explanation/isolation.md."""
    destinations: Annotated[dict[Word, DestinationConfig], Field(max_length=20)] = Field(default_factory=dict)
    """Destinations of its clusters and instances other than HTTPS hosts, by a name for the rules.
    docs/how-to/destinations.md."""
    storage: StorageConfig = StorageConfig()
    """Redundancy of its storage account, and how long deleted data can be restored."""
    batch: bool = True
    """Enables batch endpoints and parallel runs. They need private endpoints for queues and tables."""
    security: SecurityConfig = SecurityConfig()
    """Settings that are stricter or looser than the default."""
    people_create_computes: bool = False
    """Compute operators, and ML engineers outside of production, can create compute targets: rights on the training
    subnet and on the identity of compute targets. Needs custom roles. docs/reference/roles.md."""
    studio_deployments: bool = False
    """Data scientists and ML engineers can create online endpoints in the studio; not in production. Needs a custom
    role. docs/reference/roles.md."""
    access: AccessConfig = AccessConfig()
    """Groups of this environment, in addition to those of the project and the landing zone."""
    approvers: Annotated[tuple[Approver, ...], Field(min_length=1)] | None = None
    """People of whom one must approve deployments by the MLOps repository: GitHub logins, sign-in addresses of Azure
    DevOps. Left out: in production any reviewer. docs/how-to/mlops.md.
    """
    tags: Tags = Field(default_factory=dict)
    """Tags of this environment, over those of the project."""
    existing: ExistingPartsConfig = ExistingPartsConfig()
    """Parts of it that exist already. docs/how-to/bring-your-own.md."""
    names: NamesConfig = NamesConfig()
    """Own names."""
    generation: Generation = 1
    """Raise by one when a name is still held by something deleted."""

    def every_cluster(self) -> Iterator[tuple[Path, ClusterConfig]]:
        """Returns its clusters and those of projects that share it, each with its path within the environment."""
        for name, cluster in self.clusters.items():
            yield ("clusters", name), cluster
        for member, settings in (self.shared_by or {}).items():
            for name, cluster in settings.clusters.items():
                yield ("sharedBy", member, "clusters", name), cluster

    @property
    def has_scoring(self) -> bool:
        """Returns whether the division of its range builds the scoring subnet."""
        return self.scoring_subnet or self.scoring_nodes > 0

    @property
    def isolates_data(self) -> bool:
        """Returns whether its workspace separates its data in stores that several workspaces use."""
        wanted = self.security.data_isolation
        of_others = self.existing.key_vault is not None or self.existing.container_registry is not None
        return self.registry == "shared" or self.shared_by is not None or of_others if wanted is None else wanted

    def endpoint_policy(self, name: str, cloud: str) -> StorageEndpointPolicyConfig | None:
        """The service endpoint policy of its training subnet; None where it has none. `name`: the environment's.

        Production gets one by default: the required service tag holds storage accounts of every tenant. In clouds other
        than the public one, no page states that the policy accepts Azure ML's alias.
        """
        policy = self.security.storage_endpoint_policy
        if policy is None and self.is_production(name) and cloud == PUBLIC and not self.isolation.managed:
            return StorageEndpointPolicyConfig()
        return policy if policy is not None and policy.enabled else None

    def pushes(self, writers: Collection[str] | None, owner: str) -> bool:
        """Returns whether its workspace pushes images to the shared registry. `writers`: as configured; `owner`: its
        own name there.
        """
        return self.registry == "shared" and (writers is None or owner in writers)

    def is_production(self, name: str) -> bool:
        """Returns whether an environment of this name holds production data."""
        return name not in NON_PRODUCTION if self.production is None else self.production


@extended(Scope.PROJECT)
class ProjectConfig(Config):
    """A project: what it is called, whose it is, and its environments."""

    description: Annotated[str, Field(max_length=200)] = ""
    """Its purpose, in a sentence. Becomes the workspace's description."""
    access: AccessConfig = AccessConfig()
    """Groups of all its environments, in addition to those of the landing zone."""
    tags: Tags = Field(default_factory=dict)
    """Tags of all its environments, over those of the landing zone."""
    environments: Annotated[dict[EnvironmentName, EnvironmentConfig], Field(min_length=1)]
    """Its environments by name: dev, staging, prod or any other name."""
