"""Destinations of compute targets other than HTTPS hosts: their rules, tasks of their owners, and what they exclude."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

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
from amlz.core.specs import DestinationEndpointSpec, NetworkRuleSpec, NsgRuleSpec, OutboundRuleSpec, RuleGroupSpec

if TYPE_CHECKING:
    from amlz.core.planning.environment_context import EnvironmentContext

#: Priorities of their security rules: the first, and how many there are.
_FIRST, _ROOM = 1000, 3000
#: With this role on a resource, the identity of a workspace approves endpoints of its managed network.
_APPROVER = "Azure AI Enterprise Network Connection Approver"


def destination_rules(
    config: LandingZoneConfig, owner: EnvironmentKey, computes: str, endpoints: str
) -> Iterator[NsgRuleSpec]:
    """Returns the security rules of an environment's destinations, for a subnet of compute targets (its range).

    `endpoints`: the range of its private endpoints.
    """
    items = config.projects[owner.project].environments[owner.environment].destinations
    for name, priority in _priorities(items).items():
        item = items[name]
        to, protocol = _places(config, item) or (endpoints,), item.protocol.capitalize()
        yield NsgRuleSpec(f"to-{name}", priority, "Outbound", (computes,), to, item.open_ports, item.why, protocol)


def inbound_rules(environment: EnvironmentConfig, endpoints: str, computes: Iterable[str]) -> Iterator[NsgRuleSpec]:
    """Returns the security rules of a subnet of private endpoints for those of destinations, a port a rule.

    `endpoints`, `computes`: ranges. Port 443 is open for all endpoints.
    """
    sources, items = tuple(computes), environment.destinations
    ports = {
        f"{name}-{port}": (port, item.why)
        for name, item in items.items()
        if item.resource is not None and not environment.isolation.managed
        for port in item.open_ports
        if port != "443"
    }
    for name, priority in _priorities(ports).items():
        port, why = ports[name]
        yield NsgRuleSpec(f"to-{name}", priority, "Inbound", sources, (endpoints,), (port,), why, "Tcp")


def _priorities(names: Iterable[str]) -> dict[str, int]:
    """Returns priorities that follow from names alone, so that another name moves one only by chance."""
    priorities: dict[str, int] = {}
    for name in sorted(names):
        priority = _FIRST + int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % _ROOM
        while priority in priorities.values():
            priority = _FIRST + (priority + 1 - _FIRST) % _ROOM
        priorities[name] = priority
    return priorities


def destination_endpoints(env: EnvironmentContext) -> tuple[DestinationEndpointSpec, ...]:
    """Returns the private endpoints of destinations in a spoke. Owners of the resources approve the connections."""
    if env.settings.isolation.managed:
        return ()
    request = f"Azure ML of {env.context.config.business_unit}: {env.project}, {env.name}"
    return tuple(
        DestinationEndpointSpec(
            _label(name), replace(env.endpoint(item.kind.group, item.resource, label=_label(name)), request=request)
        )
        for name, item in sorted(env.settings.destinations.items())
        if item.kind is not None and item.resource is not None
    )


def _label(name: str) -> str:
    return f"to-{name}"


def linked_resources(config: LandingZoneConfig) -> tuple[str, ...]:
    """Returns the ids of resources that are destinations."""
    return tuple(item.resource for _, _, item in _all(config) if item.resource is not None)


def destination_group(context: Context) -> Iterator[RuleGroupSpec]:
    """Returns the firewall's rules for destinations, each for the environment that names it."""
    rules = tuple(
        NetworkRuleSpec(
            f"{owner.project}-{owner.environment}-{name}",
            (item.protocol,),
            _sources(context.addresses.block(owner)),
            _places(context.config, item),
            item.open_ports,
            item.why,
        )
        for owner, name, item in _through_firewall(context.config)
    )
    if rules:
        yield RuleGroupSpec("rcg-destinations", 270, network_rules=rules)


def _sources(block: AddressBlock) -> tuple[str, ...]:
    return tuple(subnet.cidr for subnet in block.subnets if subnet.role not in ("endpoints", BUILD))


