"""A spoke's plan: its network, the rules of its subnets, and its peering with the hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amlz.core.addresses import AddressBlock, AddressSpace
from amlz.core.claims import on_premises
from amlz.core.config import EnvironmentConfig
from amlz.core.config.shared import camel
from amlz.core.facts.egress import PACKAGES, required_hosts
from amlz.core.own_subnets import BUILD, configured_subnets, named_subnets
from amlz.core.owners import EnvironmentKey, Owner, words_of
from amlz.core.planning.capabilities import (
    compute_rules_of,
    endpoint_rules_of,
    hub_links,
    nodes_of,
    shared_subnet,
    subnet_rules_of,
)
from amlz.core.planning.context import Context, registry_is_shared
from amlz.core.planning.destinations import destination_ranges, destination_rules, inbound_rules
from amlz.core.planning.dns import zone_links
from amlz.core.planning.exfiltration import FILTERED, plan_endpoint_policy
from amlz.core.planning.existing_spoke import existing_network, routes_to
from amlz.core.planning.gateway import gateway_is_used
from amlz.core.planning.hub import ranges_in_hub
from amlz.core.planning.network_protection import spoke_is_protected
from amlz.core.planning.parts import ranges_of_parts
from amlz.core.planning.places import (
    network_place,
    spoke_namer,
    spoke_network,
    spoke_network_id,
    spoke_place,
    spoke_route_table,
    subnet_id,
    subnet_name,
)
from amlz.core.planning.roles import readers_of_group
from amlz.core.planning.rules import Reach, compute_rules, computes_of, endpoint_rules, from_builds, readers_of
from amlz.core.planning.virtual_wan import plan_connection
from amlz.core.problems import Path
from amlz.core.specs import (
    ExistingSubnetSpec,
    NetworkSecurityGroupSpec,
    NsgRuleSpec,
    PeeringSpec,
    Place,
    ResourceGroupSpec,
    RouteTableSpec,
    SpokeSpec,
    SubnetSpec,
    VirtualNetworkSpec,
)


def plan_spoke(context: Context, name: str) -> SpokeSpec:
    """A spoke and all subnets of the environments in it."""
    place, tags = spoke_place(context, name), context.tags(context.config.spokes[name].tags, place=("spokes", name))
    _take_names(context, name, place)
    hub = context.config.hub
    firewall = hub.elsewhere.firewall_address is not None if hub.elsewhere is not None else hub.builds_firewall
    table, ranges = spoke_route_table(context, name), destination_ranges(context.config, name)
    routes = RouteTableSpec(table, place, tags, destinations=ranges) if firewall else None
    groups: list[NetworkSecurityGroupSpec] = []
    subnets: list[SubnetSpec] = []
    space = next(space for space in context.addresses.spokes if space.network == name)
    settings = {block.owner: plan_endpoint_policy(context, name, block.owner) for block in space.blocks}
    policies = {
        owner: policy for owner, policy in settings.items() if policy is not None and not _named(context, owner)
    }
    for block in space.blocks:
        rules = _rules(context, block)
        names = _named(context, block.owner)
        for subnet in (subnet for subnet in block.subnets if subnet.role not in names):
            group = _security_group(context, place, block, (subnet.role, rules[subnet.role]))
            groups.append(group)
            filtered = policies[block.owner].id if subnet.role in FILTERED and block.owner in policies else None
            within = spoke_network_id(context, name)
            subnet_ = subnet_name(context, block.owner, subnet.role)
            name_ = context.take("subnet", subnet_, within, _path(context, block))
            own = SubnetSpec(group.role, name_, subnet.cidr, group.id, routes.id if routes else None, filtered)
            if not isinstance(block.owner, EnvironmentKey):
                own = replace(own, delegation=shared_subnet(context, block).delegation)
            subnets.append(replace(own, endpoint_network_policies=context.endpoint_network_policies(subnet.role)))
    network = VirtualNetworkSpec(
        name=spoke_network(context, name),
        place=network_place(context, name),
        ranges=context.config.spokes[name].address_space,
        subnets=tuple(subnets),
        diagnostics=context.diagnostics(spoke_network_id(context, name)),
        tags=tags,
        protect=spoke_is_protected(context, name),
        ddos_plan=context.config.ddos_protection_plan,
        exists=context.config.spokes[name].existing is not None,
    )
    theirs = tuple(_theirs(context, space, ranges))
    to_hub, from_hub = (*peerings(context, name), None, None)[:2]
    own_group = ResourceGroupSpec(place, tags, exists=context.config.spokes[name].existing_group is not None)
    return SpokeSpec(
        name=name,
        group=own_group,
        security_groups=tuple(groups),
        routes=routes if subnets or not theirs else None,
        network=network,
        to_hub=to_hub,
        from_hub=from_hub,
        links=zone_links(context, f"spoke-{name}", network.id),
        dns_servers=context.dns_servers,
        second_dns_server=hub_links(context).second_dns_server,
        endpoint_policies=tuple(policies.values()),
        group_roles=readers_of_group(context, "spokeGroup", own_group.id),
        existing=existing_network(context, name, theirs, bool(subnets)),
        connection=plan_connection(context, name),
    )


def _named(context: Context, owner: Owner) -> dict[str, str]:
    """Returns the names of subnets that exist, by role."""
    if not isinstance(owner, EnvironmentKey):
        return {}
    return named_subnets(context.config.projects[owner.project].environments[owner.environment])


def _theirs(context: Context, space: AddressSpace, destinations: tuple[str, ...]) -> Iterator[ExistingSubnetSpec]:
    """Yields the requirements for subnets that exist in a spoke. `destinations`: ranges that the firewall leads to."""
    for block in space.blocks:
        names = _named(context, block.owner)
        rules = _rules(context, block) if names else {}
        policy = plan_endpoint_policy(context, space.network, block.owner) if names else None
        definitions = policy.definitions if policy is not None else ()
        for subnet in (subnet for subnet in block.subnets if subnet.role in names):
            filtered = subnet.role in FILTERED and bool(definitions)
            yield ExistingSubnetSpec(
                names[subnet.role],
                subnet.cidr,
                subnet.needed,
                rules[subnet.role],
                tuple(routes_to(context, destinations).items()),
                context.endpoint_network_policies(subnet.role),
                ("Microsoft.Storage",) if filtered else (),
                tuple(r for definition in definitions for r in definition.resources) if filtered else (),
            )


def _take_names(context: Context, name: str, place: Place) -> None:
    """Notes the names of a spoke's resource group, network and route table, at the path of the configured ones."""
    settings = context.config.spokes[name]
    own = settings.names
    subscription = f"/subscriptions/{place.subscription}"
    rows = (
        ("resourceGroup", "resource_group", place.resource_group, subscription),
        ("virtualNetwork", "virtual_network", spoke_network(context, name), place.group_id),
        ("routeTable", "route_table", spoke_route_table(context, name), place.group_id),
    )
    exist = {"virtualNetwork": settings.existing is not None, "resourceGroup": settings.existing_group is not None}
    for kind, field, text, within in (row for row in rows if not exist.get(row[0])):
        setting: Path = ("names", camel(field)) if getattr(own, field) else ()
        context.take(kind, text, within, ("spokes", name, *setting))


