"""The networks of a landing zone: hub, spokes, environments with their subnets and private endpoints, data lake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import with_config
from pydantic.json_schema import SkipJsonSchema

from amlz.azure.graph import Resource
from amlz.core.owners import EnvironmentKey, words_of
from amlz.core.specs import (
    DataLakeSpec,
    KubernetesSpec,
    LakeStoreSpec,
    LogAnalyticsSpec,
    ProjectEnvironmentSpec,
    SpokeSpec,
    records,
)
from amlz.core.words import plural
from amlz.reports.preview import Preview
from amlz.reports.records import IN_JSON


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class PartRecord:
    """A separately drawn part of a network: its kind, its name, and its text."""

    kind: str
    name: str
    says: str = ""


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class SubnetRecord:
    """A subnet by its role. `endpoints`: names of the targets of its private endpoints, with their group IDs."""

    role: str
    cidr: str
    needed: int
    holds: int
    endpoints: tuple[str, ...] = ()


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class EnvironmentRecord:
    """A project environment where its endpoints are. `computes` and `isolation` are in words."""

    key: SkipJsonSchema[str]
    project: str
    name: str
    production: bool
    cidr: str
    workspace: str
    isolation: str
    computes: str
    subnets: tuple[SubnetRecord, ...]
    uses_lake: bool
    on_internet: bool

    @property
    def endpoints(self) -> int:
        """Private endpoints in its subnets."""
        return sum(len(subnet.endpoints) for subnet in self.subnets)


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class Network:
    """A virtual network. `built`: False where it exists already. `peering`: in words, "" for the hub."""

    key: SkipJsonSchema[str]
    title: str
    name: str
    ranges: tuple[str, ...]
    built: bool
    parts: tuple[PartRecord, ...]
    subnets: tuple[SubnetRecord, ...]
    environments: tuple[EnvironmentRecord, ...]
    peering: str = ""


@with_config(IN_JSON)
@dataclass(frozen=True, slots=True)
class Topology:
    """All networks. `on_premises`: ranges of networks beyond the hub; `lake`: the data lake, None where there is none.

    `elsewhere`: environments whose network is not among these.
    """

    hub: Network
    spokes: tuple[Network, ...]
    on_premises: tuple[str, ...]
    lake: PartRecord | None
    zones: int
    elsewhere: tuple[EnvironmentRecord, ...] = ()

    @property
    def says(self) -> str:
        """Returns the whole in a sentence: the replacement for a drawing where it is not seen."""
        environments = [e for spoke in self.spokes for e in spoke.environments]
        endpoints = sum(e.endpoints for e in environments)
        hub = "a hub that exists already" if not self.hub.built else "a hub" if self.hub.ranges else "no hub"
        parts = [f"{hub} with {plural(len(self.spokes), 'spoke')}" if self.spokes else f"{hub} without spokes"]
        if environments:
            count = plural(len(environments), "project environment")
            parts.append(f"{count} with {plural(endpoints, 'private endpoint')}")
        parts += ["a data lake"] if self.lake else []
        return ", ".join(parts)


def topology(preview: Preview) -> Topology:
    """The networks of a preview."""
    plan = preview.plan
    endpoints = _endpoints_by_subnet(preview)
    homes: dict[str, list[EnvironmentRecord]] = {}
    for spec in plan.environments:
        home, environment = _environment(preview, spec, endpoints)
        homes.setdefault(home, []).append(environment)
    spokes = tuple(_spoke(preview, spoke, tuple(homes.pop(spoke.name, ())), endpoints) for spoke in plan.spokes)
    lake = plan.part(DataLakeSpec)
    return Topology(
        hub=_hub(preview, endpoints),
        spokes=spokes,
        on_premises=tuple(preview.config.on_premises),
        lake=_lake(lake) if lake else None,
        zones=len(preview.graph.of_type("Microsoft.Network/privateDnsZones")),
        elsewhere=tuple(environment for item in homes.values() for environment in item),
    )


def _lake(lake: DataLakeSpec) -> PartRecord:
    says = "" if isinstance(lake.store, LakeStoreSpec) else "exists already"
    return PartRecord("data lake", _last(lake.account_id), says)


def _hub(preview: Preview, endpoints: dict[str, tuple[str, ...]]) -> Network:
    plan, hub = preview.plan, preview.plan.hub
    space = plan.addresses.hub
    if hub is None:
        other = plan.organisation.existing_hub
        parts = (
            (PartRecord("firewall", other.firewall_address, "exists already"),)
            if other and other.firewall_address
            else ()
        )
        name = _last(other.network) if other else ""
        return Network("hub", "hub, exists already", name, space.ranges if space else (), False, parts, (), ())
    if hub.network is None:
        return Network("hub", "shared by all spokes", "no hub", (), True, tuple(_parts(preview)), (), ())
    ids = {subnet.cidr: hub.network.subnet_id(subnet.name).lower() for subnet in hub.network.subnets}
    subnets = tuple(
        SubnetRecord(s.role, s.cidr, s.needed, s.holds, endpoints.get(ids.get(s.cidr, ""), ()))
        for block in plan.addresses.hub_blocks
        for s in block.subnets
    )
    return Network("hub", "hub", hub.network.name, hub.network.ranges, True, tuple(_parts(preview)), subnets, ())


def _parts(preview: Preview) -> Iterator[PartRecord]:
    hub = preview.plan.hub
    if hub is None:
        return
    firewall = hub.firewall
    if firewall is not None:
        rules = sum(len(group.network_rules) + len(group.application_rules) for group in firewall.groups)
        yield PartRecord("firewall", firewall.name, f"{firewall.tier}, {plural(rules, 'rule')}")
    for planned in hub.capabilities:
        drawn = planned.part.drawn
        if drawn is not None:
            yield PartRecord(drawn.kind, drawn.name, drawn.details or "")
    if hub.dns.zones:
        yield PartRecord("DNS zones", plural(len(hub.dns.zones), "private DNS zone"))
    if isinstance(hub.log_analytics, LogAnalyticsSpec):
        yield PartRecord("log", hub.log_analytics.name)


def _spoke(
    preview: Preview,
    spoke: SpokeSpec,
    environments: tuple[EnvironmentRecord, ...],
    endpoints: dict[str, tuple[str, ...]],
) -> Network:
    from_spoke = "peered from the spoke; the hub's side is its owner's" if spoke.to_hub else ""
    peering = "peered in both directions" if spoke.from_hub else from_spoke
    owned = {e.key for e in environments}
    space = next(space for space in preview.plan.addresses.spokes if space.network == spoke.name)
    network = spoke.network
    ids = {cidr: subnet.lower() for cidr, subnet in spoke.subnet_ids.items()}
    subnets = tuple(
        SubnetRecord(s.role, s.cidr, s.needed, s.holds, endpoints.get(ids.get(s.cidr, ""), ()))
        for block in space.blocks
        if "-".join(words_of(block.owner)) not in owned
        for s in block.subnets
    )
    title = f"spoke {spoke.name}{', exists already' if network.exists else ''}"
    return Network(
        spoke.name, title, network.name, network.ranges, not network.exists, (), subnets, environments, peering
    )


def _environment(
    preview: Preview, spec: ProjectEnvironmentSpec, endpoints: dict[str, tuple[str, ...]]
) -> tuple[str, EnvironmentRecord]:
    """The spoke's name, and the environment in it."""
    block = preview.plan.addresses.block(EnvironmentKey(spec.project, spec.environment))
    spokes = (spoke for spoke in preview.plan.spokes if spoke.name == block.network)
    ids = {cidr: subnet.lower() for spoke in spokes for cidr, subnet in spoke.subnet_ids.items()}
    managed, lake = spec.workspace.managed_network, preview.plan.part(DataLakeSpec)
    computes = [plural(len(spec.computes.clusters), "cluster")]
    computes += [plural(len(spec.computes.instances), "instance")] if spec.computes.instances else []
    attached = len(tuple(records(spec, KubernetesSpec)))
    computes += [plural(attached, "attached Kubernetes cluster")] if attached else []
    return block.network, EnvironmentRecord(
        key=spec.key,
        project=spec.project,
        name=spec.environment,
        production=spec.production,
        cidr=block.cidr,
        workspace=spec.workspace.name,
        isolation="compute targets in a managed network" if managed else "compute targets in the spoke",
        computes=", ".join(computes),
        subnets=tuple(
            SubnetRecord(s.role, s.cidr, s.needed, s.holds, endpoints.get(ids.get(s.cidr, ""), ()))
            for s in block.subnets
        ),
        uses_lake=lake is not None and lake.used_by(spec.shared_roles),
        on_internet=spec.workspace.public_network_access,
    )


def _endpoints_by_subnet(preview: Preview) -> dict[str, tuple[str, ...]]:
    """Returns the targets of private endpoints, by the id of their subnet in lower case."""
    targets: dict[str, list[str]] = {}
    for endpoint in preview.graph.of_type("Microsoft.Network/privateEndpoints"):
        subnet = endpoint.properties.get("subnet", {}).get("id", "")
        if isinstance(subnet, str):
            targets.setdefault(subnet.lower(), []).append(leads_to(endpoint))
    return {subnet: tuple(names) for subnet, names in targets.items()}


def leads_to(endpoint: Resource) -> str:
    """`blob of stretailchurndev`: the group ID and the name of a private endpoint's target."""
    targets = []
    kinds = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
    for link in (link for kind in kinds for link in endpoint.properties.get(kind) or ()):
        properties = link.get("properties", {})
        target, groups = properties.get("privateLinkServiceId"), properties.get("groupIds") or ()
        name = _last(target) if isinstance(target, str) else "what is known at deployment"
        targets.append(f"{', '.join(groups)} of {name}")
    return "; ".join(targets)


def _last(resource_id: str) -> str:
    return resource_id.rpartition("/")[2]