def outbound_destinations(
    config: LandingZoneConfig, environment: EnvironmentConfig, workspace: str
) -> Iterator[OutboundRuleSpec]:
    """Returns the outbound rules of a managed network (of a workspace, by id) for destinations."""
    for name, item in sorted(environment.destinations.items()):
        tag = item.tag(config.location)
        if item.kind is not None and item.resource is not None:
            rule = f"pe-{_label(name)}"
            rule_id = f"{workspace}/outboundRules/{rule}"
            yield OutboundRuleSpec(rule, "PrivateEndpoint", item.resource, item.why, PAGE, item.kind.group, rule_id)
        if tag is not None:
            rule = f"tag-{name}"
            yield OutboundRuleSpec(
                rule, "ServiceTag", tag, item.why, PAGE,
                id=f"{workspace}/outboundRules/{rule}", protocol=item.protocol, ports=", ".join(item.open_ports),
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
    for owner, name, item in _all(context.config):
        yield f"destination {name} of {owner.project} {owner.environment}", (_task(context, owner, (name, item)),)


def _task(context: Context, owner: EnvironmentKey, destination: tuple[str, DestinationConfig]) -> str:
    """Returns the task of the owner of a destination, as a sentence."""
    (name, item), config = destination, context.config
    managed = config.projects[owner.project].environments[owner.environment].isolation.managed
    places, ports = listed(_places(config, item)), f"{item.protocol} {listed(item.open_ports)}"
    if item.resource is not None:
        endpoint = f"private endpoint {context.owner_namer(owner).name('privateEndpoint', _label(name))}"
        if managed:
            own = f"or the workspace's identity has the role {_APPROVER} on it"
            return f"the private endpoint of the managed network is approved, {own}: until then nothing reaches it"
        return f"the {endpoint} is approved: until then nothing reaches it"
    if managed:
        return f"resources behind {places} let in compute targets: their managed network has no fixed address"
    if item.addresses is None:
        return f"resources behind {places} let in the public address of the hub's firewall, or of its NAT gateway"
    subnets = (subnet for block in context.addresses.hub_blocks for subnet in block.subnets)
    own = next((f" ({subnet.cidr})" for subnet in subnets if subnet.role == "firewall"), "")
    return f"it lets in {ports} to {places} from the subnet of the hub's firewall{own}, which replaces the source"


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns destinations that an environment cannot have."""
    linked: dict[str, Path] = {}
    for owner, name, item in _all(config):
        path: Path = ("projects", owner.project, "environments", owner.environment, "destinations", name)
        wrong = tuple(_shape(item, path))
        yield from wrong
        if wrong:
            continue
        environment = config.projects[owner.project].environments[owner.environment]
        if environment.isolation.managed:
            yield from _of_managed(config, environment, path, item)
        else:
            yield from _of_subnets(config, path, item)
        first = linked.setdefault(item.resource.lower(), path) if item.resource is not None else path
        if first != path and not environment.isolation.managed:
            yield Problem(
                (*path, "resource"),
                f"{dotted(first)} has it, too: the names of one of the two endpoints would replace those of the other.",
                "Remove one of them, or give each environment a separate resource.",
            )


def _shape(item: DestinationConfig, path: Path) -> Iterator[Problem]:
    """Returns keys of a destination that are missing, or of another form of it."""
    forms = [form for form in (item.addresses, item.service_tag, item.resource) if form is not None]
    if len(forms) != 1:
        text = "A destination has one of `addresses`, `serviceTag` and `resource`."
        yield Problem(path, text, "Set one of the three, and remove the others.")
        return
    if item.region is not None and item.service_tag is None:
        yield Problem((*path, "region"), "Only a service tag has a region.", "Remove it.")
    if item.resource is not None and item.protocol == "UDP":
        yield Problem((*path, "protocol"), "Private endpoints accept TCP only.", "Remove it.")
    if item.resource is None and item.ports is None:
        yield Problem(path, "It has no `ports`.", "Add them, such as `ports: [1433]`.")


def _of_subnets(config: LandingZoneConfig, path: Path, item: DestinationConfig) -> Iterator[Problem]:
    """Returns why compute targets in a subnet cannot have a destination."""
    known = [IPv4Network(cidr) for cidr in on_premises(config)]
    if config.hub.stack is not None:
        yield Problem(
            path,
            "`hub.stack` names the hub of another stack, which has rules and zones only for what it opens itself.",
            "Remove it; `egressHosts` of both stack files opens HTTPS hosts.",
        )
    for index, cidr in enumerate(item.addresses or ()):
        if not any(IPv4Network(cidr).subnet_of(outer) for outer in known):
            yield Problem(
                (*path, "addresses", index),
                f"{cidr} is in no range of `onPremises`, apart from networks of this landing zone: no route leads to "
                "it.",
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
    if item.resource is not None:
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
    """Returns destinations of compute targets in subnets without an endpoint, in the order of their names."""
    for owner, name, item in sorted(_all(config), key=lambda row: row[:2]):
        managed = config.projects[owner.project].environments[owner.environment].isolation.managed
        if not managed and item.resource is None:
            yield owner, name, item


def _places(config: LandingZoneConfig, item: DestinationConfig) -> tuple[str, ...]:
    """Returns the ranges of a destination, or its service tag; () for a resource."""
    tag = item.tag(config.location)
    return (tag,) if tag is not None else item.addresses or ()