def _rules(context: Context, block: AddressBlock) -> dict[str, tuple[NsgRuleSpec, ...]]:
    if not isinstance(block.owner, EnvironmentKey):
        shared = shared_subnet(context, block)
        if shared.role != "endpoints":
            return {shared.role: subnet_rules_of(context, shared)}
        computes = (
            cidr
            for owner in shared.users
            for cidr in (*readers_of(context.addresses.block(owner)), *nodes_of(context, owner))
        )
        return {"endpoints": endpoint_rules(block.cidr, computes, people_ranges(context))}
    project, name = block.owner
    environment = context.config.projects[project].environments[name]
    ranges = {subnet.role: subnet.cidr for subnet in block.subnets}
    scenarios, packages = _scenarios(context, environment)
    servers, names = name_servers(context)
    reach = Reach(
        endpoints=ranges["endpoints"],
        shared_endpoints=ranges_in_hub(context, "endpoints") if registry_is_shared(environment) else (),
        telemetry=_telemetry(context),
        name_servers=servers,
        names=names,
        region=context.config.location,
        choices=frozenset({"highBusinessImpact"} if environment.security.high_business_impact else ()),
        scenarios=scenarios,
        packages=packages,
        parts=ranges_of_parts(environment),
    )
    own_resources = inbound_rules(environment, ranges["endpoints"], readers_of(block))
    more = (*endpoint_rules_of(environment, ranges["endpoints"]), *own_resources)
    inside = endpoint_rules(ranges["endpoints"], computes_of(block), people_ranges(context), more, files=True)
    by_role = {"endpoints": inside}
    for role, cidr in ranges.items():
        if role == BUILD:
            by_role[role] = compute_rules(cidr, from_builds(reach))
        elif role != "endpoints":
            added = compute_rules_of(context, block.owner, cidr)
            own = destination_rules(context.config, block.owner, cidr, reach.endpoints)
            by_role[role] = compute_rules(cidr, reach, (*added, *own))
    return by_role


