"""The address plan: from ranges and intent to subnets, and whether all of it fits.

The stack file lists all ranges, so nothing ever moves by itself: an environment's range alone decides its subnets, and
counts of nodes only decide whether they fit. A missing range, or one that does not fit, is a problem with the numbers
and, where there is one, the next free range to write down.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from ipaddress import IPv4Network

from amlz.core.capability import SharedSubnet
from amlz.core.claims import Claims
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.discovery import asked_for_all
from amlz.core.facts.dns import ENDPOINT_ADDRESSES
from amlz.core.facts.networks import (
    ENVIRONMENT_SHARES,
    MANAGED_SHARES,
    RESERVED_ADDRESSES,
    SMALLEST_ENVIRONMENT,
    SMALLEST_SUBNET,
)
from amlz.core.hub_layout import check_hub_subnets, hub_subnets
from amlz.core.own_subnets import BUILD, built_shares, check_subnets, configured_subnets
from amlz.core.owners import HUB_OWNER, EnvironmentKey, Owner
from amlz.core.problems import Path, Problem, dotted
from amlz.core.ranges import ClaimedRanges, Free, free_ranges, next_free
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SubnetRange:
    """The range of a subnet. `needed`: addresses that the stack file requires, growth included; `holds`: those that
    Azure leaves.
    """

    role: str
    cidr: str
    needed: int

    @property
    def holds(self) -> int:
        """Addresses that resources can have."""
        return IPv4Network(self.cidr).num_addresses - RESERVED_ADDRESSES


@dataclass(frozen=True, slots=True)
class AddressBlock:
    """A range of the plan and the subnets in it. `network`: hub, or the name of a spoke."""

    owner: Owner
    network: str
    cidr: str
    subnets: tuple[SubnetRange, ...]


@dataclass(frozen=True, slots=True)
class AddressSpace:
    """A virtual network's ranges, their content, and free ranges."""

    network: str
    ranges: tuple[str, ...]
    blocks: tuple[AddressBlock, ...]
    free: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExistingAddressSpace:
    """Ranges of a virtual network that exists. Their content is not known."""

    network: str
    ranges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddressPlan:
    """Every network of a landing zone. `hub`: None where there is none."""

    hub: AddressSpace | ExistingAddressSpace | None
    spokes: tuple[AddressSpace, ...]

    @property
    def spaces(self) -> tuple[AddressSpace | ExistingAddressSpace, ...]:
        """All of them, the hub first."""
        return (*((self.hub,) if self.hub is not None else ()), *self.spokes)

    @property
    def blocks(self) -> tuple[AddressBlock, ...]:
        """The blocks of networks that are built, those of the hub first."""
        return (*self.hub_blocks, *(block for space in self.spokes for block in space.blocks))

    @property
    def hub_blocks(self) -> tuple[AddressBlock, ...]:
        """The blocks of a hub that is built."""
        return self.hub.blocks if isinstance(self.hub, AddressSpace) else ()

    def block(self, owner: Owner) -> AddressBlock:
        """The block of an owner. Raises KeyError where there is none."""
        for block in self.blocks:
            if block.owner == owner:
                return block
        raise KeyError(owner)


def plan_addresses(config: LandingZoneConfig) -> tuple[AddressPlan, tuple[Problem, ...]]:
    """Lays out all networks. The plan is complete even where there are problems, as far as it can be."""
    claims = Claims()
    hub = _hub(config, claims)
    for name, spoke in config.spokes.items():
        for index, cidr in enumerate(spoke.address_space):
            claims.build(cidr, ("spokes", name, "addressSpace", index))
    for index, cidr in enumerate(config.hub.serves):
        claims.claim(cidr, ("hub", "serves", index))
    for index, cidr in enumerate(config.on_premises):
        claims.route(cidr, ("onPremises", index))
    problems = claims.problems
    spokes = _spokes(config, problems)
    return AddressPlan(hub, tuple(spokes)), tuple(problems)


def environments(config: LandingZoneConfig) -> Iterator[tuple[str, str, EnvironmentConfig]]:
    """Returns every project environment: project, environment, and its configuration."""
    for project, settings in config.projects.items():
        for name, environment in settings.environments.items():
            yield project, name, environment


def any_production(config: LandingZoneConfig) -> bool:
    """Returns whether one environment holds production data. Those of other stacks may, and share the hub."""
    return bool(config.hub.serves) or any(one.is_production(name) for _, name, one in environments(config))


