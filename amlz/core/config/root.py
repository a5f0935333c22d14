"""The whole configuration under `amlz:landingZone` of a stack file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from amlz.azure.ids import parse
from amlz.core.capability import Scope
from amlz.core.config.accepted import AcceptedFindingConfig
from amlz.core.config.allowed_loss import AllowedEndConfig, AllowedLossConfig
from amlz.core.config.cost import CostConfig
from amlz.core.config.dns import DnsConfig
from amlz.core.config.egress import EgressHostsConfig
from amlz.core.config.environment import ProjectConfig
from amlz.core.config.existing import DdosPlanId
from amlz.core.config.existing_spoke import ExistingSpokeConfig
from amlz.core.config.hub import HubConfig
from amlz.core.config.names import SpokeNamesConfig
from amlz.core.config.naming import NamingConfig
from amlz.core.config.policies import PoliciesConfig
from amlz.core.config.shared import (
    AccessConfig,
    Config,
    Generation,
    Guid,
    Location,
    Network,
    OwnName,
    RegistryReplicas,
    RegistryRetention,
    RequiredTags,
    Tags,
    Word,
)
from amlz.core.discovery import extended
from amlz.core.facts.clouds import PUBLIC, CloudName


class SubscriptionsConfig(Config):
    """Subscriptions by role. They may be one."""

    landing_zone: Guid
    """Where spokes, projects and their environments go, apart from spokes with a separate one."""
    hub: Guid | None = None
    """Where the hub, its DNS zones and the central log go. Default: the landing zone's."""


@extended(Scope.SPOKE)
class SpokeConfig(Config):
    """A virtual network for project environments, peered with the hub: created here, or one that exists."""

    address_space: Annotated[tuple[Network, ...], Field(min_length=1)]
    """Its ranges. Add one when it is full."""
    subscription: Guid | None = None
    """The subscription of its network and of all environments in it. Default: `subscriptions.landingZone`."""
    existing: ExistingSpokeConfig | None = None
    """Its network, where that exists already. docs/how-to/organisation.md."""
    tags: Tags = Field(default_factory=dict)
    """Tags of its network, route table and resource group, over those of the landing zone."""
    names: SpokeNamesConfig = SpokeNamesConfig()
    """Own names."""

    @property
    def own_subscription(self) -> str | None:
        """Returns its subscription, where that is not the landing zone's: of a network that exists, that of its id."""
        return parse(self.existing.virtual_network).subscription if self.existing is not None else self.subscription

    @property
    def existing_group(self) -> str | None:
        """Returns its resource group, where that exists: a name or an id."""
        return self.existing.resource_group if self.existing is not None else None


