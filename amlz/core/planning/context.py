"""Common input of every part of planning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from amlz.azure.ids import parse, resource_id
from amlz.core.addresses import AddressPlan, any_production
from amlz.core.capability import Scope
from amlz.core.config import AccessConfig, EnvironmentConfig, LandingZoneConfig
from amlz.core.discovery import uses
from amlz.core.facts.clouds import PUBLIC
from amlz.core.facts.diagnostics import EMITS, STORAGE_CHANGES
from amlz.core.facts.dns import zones_needed
from amlz.core.facts.networks import ENDPOINT_NETWORK_POLICIES, HUB_SUBNETS, NO_ENDPOINT_SECURITY_GROUPS
from amlz.core.name_patterns import NameStyle
from amlz.core.names import NameBook, Namer, kebab
from amlz.core.owners import EnvironmentKey, Owner, words_of
from amlz.core.problems import Path
from amlz.core.shared_subnets import SharedSubnets
from amlz.core.specs import DiagnosticsSpec, Place, TelemetrySpec, ZoneSpec
from amlz.core.specs.common import DIAGNOSTICS
from amlz.core.subscriptions import subscriptions_of
from amlz.core.tags import filled, tag_problems
from amlz.dataclass import dataclass

#: From a kind of name to the field of `hub.names`.
_OWN = {
    "virtualNetwork": "virtual_network",
    "firewall": "firewall",
    "firewallPolicy": "firewall_policy",
    "bastion": "bastion",
}


@dataclass(frozen=True, slots=True)
class Context:
    """The stack file's model, the address plan, and the names given so far.

    Each is empty, or decided once: `dns_zones` by amlz/core/planning/dns.py, `shared_subnets` by
    amlz/core/planning/capabilities.py.
    """

    config: LandingZoneConfig
    addresses: AddressPlan
    names: NameBook
    dns_zones: list[tuple[ZoneSpec, ...]] = field(default_factory=list, init=False, repr=False, compare=False)
    shared_subnets: list[SharedSubnets] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def hub_subscription(self) -> str:
        """Returns the hub's subscription: of an existing one, that of its id; else by default the landing zone's."""
        existing = self.config.hub.elsewhere
        if existing is not None:
            return parse(existing.network).subscription
        return self.config.subscriptions.hub or self.landing_zone_subscription

    @property
    def landing_zone_subscription(self) -> str:
        """The subscription of resources outside of spokes with a separate one."""
        return self.config.subscriptions.landing_zone

    @property
    def landing_zone_subscriptions(self) -> tuple[str, ...]:
        """The subscriptions of the landing zone: the common one, then those of spokes."""
        return subscriptions_of(self.config)

    def spoke_subscription(self, name: str) -> str:
        """Returns the subscription of a spoke and of the environments in it."""
        return self.config.spokes[name].own_subscription or self.landing_zone_subscription

    @property
    def hub_place(self) -> Place:
        """Returns the location of the hub."""
        existing = self.config.hub.elsewhere
        if existing is not None:
            return Place(self.hub_subscription, parse(existing.network).resource_group, self.config.location)
        return Place(
            self.hub_subscription, self.config.hub.names.resource_group or self.group_name("hub"), self.config.location
        )

    @property
    def hub_namer(self) -> Namer:
        """Names of the hub."""
        config = self.config
        identity = (self.hub_subscription, config.business_unit, config.location, "hub", config.hub.generation)
        return self.namer("hub", identity=identity)

    @property
    def style(self) -> NameStyle | None:
        """Returns the names that the stack file sets by patterns and by role; None without `naming`."""
        naming = self.config.naming
        return NameStyle(naming, self.config.location, self.names.made) if naming is not None else None

    def namer(self, *words: str, identity: tuple[str | int, ...] = ()) -> Namer:
        """Names of a part of the landing zone, which `words` name."""
        return Namer((self.config.business_unit, *words), identity, style=self.style)

    def owner_namer(self, owner: Owner, identity: tuple[str | int, ...] = ()) -> Namer:
        """Names of an environment, or of a part that environments share."""
        if not isinstance(owner, EnvironmentKey):
            return self.namer(*words_of(owner), identity=identity)
        return Namer((self.config.business_unit, *owner), identity, owner, self.style)

    def hub_name(self, kind: str) -> str:
        """The name of the hub's one resource of a kind: its own, or the generated one."""
        own: str | None = getattr(self.config.hub.names, _OWN[kind])
        return own or self.hub_namer.name(kind)

    @property
    def hub_tags(self) -> dict[str, str]:
        """Returns the tags of resources in the hub's resource group, or in its counterpart where the hub is
        elsewhere.
        """
        return self.tags(self.config.hub.tags, place=("hub",))

    @property
    def hub_network(self) -> str:
        """The id of the hub's network."""
        existing = self.config.hub.elsewhere
        if existing is not None:
            return existing.network
        return self.hub_place.id("Microsoft.Network/virtualNetworks", self.hub_name("virtualNetwork"))

    @property
    def hub_ranges(self) -> tuple[str, ...]:
        """The ranges of the hub's network; () without one."""
        return self.config.hub.ranges

    @property
    def owner(self) -> str:
        """Returns who decides, for people who are denied something."""
        return f"the platform team of {self.config.organisation} (landing zone {self.config.business_unit})"

    def endpoint_network_policies(self, role: str) -> str:
        """Returns what applies to the private endpoints in a subnet, by its role."""
        if role != "endpoints":
            return ENDPOINT_NETWORK_POLICIES["off"]
        region = self.config.location
        supported = self.config.cloud == PUBLIC and region not in NO_ENDPOINT_SECURITY_GROUPS
        wanted = self.config.endpoint_network_policies or ("securityGroups" if supported else "off")
        return ENDPOINT_NETWORK_POLICIES[wanted]

    @property
    def dns_servers(self) -> tuple[str, ...]:
        """Returns the DNS servers of spokes, where they are decided: () for the firewall that is built here, or for
        Azure's where there is none.
        """
        existing = self.config.hub.elsewhere
        if existing is None or existing.dns_servers:
            return existing.dns_servers if existing is not None else ()
        return (existing.firewall_address,) if existing.firewall_address is not None else ()

    @property
    def zones_place(self) -> Place:
        """Returns the location of private DNS zones: with the hub that is built here, in the configured resource group,
        or in a separate one.

        Those of another stack: where that stack has them.
        """
        group = self.config.dns.resource_group
        if group is not None:
            group_id = parse(group)
            return Place(group_id.subscription, group_id.resource_group, self.config.location)
        zones = self._zones_of_stack
        if zones:
            group_id = parse(next(iter(zones.values())))
            return Place(group_id.subscription, group_id.resource_group, self.config.location)
        if self.config.hub.elsewhere is None:
            return self.hub_place
        return Place(self.landing_zone_subscription, self.group_name("dns"), self.config.location)

    @property
    def dns_mode(self) -> str:
        """Returns the writer of names of private endpoints: as configured, or `hub` for zones of the hub's own
        stack.
        """
        mode = self.config.dns.mode
        return "hub" if mode == "created" and self.config.hub.stack is not None else mode

    @property
    def _zones_of_stack(self) -> Mapping[str, str]:
        """Ids by name of the zones of another stack's hub, where endpoints write to those."""
        stack = self.config.hub.stack
        return stack.outputs.zones if stack is not None and self.dns_mode == "hub" else {}

    @property
    def log_analytics(self) -> str:
        """The id of the central log."""
        elsewhere = self.config.hub.elsewhere
        if elsewhere is not None:
            return elsewhere.log_analytics
        if self.config.hub.log_analytics.existing is not None:
            return self.config.hub.log_analytics.existing
        name = self.config.hub.log_analytics.name or self.hub_namer.unique("logAnalytics")
        return self.hub_place.id("Microsoft.OperationalInsights/workspaces", name)

    @property
    def private_link_scope(self) -> str:
        """The id of the private link scope of Azure Monitor: of the hub that is built here, or of another stack's."""
        hub = self.config.hub
        if hub.stack is not None:
            return hub.stack.outputs.private_link_scope
        if hub.private_link_scope is None:
            return ""
        return self.hub_place.id("Microsoft.Insights/privateLinkScopes", self.hub_namer.name("privateLinkScope"))

    @property
    def telemetry(self) -> TelemetrySpec:
        """Returns whether telemetry is accepted and shown over public addresses: without a scope there is no other
        way.
        """
        hub = self.config.hub
        access = hub.stack.outputs if hub.stack is not None else hub.private_link_scope
        return TelemetrySpec(access.public_ingestion, access.public_queries) if access is not None else TelemetrySpec()

    @property
    def hub_alone(self) -> bool:
        """Returns whether only a hub is built, for other stacks."""
        return not (self.config.spokes or uses(self.config, Scope.LANDING_ZONE))

    @property
    def any_production(self) -> bool:
        """Returns whether one environment holds production data, or one of another stack may."""
        return any_production(self.config)

    @property
    def zones(self) -> tuple[str, ...]:
        """Availability zones as ARM writes them."""
        return tuple(str(zone) for zone in self.config.availability_zones)

    def group_name(self, *words: str, owner: EnvironmentKey | None = None) -> str:
        """The name of a resource group: its region is part of it, since a unit may have landing zones in several.

        `owner`: the environment that it belongs to.
        """
        if owner is not None:
            return self.owner_namer(owner).name("resourceGroup", *words, self.config.location)
        return self.namer(*words).name("resourceGroup", self.config.location)

    def hub_subnet(self, role: str) -> str:
        """Returns the name of a hub's subnet: Azure sets some, and others have the same role in each hub."""
        name = HUB_SUBNETS[role].name
        return self.hub_namer.called("subnet", name, kebab(role)) if name.startswith("snet-") else name

    def hub_subnet_id(self, role: str) -> str:
        """Returns the id of a hub's subnet."""
        return f"{self.hub_network}/subnets/{self.hub_subnet(role)}"

    def rule_group_name(self, role: str) -> str:
        """Returns the name of a rule collection group of the hub's firewall: its role, `rcg-azure-ml`, by default."""
        return self.hub_namer.called("ruleCollectionGroup", role, role.removeprefix("rcg-"))

    def rule_group_id(self, role: str) -> str:
        """Returns the id of a rule collection group of the hub's firewall."""
        kind = "Microsoft.Network/firewallPolicies/ruleCollectionGroups"
        return self.hub_place.id(kind, self.hub_name("firewallPolicy"), self.rule_group_name(role))

    @property
    def diagnostics_name(self) -> str:
        """Returns the name of diagnostic settings."""
        return self.namer().called("diagnosticSetting", DIAGNOSTICS)

    @property
    def zone_group_name(self) -> str:
        """Returns the name of the zone group of each private endpoint."""
        return self.namer().called("zoneGroup", "default")

    def tags(self, *more: Mapping[str, str], owner: EnvironmentKey | None = None, place: Path = ()) -> dict[str, str]:
        """Returns the tags of a resource: its owner's, then the stack file's from the outside in, in any case.

        `owner`: its environment, for placeholders. `place`: the part of the stack file that has its `tags`.
        """
        base = {
            "organisation": self.config.organisation,
            "businessUnit": self.config.business_unit,
            "managedBy": "pulumi",
        }
        merged: dict[str, tuple[str, str]] = {}
        for tags in (base, self.config.tags, *more):
            merged |= {key.lower(): (key, value) for key, value in tags.items()}
        result = filled(dict(merged.values()), self.config, owner)
        self.names.problems += [
            problem for problem in tag_problems(self.config, result, place) if problem not in self.names.problems
        ]
        return result

    def diagnostics(self, target: str) -> DiagnosticsSpec:
        """Everything that a resource can send, to the central log; of storage accounts reads only if configured."""
        kind = parse(target).type
        emits = EMITS[kind]
        tables = "Dedicated" if emits.dedicated else None
        reads = self.config.storage_read_logs or not kind.startswith("Microsoft.Storage/storageAccounts/")
        categories = emits.categories if reads else STORAGE_CHANGES
        metrics, name = emits.metrics, self.diagnostics_name
        return DiagnosticsSpec(target, self.log_analytics, emits.logs, metrics, tables, name, categories)

    def zone(self, name: str) -> ZoneSpec:
        """Returns a private DNS zone: all are in one resource group, unless another stack holds them."""
        if name in self._zones_of_stack:
            return ZoneSpec(name, self._zones_of_stack[name])
        place = self.zones_place
        kind = "Microsoft.Network/privateDnsZones"
        return ZoneSpec(name, resource_id(place.subscription, place.resource_group, kind, name))

    def zones_for(self, group: str) -> tuple[ZoneSpec, ...]:
        """Returns the zones that an endpoint's group ID needs and the program writes to: none where Azure Policy does
        that.
        """
        if self.dns_mode == "policy":
            return ()
        return tuple(self.zone(name) for name in zones_needed(group, self.config.cloud))

    def take(self, kind: str, name: str, within: str | None, path: Path) -> str:
        """Gives a name, and notes it."""
        return self.names.take(kind, name, within, path)


def union(*access: AccessConfig) -> dict[str, tuple[str, ...]]:
    """Returns the principals with access at any of several levels, by kind, sorted."""
    kinds = AccessConfig.model_fields
    return {kind: tuple(sorted({who for level in access for who in getattr(level, kind)})) for kind in kinds}


def registry_is_shared(environment: EnvironmentConfig) -> bool:
    """Returns whether an environment uses the landing zone's registry."""
    return environment.registry == "shared"