def spoke_of(config: LandingZoneConfig, environment: EnvironmentConfig) -> str | None:
    """Returns the spoke of an environment: the configured one, or the only one. None where that leaves a choice."""
    if environment.spoke is not None:
        return environment.spoke if environment.spoke in config.spokes else None
    return next(iter(config.spokes)) if len(config.spokes) == 1 else None


def endpoint_groups(environment: EnvironmentConfig) -> tuple[str, ...]:
    """Returns the groups of an environment's private endpoints: of its workspace, of capabilities, of destinations."""
    added = asked_for_all(lambda planner: planner.endpoints, environment)
    kinds = (item.kind for item in environment.destinations.values() if not environment.isolation.managed)
    return (*workspace_endpoint_groups(environment), *added, *(kind.group for kind in kinds if kind is not None))


def workspace_endpoint_groups(environment: EnvironmentConfig) -> tuple[str, ...]:
    """Returns the groups of the private endpoints of a workspace and of the services that it requires."""
    vault, registry = environment.existing.key_vault, environment.existing.container_registry
    keys = ("vault",) if vault is None or vault.endpoint_range is None else ()
    own = environment.registry == "own" and (registry is None or registry.endpoint_range is None)
    batch = ("queue", "table") if environment.batch else ()
    return ("amlworkspace", *keys, *(("registry",) if own else ()), "blob", "file", *batch)


def needs(environment: EnvironmentConfig) -> dict[str, int]:
    """Addresses that an environment needs by role of subnet, growth included, what Azure keeps not included."""
    built = built_roles(environment)
    return {role: count for role, count in _needs_of_all(environment).items() if role in built}


def _needs_of_all(environment: EnvironmentConfig) -> dict[str, int]:
    """The same for every role, also for subnets that the environment does not have."""
    builds, apart = environment.image_build.max_nodes, BUILD in configured_subnets(environment)
    nodes = sum(cluster.max_nodes for _, cluster in environment.every_cluster()) + (0 if apart else builds)
    wanted = {
        "training": nodes + len(environment.instances),
        BUILD: builds,
        # A registry's endpoint takes one more for each region of a copy.
        "endpoints": sum(ENDPOINT_ADDRESSES[group] for group in endpoint_groups(environment))
        + len(environment.registry_replicas),
        "scoring": environment.scoring_nodes,
    }
    return {role: math.ceil(n * (100 + environment.growth) / 100) for role, n in wanted.items()}


def built_roles(environment: EnvironmentConfig) -> tuple[str, ...]:
    """Returns the subnets of an environment by role: those with configured ranges, else those of its division."""
    return tuple(configured_subnets(environment)) or tuple(role for role, _, _ in built_shares(environment))


def shares(environment: EnvironmentConfig) -> tuple[tuple[str, float, int], ...]:
    """Returns the division of an environment's range: with a managed network all of it is for endpoints."""
    return MANAGED_SHARES if environment.isolation.managed else ENVIRONMENT_SHARES


def smallest_range(environment: EnvironmentConfig) -> int:
    """The longest prefix of a range of which every subnet is of Azure's smallest size at least."""
    return SMALLEST_SUBNET if environment.isolation.managed else SMALLEST_ENVIRONMENT


def smallest_prefix(environment: EnvironmentConfig) -> int:
    """Returns the longest prefix of a range in which an environment's subnets hold the required addresses."""
    needed, divided = needs(environment), shares(environment)
    for prefix in range(smallest_range(environment), 7, -1):
        if all(2 ** (32 - prefix - bits) - RESERVED_ADDRESSES >= needed.get(role, 0) for role, _, bits in divided):
            return prefix
    return 8


def subnets_of(
    cidr: str, needed: dict[str, int], divided: tuple[tuple[str, float, int], ...] = ENVIRONMENT_SHARES
) -> tuple[SubnetRange, ...]:
    """Returns the subnets of an environment's range: the range alone decides their position."""
    network = IPv4Network(cidr)
    ranges = []
    for role, start, bits in divided:
        first = network.network_address + int(network.num_addresses * start)
        ranges.append(SubnetRange(role, f"{first}/{network.prefixlen + bits}", needed[role]))
    return tuple(ranges)


def _hub_elsewhere(config: LandingZoneConfig, ranges: tuple[str, ...], claims: Claims) -> ExistingAddressSpace:
    """Returns a hub that is not built here."""
    path: Path = ("hub", config.hub.elsewhere_key, *(("outputs",) if config.hub.stack is not None else ()))
    for index, cidr in enumerate(ranges):
        claims.claim(cidr, (*path, "addressSpace", index))
    return ExistingAddressSpace("hub", ranges)