class SharedRegistryConfig(Config):
    """A container registry that several environments share."""

    name: OwnName | None = Field(default=None, json_schema_extra={"maxLength": 50})
    """An own name instead of the generated one: 5 to 50 letters or digits, unique in Azure."""
    resource_group: OwnName | None = None
    """An own name of its resource group."""
    writers: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Environments whose workspaces push images, as `project/environment`; the others only pull. Left out: all."""
    retention_days: RegistryRetention | None = None
    """Days after which images without a tag are deleted. Left out: never."""
    replicas: RegistryReplicas = ()
    """Other regions with a copy of all images, each billed as a registry. docs/explanation/recovery.md."""
    tags: Tags = Field(default_factory=dict)
    """Tags of it, its endpoint and its resource group, over those of the landing zone."""
    generation: Generation = 1
    """Raise by one when the name is still held by something deleted."""


EGRESS_SCENARIOS = Literal["pythonPackages", "rPackages", "visualStudioCode", "huggingFace", "autoML"]


@extended(Scope.LANDING_ZONE)
class LandingZoneConfig(Config):
    """A landing zone: a hub, its spokes, and projects in their environments."""

    schema_version: Literal[1]
    """The version of this model."""
    organisation: Annotated[str, StringConstraints(min_length=2, max_length=40)]
    """Owner of the landing zone. Becomes a tag."""
    business_unit: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,9}$")]
    """The unit it is for: 2 to 10 lower-case letters or digits. Becomes part of names."""
    cloud: CloudName = PUBLIC
    """The Azure cloud: the public one, Azure Government, or Azure operated by 21Vianet. docs/reference/clouds.md."""
    tenant_id: Guid
    """The Entra tenant."""
    location: Location
    """The region of everything."""
    availability_zones: tuple[Literal[1, 2, 3], ...] = (1, 2, 3)
    """The zones of the region, over which what can is spread. Empty for a region without."""
    subscriptions: SubscriptionsConfig
    """Subscriptions by role."""
    hub: HubConfig
    """The hub."""
    dns: DnsConfig = DnsConfig()
    """Private DNS zones of endpoints."""
    spokes: dict[Word, SpokeConfig] = Field(default_factory=dict)
    """Spokes by name. At least one, unless the hub is for other stacks: then `hub.serves` names their ranges."""
    endpoint_network_policies: Literal["securityGroups", "all", "off"] | None = None
    """Security groups of the subnets of private endpoints apply to the endpoints, or not; with `all`, routes do, too,
    and connections from on-premises pass the hub's firewall. Left out: security groups apply, except where Azure does
    not support it (other clouds than the public one, four regions). docs/explanation/hub.md."""
    protect_networks: bool = True
    """Pulumi refuses to delete or replace networks, the firewall, the VPN gateway and private DNS zones that production
    uses. docs/explanation/guard.md."""
    ddos_protection_plan: DdosPlanId | None = None
    """The id of a DDoS protection plan that exists, in any subscription of the tenant. The networks of hub and spokes
    that are built here join it. docs/how-to/organisation.md."""
    on_premises: tuple[Network, ...] = ()
    """Ranges in use elsewhere. A summary route is allowed: it contains whole networks of this stack, not a part of one.
    """
    egress: tuple[EGRESS_SCENARIOS, ...] = ()
    """Hosts for compute clusters beyond those of Azure ML itself; docs/reference/egress.md lists them."""
    egress_hosts: dict[Word, EgressHostsConfig] = Field(default_factory=dict)
    """Other hosts that compute targets may reach, by a name for the rule."""
    shared_registry: SharedRegistryConfig | None = None
    """A container registry for the environments with `registry: shared`."""
    storage_read_logs: bool = False
    """Sends the log of each read of a storage account to the central log, too: who read what. Training reads much."""
    access: AccessConfig = AccessConfig()
    """Groups of all environments."""
    naming: NamingConfig | None = None
    """Names by patterns of the organisation, and own names of single resources."""
    tags: Tags = Field(default_factory=dict)
    """Tags of everything. Values of all tags can have placeholders: `{organisation}`, `{businessUnit}`, `{project}`,
    `{environment}`, `{region}`. docs/how-to/own-names.md.
    """
    required_tags: RequiredTags = Field(default_factory=dict)
    """Tags that every resource must have, each with its allowed values; `[]` for any value."""
    projects: dict[Word, ProjectConfig] = Field(default_factory=dict)
    """Projects by name."""
    cost: CostConfig = CostConfig()
    """Prices and assumptions of the monthly estimate. docs/how-to/cost.md."""
    policies: PoliciesConfig = PoliciesConfig()
    """Azure policies: guardrails, further assignments, exemptions."""
    accepted_findings: tuple[AcceptedFindingConfig, ...] = ()
    """Findings of the preview that are accepted for a time."""
    allow_replace: tuple[AllowedLossConfig, ...] = ()
    """Resources that hold data, or keep their name, and may be replaced nevertheless."""
    allow_delete: tuple[AllowedLossConfig, ...] = ()
    """Resources that hold data, or keep their name, and may be deleted nevertheless."""
    allow_production_end: tuple[AllowedEndConfig, ...] = ()
    """Environments that may stop being production, each until a date."""
    keep_api_version_aliases: bool = False
    """Keep the SDK's generated aliases: once, for a stack that was made with older resource tokens. Slow."""

    @model_validator(mode="before")
    @classmethod
    def _asks_for_spokes(cls, value: Any) -> Any:
        """Reports missing spokes at the key, and not where there may be none."""
        if not isinstance(value, dict):
            return value
        hub = value.get("hub")
        if isinstance(hub, dict) and hub.get("serves"):
            return {key: item for key, item in value.items() if (key, item) != ("spokes", {})}
        return {"spokes": "", **value}

    @field_validator("spokes", mode="before")
    @classmethod
    def _some(cls, value: Any) -> Any:
        if value == "":
            raise PydanticCustomError("missing", "it is missing")
        if value == {}:
            raise PydanticCustomError("too_short", "it is empty", {"min_length": 1})
        return value
