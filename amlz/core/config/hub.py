"""The hub in the stack file: the network that all spokes share, and the central log."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from amlz.core.capability import Scope
from amlz.core.config.existing import ExistingHubConfig, HubElsewhere, LogAnalyticsId
from amlz.core.config.hub_stack import HubStackConfig
from amlz.core.config.names import HubNamesConfig
from amlz.core.config.private_link_scope import PrivateLinkScopeConfig
from amlz.core.config.shared import Config, Generation, Network, OwnName, Tags
from amlz.core.config.tls_inspection import TlsInspectionConfig
from amlz.core.config.virtual_wan import VirtualWanConfig
from amlz.core.discovery import extended


class FirewallConfig(Config):
    """Azure Firewall: the only way from the spokes to anywhere else."""

    tier: Literal["Standard", "Premium", "None"] = "Standard"
    """Premium adds intrusion detection, which is then set to deny. None builds no firewall, where every environment has
    `isolation: managed`. docs/explanation/hub.md.
    """
    threat_intelligence: Literal["Deny", "Alert"] = "Deny"
    """Action on traffic from and to known malicious addresses."""
    policy_analytics: bool = False
    """Reports in the central log how often each rule is used, and rules that are too wide. Azure bills it.
    docs/explanation/hub.md.
    """
    tls_inspection: TlsInspectionConfig | None = None
    """Decrypts connections to sign-in or selected `egressHosts`. Needs tier Premium. docs/how-to/tls-inspection.md."""


class LogAnalyticsConfig(Config):
    """The central Log Analytics workspace, to which everything sends its diagnostics."""

    existing: LogAnalyticsId | None = None
    """The id of one that exists already, in whichever subscription. It excludes all other settings here."""
    retention_days: Annotated[int, Field(ge=30, le=730, strict=True)] = 90
    """How long logs are kept, in days."""
    daily_cap_gb: Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)] | None = None
    """Most gigabytes taken in a day; further data is lost until the next. None means no cap."""
    shared_keys: bool = False
    """Accepts data with a key of the workspace, as agents without an identity need. Diagnostic settings need no key."""
    name: OwnName | None = Field(default=None, json_schema_extra={"maxLength": 63})
    """An own name instead of the generated one."""


class HubSubnetsConfig(Config):
    """Ranges of the hub's subnets, inside its own. They replace the fixed offsets of all subnets that are built."""

    firewall: Network | None = None
    """The firewall: /26 or larger."""
    bastion: Network | None = None
    """Azure Bastion: /26 or larger."""
    gateway: Network | None = None
    """Gateways: /27 or larger."""
    endpoints: Network | None = None
    """Private endpoints of what several environments share."""
    resolver_inbound: Network | None = None
    """Inbound endpoint of the DNS resolver: /28 or larger."""
    resolver_outbound: Network | None = None
    """Outbound endpoint of the DNS resolver: /28 or larger."""
    jump_hosts: Network | None = None
    """Jump hosts, which Azure Bastion reaches."""


@extended(Scope.HUB)
class HubConfig(Config):
    """The hub: created here, which takes `addressSpace`, an existing one, that of another stack, or one of Virtual
    WAN. Or none, with `network: false`.
    """

    # Shows the choice in editors; error messages come from the checks.
    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["addressSpace"]},
                {"required": ["existing"]},
                {"required": ["stack"]},
                {"required": ["virtualWan"]},
                {"required": ["network"], "properties": {"network": {"const": False}}},
            ]
        }
    )

    existing: ExistingHubConfig | None = None
    """A hub that exists already. It excludes all other settings of the hub."""
    stack: HubStackConfig | None = None
    """A hub that another stack of this program builds. It excludes all other settings of the hub."""
    virtual_wan: VirtualWanConfig | None = None
    """A hub of Azure Virtual WAN that exists. It excludes all other settings here. docs/how-to/organisation.md."""
    network: bool = True
    """Builds the hub's network. If false, there is no hub: no firewall, no gateway, no peering. Every environment then
    has `isolation: managed`. docs/explanation/hub.md.
    """
    address_space: Network = ""
    """The range of a hub that is created, /24 or larger. docs/reference/addresses.md lays out its start."""
    subnets: HubSubnetsConfig | None = None
    """Ranges of its subnets. Its range may then be smaller than /24."""
    firewall: FirewallConfig = FirewallConfig()
    """The firewall and its policy."""
    gateway_subnet: bool = False
    """Builds the subnet for a VPN or ExpressRoute gateway that another team builds."""
    gateway: bool = False
    """Spokes use the gateway that another team built in that subnet: set it once the gateway exists."""
    private_link_scope: PrivateLinkScopeConfig | None = None
    """A private link scope of Azure Monitor: telemetry stays in the network."""
    log_analytics: LogAnalyticsConfig = LogAnalyticsConfig()
    """The central log."""
    serves: tuple[Network, ...] = ()
    """Ranges of spokes that other stacks peer with this hub. The firewall opens for them the destinations that Azure ML
    requires, and `egress` and `egressHosts` of this file; all private DNS zones that a landing zone may need are
    built.
    """
    tags: Tags = Field(default_factory=dict)
    """Tags of everything in its resource group, over those of the landing zone."""
    names: HubNamesConfig = HubNamesConfig()
    """Own names."""
    generation: Generation = 1
    """Raise by one when a name of the hub is still held by something deleted."""

    @model_validator(mode="before")
    @classmethod
    def _asks_for_its_range(cls, value: Any) -> Any:
        """A hub that is created needs its range: its error points to the key."""
        if not isinstance(value, dict) or any(
            value.get(other) is not None for other in ("existing", "stack", "virtualWan")
        ):
            return value
        if value.get("network") is False:
            return value
        return {"addressSpace": "", **value}

    @field_validator("address_space", mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        if value == "":
            raise PydanticCustomError("missing", "it is missing")
        return value

    @property
    def builds_firewall(self) -> bool:
        """Returns whether a firewall is built here."""
        return self.builds_network and self.firewall.tier != "None"

    @property
    def ranges(self) -> tuple[str, ...]:
        """The ranges of its network; () without one."""
        if self.elsewhere is not None:
            return self.elsewhere.address_space
        return (self.address_space,) if self.network else ()

    @property
    def builds_network(self) -> bool:
        """Returns whether its network is built here."""
        return self.elsewhere is None and self.network

    @property
    def elsewhere(self) -> HubElsewhere | None:
        """The hub, where it is not built here: one that exists, that another stack builds, or of Virtual WAN."""
        source = self.stack or self.existing or self.virtual_wan
        return source.hub if source is not None else None

    @property
    def elsewhere_key(self) -> str:
        """Returns the key that names a hub that is not built here."""
        return "stack" if self.stack is not None else "existing" if self.existing is not None else "virtualWan"

    @property
    def log_key(self) -> str:
        """Returns the key that names a central log that exists."""
        return f"hub.{self.elsewhere_key}.logAnalytics" if self.elsewhere is not None else "hub.logAnalytics.existing"