def _hub(config: LandingZoneConfig, claims: Claims) -> AddressSpace | ExistingAddressSpace | None:
    elsewhere = config.hub.elsewhere
    if elsewhere is not None:
        return _hub_elsewhere(config, elsewhere.address_space, claims)
    if not config.hub.network:
        return None
    cidr, path = config.hub.address_space, ("hub", "addressSpace")
    claims.build(cidr, path)
    claims.problems.extend(check_hub_subnets(config))
    subnets = tuple(SubnetRange(*row) for row in hub_subnets(config))
    if not subnets and config.hub.builds_firewall:  # the range is too small
        return AddressSpace("hub", (cidr,), (), ())
    block = AddressBlock(HUB_OWNER, "hub", cidr, subnets)
    return AddressSpace("hub", (cidr,), (block,), free_ranges((cidr,), (s.cidr for s in subnets)))


def _spokes(config: LandingZoneConfig, problems: list[Problem]) -> Iterator[AddressSpace]:
    blocks: dict[str, list[AddressBlock]] = {name: [] for name in config.spokes}
    paths = {name: ClaimedRanges() for name in config.spokes}
    misfits: list[tuple[Path, EnvironmentConfig, str, str]] = []
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        spoke = spoke_of(config, environment)
        if spoke is None:
            problems.extend(_without_spoke(config, environment, path))
            continue
        if environment.network is None:
            misfits.append((path, environment, spoke, "It has no range of addresses."))
            continue
        network = IPv4Network(environment.network)
        subnets = _subnets_if_large_enough(network, environment)
        divided = () if environment.subnets else subnets  # configured ranges have separate messages
        wrong = _wrong_range(network, divided, config.spokes[spoke].address_space, paths[spoke])
        problems.extend(check_subnets(environment, _needs_of_all(environment), path))
        wrong = wrong or _too_small(network, environment)
        if wrong:
            misfits.append((path, environment, spoke, wrong))
        paths[spoke].add(network, (*path, "network"))
        blocks[spoke].append(AddressBlock(EnvironmentKey(project, name), spoke, environment.network, subnets))
    for shared in asked_for_all(lambda planner: planner.shared_endpoints, config):
        if shared.subnet is not None and shared.subnet.spoke is not None:
            block, wrong_range = _shared(config, shared.groups, shared.subnet, paths[shared.subnet.spoke])
            blocks[block.network].append(block)
            problems.extend(wrong_range)
    spaces = {
        name: AddressSpace(
            name,
            config.spokes[name].address_space,
            tuple(sorted(blocks_of_spoke, key=lambda b: IPv4Network(b.cidr))),
            free_ranges(config.spokes[name].address_space, (str(network) for network, _ in paths[name])),
        )
        for name, blocks_of_spoke in blocks.items()
    }
    left = {name: Free(space.free) for name, space in spaces.items()}
    for path, environment, spoke, wrong in misfits:
        free = left[spoke].take(smallest_prefix(environment))  # each is offered to one environment only
        problems.append(_misfit(path, environment, wrong, f"spoke {spoke}", free))
    return iter(spaces.values())


def _shared(
    config: LandingZoneConfig, groups: tuple[str, ...], subnet: SharedSubnet, claims: ClaimedRanges
) -> tuple[AddressBlock, tuple[Problem, ...]]:
    """The subnet of endpoints that environments share, or of another role, all of its range, which none of an
    environment may touch; and its problem, if any. `claims`: of its spoke.
    """
    assert subnet.spoke is not None, "the spoke is known"
    network, ranges = IPv4Network(subnet.cidr), config.spokes[subnet.spoke].address_space
    needed = subnet.needed + sum(ENDPOINT_ADDRESSES[group] for group in groups)
    built = (SubnetRange(subnet.role, subnet.cidr, needed),)
    block = AddressBlock(subnet.owner, subnet.spoke, subnet.cidr, built)
    wrong = _wrong_range(network, (), ranges, claims)
    if network.prefixlen > SMALLEST_SUBNET:
        wrong = wrong or f"{network} holds {network.num_addresses} addresses; Azure's smallest subnet takes 8."
    wrong = wrong or _full(built if subnet.needed else ())
    if not wrong:
        claims.add(network, subnet.path)
        return block, ()
    prefix = min(SMALLEST_SUBNET, 32 - (needed + RESERVED_ADDRESSES - 1).bit_length())
    free = next_free(free_ranges(ranges, (str(other) for other, _ in claims)), prefix)
    if free:
        claims.add(IPv4Network(free), subnet.path)  # each is offered once
    full = f"Spoke {subnet.spoke} has none free: give it another range."
    remedy = f"Free in spoke {subnet.spoke}: {free}." if free else full
    return block, (Problem(subnet.path, wrong, remedy),)


