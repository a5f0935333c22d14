"""Facts of a stack that are compared with those of the other stacks of its folder, and what is found between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from amlz.checks.finding import Check, Severity
from amlz.core.capability import SharedUse
from amlz.core.config import LandingZoneConfig
from amlz.core.names import NameBook, TakenName
from amlz.core.owners import EnvironmentKey
from amlz.core.plan import LandingZonePlan
from amlz.core.planning.context import Context
from amlz.core.planning.shared_uses import shared_uses
from amlz.core.problems import Path
from amlz.core.specs import PrivateEndpointSpec, SpokeSpec, records
from amlz.dataclass import dataclass
from amlz.stackfile.load import StackFile

#: The kind of name that represents all definitions of policies at a scope.
DEFINITIONS = "policyDefinitions"


@dataclass(frozen=True, slots=True)
class StackRange:
    """A range in a stack. `network`: the ID of its network in lower case, None for one on premises.

    `block`: the range of an environment in its network, not of the network.
    """

    cidr: IPv4Network
    network: str | None
    path: Path
    block: bool = False


@dataclass(frozen=True, slots=True)
class StackFacts:
    """Facts of a stack. `hub`: the ID of the network that its spokes are peered with, or of a spoke.

    `gateway`: networks on premises are connected to that hub. `names`: of resources that are built, in lower case.
    `records`: paths of private endpoints to resources that exist, by the ID of the resource and of the zone.
    """

    file: StackFile
    hub: str
    gateway: bool
    ranges: tuple[StackRange, ...]
    names: Mapping[TakenName, Path]
    uses: tuple[SharedUse, ...]
    records: Mapping[tuple[str, str], Path]

    def builds_network(self, network: str) -> bool:
        """Returns whether a network is built here. `network`: its ID in lower case."""
        group, _, name = network.partition("/providers/microsoft.network/virtualnetworks/")
        return TakenName("virtualNetwork", group, name) in self.names


@dataclass(frozen=True, slots=True)
class StackKey:
    """A key of a stack file. `line`: of it, or of the nearest key above it."""

    stack: str
    file: str
    line: int
    path: Path


@dataclass(frozen=True, slots=True)
class BetweenStacks:
    """Something that is wrong between stacks: the keys that cause it, at least one in each of them."""

    check: str
    severity: Severity
    message: str
    remedy: str
    source: str
    keys: tuple[StackKey, ...]


def finding_of(
    check: Check,
    keys: Iterable[tuple[StackFacts, Path]],
    words: Mapping[str, str],
    severity: Severity | None = None,
    remedy: str | None = None,
) -> BetweenStacks:
    """Returns a finding of a check. `severity`, `remedy`: where they are not the usual ones."""
    places = tuple(
        StackKey(stack.file.stack, stack.file.display_path, stack.file.locate(path), path) for stack, path in keys
    )
    message = check.says.format(**words)
    return BetweenStacks(check.id, severity or check.severity, message, remedy or check.remedy, check.source, places)


def facts_of(file: StackFile, plan: LandingZonePlan) -> StackFacts:
    """Returns the facts of a planned stack."""
    context = Context(file.config, plan.addresses, NameBook())
    uses = tuple(shared_uses(context))
    outside = {identity.lower() for identity in plan.outside}
    peerings = [
        (TakenName("peering", spoke.from_hub.network_id.lower(), spoke.from_hub.name.lower()), spoke.name)
        for spoke in plan.spokes
        if spoke.from_hub is not None
    ]
    names = {name: path for name, path in plan.names.items() if not _of_others(name, outside)}
    names |= {name: ("spokes", spoke) for name, spoke in peerings}
    scopes = {
        definition.id.partition("/providers/Microsoft.Authorization")[0] for definition in plan.policies.definitions
    }
    names |= {TakenName(DEFINITIONS, scope.lower(), scope): ("policies", "createDefinitions") for scope in scopes}
    paths = {use.id.lower(): use.path for use in reversed(uses)}
    return StackFacts(
        file=file,
        hub=(context.hub_network if file.config.hub.network else plan.spokes[0].network.id).lower(),
        gateway=_has_gateway(file.config, plan.spokes),
        ranges=tuple(_ranges(context, plan)),
        names=names,
        uses=uses,
        records={
            (endpoint.target.lower(), zone.id.lower()): paths[endpoint.target.lower()]
            for endpoint in records(plan, PrivateEndpointSpec)
            if endpoint.target.lower() in paths
            for zone in endpoint.zones
        },
    )


def _of_others(name: TakenName, outside: set[str]) -> bool:
    """Returns whether a name is of a container in a lake that exists, which is not built here."""
    return name.kind == "container" and name.within in outside


def _has_gateway(config: LandingZoneConfig, spokes: tuple[SpokeSpec, ...]) -> bool:
    return config.hub.gateway_subnet or any(
        spoke.to_hub is not None and spoke.to_hub.use_remote_gateways for spoke in spokes
    )


def _ranges(context: Context, plan: LandingZonePlan) -> Iterator[StackRange]:
    """Returns the ranges of the hub, of spokes with the blocks of environments in them, and of networks on premises."""
    hub = context.hub_network.lower()
    at: Path = ("hub", "addressSpace") if plan.hub else ("hub",)
    for cidr in context.hub_ranges:
        yield StackRange(IPv4Network(cidr), hub, at)
    networks = {spoke.name: spoke.network.id.lower() for spoke in plan.spokes}
    for space in plan.addresses.spokes:
        network = networks[space.network]
        for index, cidr in enumerate(space.ranges):
            yield StackRange(IPv4Network(cidr), network, ("spokes", space.network, "addressSpace", index))
        for block in space.blocks:
            owner = block.owner
            path: Path = ("spokes", space.network)
            if isinstance(owner, EnvironmentKey):
                path = ("projects", owner.project, "environments", owner.environment, "network")
            yield StackRange(IPv4Network(block.cidr), network, path, block=True)
    for index, cidr in enumerate(context.config.on_premises):
        yield StackRange(IPv4Network(cidr), None, ("onPremises", index))
