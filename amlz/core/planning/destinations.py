"""Destinations of compute targets other than HTTPS hosts: their rules, tasks of their owners, and what they exclude."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from amlz.core.addresses import AddressBlock, environments, spoke_of
from amlz.core.claims import on_premises
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.config.destinations import DestinationConfig
from amlz.core.facts.managed_network import PAGE
from amlz.core.facts.networks import PRIVATE_RANGES
from amlz.core.own_subnets import BUILD
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.context import Context
from amlz.core.problems import Path, Problem, dotted, listed
from amlz.core.specs import NetworkRuleSpec, NsgRuleSpec, OutboundRuleSpec, RuleGroupSpec

#: Priorities of their security rules: the first, and how many there are.
_FIRST, _ROOM = 1000, 3000


def destination_rules(config: LandingZoneConfig, owner: EnvironmentKey, computes: str) -> Iterator[NsgRuleSpec]:
    """Returns the security rules of an environment's destinations, for a subnet of compute targets (its range)."""
    environment = config.projects[owner.project].environments[owner.environment]
    taken: set[int] = set()
    for name, item in sorted(environment.destinations.items()):
        priority = _priority(name)
        while priority in taken:
            priority = _FIRST + (priority + 1 - _FIRST) % _ROOM
        taken.add(priority)
        protocol = item.protocol.capitalize()
        to = _places(config, item)
        yield NsgRuleSpec(f"to-{name}", priority, "Outbound", (computes,), to, item.ports, item.why, protocol)


def _priority(name: str) -> int:
    """Returns a priority that follows from the name alone, so that another destination moves it only by chance."""
    return _FIRST + int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % _ROOM