def _without_spoke(config: LandingZoneConfig, environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    """The problems of an environment whose spoke is unknown: those of its size are of no spoke."""
    yield _no_spoke(config, environment, path)
    wrong = "It has no range of addresses."
    if environment.network is not None:
        network = IPv4Network(environment.network)
        yield from check_subnets(environment, _needs_of_all(environment), path)
        subnets = () if environment.subnets else _subnets_if_large_enough(network, environment)
        wrong = _full(subnets) or _too_small(network, environment)
    if wrong:
        yield Problem((*path, "network"), wrong, _room_needed(environment))


def _no_spoke(config: LandingZoneConfig, environment: EnvironmentConfig, path: Path) -> Problem:
    names = ", ".join(config.spokes)
    if not names:
        return Problem(path, "It needs a spoke, and there is none.", "Add one under `spokes`.", absent=True)
    if environment.spoke is not None:
        return Problem(
            (*path, "spoke"), f"There is no spoke {environment.spoke!r}.", f"Spokes here: {names}.", absent=True
        )
    return Problem(
        path,
        f"It names no spoke, and there are {len(config.spokes)}.",
        f"Add spoke: one of {names}.",
        absent=True,
    )


def _subnets_if_large_enough(network: IPv4Network, environment: EnvironmentConfig) -> tuple[SubnetRange, ...]:
    configured = configured_subnets(environment)
    if configured:
        return tuple(SubnetRange(role, cidr, needs(environment)[role]) for role, cidr in configured.items())
    if network.prefixlen > smallest_range(environment):
        return ()
    return subnets_of(str(network), needs(environment), built_shares(environment))


def _too_small(network: IPv4Network, environment: EnvironmentConfig) -> str:
    """That a range does not hold its subnets at their smallest, or nothing."""
    smallest = smallest_range(environment)
    if network.prefixlen <= smallest or environment.subnets is not None:
        return ""
    least = "one subnet" if environment.isolation.managed else "three subnets"
    takes = "takes" if environment.isolation.managed else "take"
    return (
        f"{network} holds {network.num_addresses} addresses; {least} of Azure's smallest size {takes} "
        f"{2 ** (32 - smallest)}."
    )


def _wrong_range(
    network: IPv4Network,
    subnets: tuple[SubnetRange, ...],
    ranges: tuple[str, ...],
    others: ClaimedRanges,
) -> str:
    """Returns the reason why an environment's range cannot be used; nothing if it can."""
    overlap = others.first_overlap(network)
    if overlap is not None:
        other, path = overlap
        shared = min(network.num_addresses, other.num_addresses)
        return f"{network} overlaps {other} of {dotted(path)}: {shared:,} addresses are in both."
    if not any(network.subnet_of(IPv4Network(cidr)) for cidr in ranges):
        return f"{network} is not inside its spoke ({', '.join(ranges)})."
    return _full(subnets)


def _full(subnets: tuple[SubnetRange, ...]) -> str:
    """That subnets have fewer addresses than they need, or nothing."""
    return " ".join(
        f"{s.needed} addresses for {s.role} do not fit: {s.cidr} has {s.holds}, "
        f"Azure keeps {RESERVED_ADDRESSES} of {s.holds + RESERVED_ADDRESSES}."
        for s in subnets
        if s.holds < s.needed
    )


def _misfit(path: Path, environment: EnvironmentConfig, wrong: str, spoke: str, free: str | None) -> Problem:
    place = f"Free in {spoke}: {free}." if free else f"{spoke.capitalize()} has none free: give it another range."
    return Problem((*path, "network"), wrong, f"{_room_needed(environment)} {place}")


def _room_needed(environment: EnvironmentConfig) -> str:
    prefix = smallest_prefix(environment)
    counts = ", ".join(f"{count} for {role}" for role, count in needs(environment).items() if count)
    return f"It needs a /{prefix} or larger ({counts}, with {environment.growth} % growth)."