def name_servers(context: Context) -> tuple[tuple[str, ...], str]:
    """Returns the DNS servers of compute targets, and a description of them."""
    existing, second = context.config.hub.elsewhere, hub_links(context).second_dns_server
    firewall = "the firewall's proxy"
    if existing is not None:
        return context.dns_servers, "the hub's DNS servers" if existing.dns_servers else firewall
    inside = ranges_in_hub(context, "firewall")
    return ((*inside, second), f"{firewall}, then the DNS resolver") if second else (inside, firewall)


def _scenarios(context: Context, environment: EnvironmentConfig) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the names of host rules: for all compute targets, and for the build subnet alone where there is one."""
    config = context.config
    hosts = {name: own.packages for name, own in sorted(config.egress_hosts.items())}
    settings = {scenario: scenario in PACKAGES for scenario in config.egress} | hosts
    apart = BUILD in configured_subnets(environment)
    packages = tuple(name for name, only_builds in settings.items() if only_builds and apart)
    own_hosts = (row.name for row in required_hosts(config.cloud))
    return (*own_hosts, *(name for name in settings if name not in packages)), packages


def people_ranges(context: Context) -> tuple[str, ...]:
    """Ranges from which people, and the hub's firewall, reach endpoints."""
    return (*context.hub_ranges, *on_premises(context.config))


def _path(context: Context, block: AddressBlock) -> Path:
    """The path of the key that a block's owner has in the stack file."""
    owner = block.owner
    if isinstance(owner, EnvironmentKey):
        return ("projects", owner.project, "environments", owner.environment)
    return shared_subnet(context, block).path


def _security_group(
    context: Context, place: Place, block: AddressBlock, rules: tuple[str, tuple[NsgRuleSpec, ...]]
) -> NetworkSecurityGroupSpec:
    role, security_rules = rules
    words = words_of(block.owner)
    name = context.owner_namer(block.owner).name("networkSecurityGroup", role)
    path = _path(context, block)
    context.take("networkSecurityGroup", name, place.group_id, path)
    target = place.id("Microsoft.Network/networkSecurityGroups", name)
    owner = block.owner if isinstance(block.owner, EnvironmentKey) else None
    of_owner = {"project": owner.project, "environment": owner.environment} if owner else {}
    spoke = context.config.spokes[block.network]
    tags = context.tags(spoke.tags, of_owner, owner=owner, place=("spokes", block.network))
    return NetworkSecurityGroupSpec(
        f"{'-'.join(words)}-{role}", name, place, security_rules, context.diagnostics(target), tags
    )


def peerings(context: Context, name: str) -> tuple[PeeringSpec, ...]:
    """The sides of a spoke's peering that are built here: its own, and the hub's unless that is left to others. ()
    without a hub, with one of Virtual WAN, and for a network that exists, which its owner peers.

    A spoke can use a gateway only once that exists and the hub's side allows it: then its own side is created last.
    """
    wan = context.config.hub.virtual_wan is not None
    if wan or not context.config.hub.network or context.config.spokes[name].existing is not None:
        return ()
    hub, spoke, place = context.hub_network, spoke_network_id(context, name), spoke_place(context, name)
    network = spoke_network(context, name)
    settings, existing = context.config.hub, context.config.hub.elsewhere
    namer = spoke_namer(context, name)
    to_hub = context.take("peering", namer.called("peering", "peer-hub", "hub"), spoke, ("spokes", name))
    own = PeeringSpec(to_hub, network, place, hub, allow_gateway_transit=False)
    if existing is not None and not existing.writes:
        return (replace(own, use_remote_gateways=existing.gateway),)
    # An existing hub has third-party peerings: there the name includes the owner.
    words = (context.config.business_unit, "spoke", name, context.config.location) if existing else ("spoke", name)
    built = hub_links(context).gateway
    gateway = gateway_is_used(context)
    from_hub = context.hub_namer.called("peering", "-".join(("peer", *words)), "spoke", name)
    theirs = PeeringSpec(
        context.take("peering", from_hub, hub, ("spokes", name)),
        hub.rsplit("/", 1)[-1],
        context.hub_place,
        spoke,
        allow_gateway_transit=gateway or settings.gateway_subnet,
        after=() if gateway else (own.id,),
    )
    if not gateway:
        return own, theirs
    stands = (built,) if existing is None and built is not None else ()
    return replace(own, use_remote_gateways=True, after=(theirs.id, *stands)), theirs


def _telemetry(context: Context) -> tuple[str, ...]:
    """The ranges with the endpoint of the private link scope, if any: of another stack's hub its ranges are known."""
    if not context.private_link_scope:
        return ()
    return ranges_in_hub(context, "endpoints") if context.config.hub.stack is None else context.hub_ranges


def endpoints_subnet(context: Context, spoke: str, owner: Owner) -> str:
    """The id of the subnet in which an environment's private endpoints are."""
    return subnet_id(context, spoke, owner, "endpoints")