def destination_group(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the firewall's rules for destinations, each for the environment that names it."""
    rules = tuple(
        NetworkRuleSpec(
            f"{owner.project}-{owner.environment}-{name}",
            (item.protocol,),
            _sources(context.addresses.block(owner)),
            _places(context.config, item),
            item.ports,
            item.why,
        )
        for owner, name, item in _through_firewall(context.config)
    )
    if rules:
        yield RuleGroupSpec("rcg-destinations", 270, network_rules=rules)


def _sources(block: AddressBlock) -> tuple[str, ...]:
    return tuple(subnet.cidr for subnet in block.subnets if subnet.role not in ("endpoints", BUILD))


def outbound_tags(
    config: LandingZoneConfig, environment: EnvironmentConfig, workspace: str
) -> Iterator[OutboundRuleSpec]:
    """Returns the outbound rules of a managed network (of a workspace, by id) for destinations."""
    for name, item in sorted(environment.destinations.items()):
        tag = item.tag(config.location)
        if tag is not None:
            rule = f"tag-{name}"
            yield OutboundRuleSpec(
                rule, "ServiceTag", tag, item.why, PAGE,
                id=f"{workspace}/outboundRules/{rule}", protocol=item.protocol, ports=", ".join(item.ports),
            )  # fmt: skip


def destination_ranges(config: LandingZoneConfig, spoke: str) -> tuple[str, ...]:
    """Returns the ranges that compute targets in a spoke reach through the firewall, each once."""
    ranges = (
        cidr
        for owner, _, item in _through_firewall(config)
        if spoke_of(config, config.projects[owner.project].environments[owner.environment]) == spoke
        for cidr in item.addresses or ()
    )
    return tuple(sorted(set(ranges)))


def private_destinations(groups: Iterable[RuleGroupSpec]) -> tuple[str, ...]:
    """Returns the private ranges that network rules of a firewall allow.

    By default the firewall keeps the source address of connections to them, and their replies take another route:
    https://learn.microsoft.com/azure/firewall/snat-private-range
    """
    rules = (rule for group in groups for rule in group.network_rules)
    ranges = dict.fromkeys(place for rule in rules for place in rule.destinations if place[:1].isdigit())
    private = [IPv4Network(cidr) for cidr in PRIVATE_RANGES]
    return tuple(cidr for cidr in ranges if any(IPv4Network(cidr).subnet_of(outer) for outer in private))


def owners_of_destinations(context: Context) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Returns the tasks of the owners of destinations: the destination, and a sentence each."""
    config = context.config
    for owner, name, item in _all(config):
        places = listed(_places(config, item))
        what = f"destination {name} of {owner.project} {owner.environment}"
        ports = f"{item.protocol} {listed(item.ports)}"
        if config.projects[owner.project].environments[owner.environment].isolation.managed:
            text = f"resources behind {places} let in compute targets: their managed network has no fixed address"
            yield what, (text,)
        elif item.addresses is None:
            text = f"resources behind {places} let in the public address of the hub's firewall, or of its NAT gateway"
            yield what, (text,)
        else:
            subnets = (subnet for block in context.addresses.hub_blocks for subnet in block.subnets)
            own = next((f" ({subnet.cidr})" for subnet in subnets if subnet.role == "firewall"), "")
            wall = f"the subnet of the hub's firewall{own}, which replaces the source"
            yield what, (f"it lets in {ports} to {places} from {wall}",)


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns destinations that an environment cannot have."""
    known = [IPv4Network(cidr) for cidr in on_premises(config)]
    for owner, name, item in _all(config):
        path: Path = ("projects", owner.project, "environments", owner.environment, "destinations", name)
        if (item.addresses is None) == (item.service_tag is None):
            text = "A destination has either `addresses` or `serviceTag`."
            yield Problem(path, text, "Set one of the two, and remove the other.")
            continue
        if item.region is not None and item.service_tag is None:
            yield Problem((*path, "region"), "Only a service tag has a region.", "Remove it.")
        environment = config.projects[owner.project].environments[owner.environment]
        if environment.isolation.managed:
            yield from _of_managed(config, environment, path, item)
            continue
        if config.hub.stack is not None:
            yield Problem(
                path,
                "`hub.stack` names the hub of another stack, whose firewall opens only hosts for this one.",
                "Remove it; `egressHosts` of both stack files opens HTTPS hosts.",
            )
        for index, cidr in enumerate(item.addresses or ()):
            if not any(IPv4Network(cidr).subnet_of(outer) for outer in known):
                yield Problem(
                    (*path, "addresses", index),
                    f"{cidr} is in no range of `onPremises`, apart from networks of this landing zone: no route leads "
                    "to it.",
                    "Add the range of its network to `onPremises`. Networks here are reached without a destination.",
                )


def _of_managed(
    config: LandingZoneConfig, environment: EnvironmentConfig, path: Path, item: DestinationConfig
) -> Iterator[Problem]:
    """Returns why a managed network cannot have a destination."""
    if item.addresses is not None:
        yield Problem(
            (*path, "addresses"),
            "With `isolation: managed` compute targets reach private addresses by private endpoints only.",
            "Remove the destination, or set `isolation: injected`.",
        )
        return
    if not environment.isolation.approved_only:
        yield Problem(
            (*path, "serviceTag"),
            "With `isolation.outbound: internet` every service is open already.",
            "Remove the destination, or set `outbound: approvedOnly`.",
        )
    tag = item.tag(config.location)
    first = next(key for key, other in environment.destinations.items() if other.tag(config.location) == tag)
    if first != path[-1]:
        yield Problem(
            (*path, "serviceTag"),
            f"{dotted((*path[:-1], first))} opens {tag} already: a managed network refuses a second rule to one "
            "destination.",
            "Move its ports there, and remove it.",
        )


def _all(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, str, DestinationConfig]]:
    """Returns every destination with its environment and its name."""
    for project, environment_name, environment in environments(config):
        for name, item in environment.destinations.items():
            yield EnvironmentKey(project, environment_name), name, item


def _through_firewall(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, str, DestinationConfig]]:
    """Returns destinations of compute targets in subnets, in the order of their names."""
    for owner, name, item in sorted(_all(config), key=lambda row: row[:2]):
        if not config.projects[owner.project].environments[owner.environment].isolation.managed:
            yield owner, name, item


def _places(config: LandingZoneConfig, item: DestinationConfig) -> tuple[str, ...]:
    """Returns the ranges of a destination, or its service tag."""
    tag = item.tag(config.location)
    return (tag,) if tag is not None else item.addresses or ()
