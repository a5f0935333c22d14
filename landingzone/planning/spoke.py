"""A spoke's plan: its network, the rules of its subnets, and its peering with the hub."""

from __future__ import annotations

from landingzone import lake
from landingzone.addresses import Block
from landingzone.config import EnvironmentConfig
from landingzone.facts.egress import required_hosts
from landingzone.names import Namer
from landingzone.planning.context import Context, registry_is_shared
from landingzone.planning.dns import zone_links
from landingzone.planning.exfiltration import ROLE, plan_endpoint_policy
from landingzone.planning.hub import hub_subnet
from landingzone.planning.lake_places import access_of, endpoints_range, lake_users
from landingzone.planning.parts import ranges_of_parts
from landingzone.planning.places import spoke_namer, spoke_network_id, spoke_place
from landingzone.planning.rules import Reach, compute_rules, computes_of, endpoint_rules
from landingzone.problems import Path
from landingzone.specs import (
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
    place, namer = spoke_place(context, name), spoke_namer(context, name)
    path: Path = ("spokes", name)
    context.take("resourceGroup", place.resource_group, f"/subscriptions/{place.subscription}", path)
    context.take("virtualNetwork", namer.name("virtualNetwork"), place.group_id, path)
    routes = RouteTableSpec(namer.name("routeTable"), place, context.tags())
    groups: list[NetworkSecurityGroupSpec] = []
    subnets: list[SubnetSpec] = []
    space = next(space for space in context.addresses.spokes if space.network == name)
    asked = {block.owner: plan_endpoint_policy(context, name, block.owner) for block in space.blocks}
    policies = {owner: policy for owner, policy in asked.items() if policy is not None}
    for block in space.blocks:
        for role, rules in _rules(context, block).items():
            group = _security_group(context, place, block, (role, rules))
            groups.append(group)
            cidr = next(subnet.cidr for subnet in block.subnets if subnet.role == role)
            filtered = policies[block.owner].id if role == ROLE and block.owner in policies else ""
            subnets.append(SubnetSpec(subnet_name(block.owner, role), cidr, group.id, routes.id, filtered))
    network = VirtualNetworkSpec(
        name=namer.name("virtualNetwork"),
        place=place,
        ranges=context.config.spokes[name].address_space,
        subnets=tuple(subnets),
        uses_firewall_dns=True,
        diagnostics=context.diagnostics(spoke_network_id(context, name)),
        tags=context.tags(),
    )
    to_hub, *from_hub = peerings(context, name)
    own_group = ResourceGroupSpec(place, context.tags())
    return SpokeSpec(
        name=name,
        group=own_group,
        security_groups=tuple(groups),
        routes=routes,
        network=network,
        to_hub=to_hub,
        from_hub=from_hub[0] if from_hub else None,
        links=zone_links(context, f"spoke-{name}", network.id),
        dns_servers=context.dns_servers,
        endpoint_policies=tuple(policies.values()),
    )


def subnet_name(owner: str, role: str) -> str:
    """The name of an environment's subnet. `owner`: `<project>/<environment>`."""
    return f"snet-{owner.replace('/', '-')}-{role}"


def _environment(context: Context, owner: str) -> EnvironmentConfig:
    project, name = owner.split("/")
    return context.config.projects[project].environments[name]


def _rules(context: Context, block: Block) -> dict[str, tuple[NsgRuleSpec, ...]]:
    if block.owner == lake.OWNER:
        return {"endpoints": endpoint_rules(block.cidr, _lake_computes(context), _people(context))}
    environment, existing = _environment(context, block.owner), context.config.hub.elsewhere
    ranges = {subnet.role: subnet.cidr for subnet in block.subnets}
    project, name = block.owner.split("/")
    own_hosts = (row.name for row in required_hosts(context.config.cloud))
    reach = Reach(
        endpoints=ranges["endpoints"],
        shared_endpoints=hub_subnet(context, "endpoints") if registry_is_shared(environment) else "",
        name_servers=context.dns_servers or (hub_subnet(context, "firewall"),),
        names="the hub's DNS servers" if existing is not None and existing.dns_servers else "the firewall's proxy",
        region=context.config.location,
        choices=frozenset({"highBusinessImpact"} if environment.security.high_business_impact else ()),
        scenarios=(*own_hosts, *context.config.egress, *sorted(context.config.egress_hosts)),
        lake=endpoints_range(context) if access_of(context.config, (project, name), environment) else "",
        parts=ranges_of_parts(environment),
    )
    return {
        role: endpoint_rules(cidr, computes_of(block), _people(context))
        if role == "endpoints"
        else compute_rules(cidr, reach)
        for role, cidr in ranges.items()
    }


def _people(context: Context) -> tuple[str, ...]:
    """Ranges from which people, and the hub's firewall, reach endpoints."""
    return (*context.hub_ranges, *context.config.on_premises)


def _lake_computes(context: Context) -> tuple[str, ...]:
    """Ranges of the computes that use the data lake."""
    blocks = (context.addresses.block("/".join(owner)) for owner, _, _ in lake_users(context.config))
    return tuple(cidr for block in blocks for cidr in computes_of(block))


def _security_group(
    context: Context, place: Place, block: Block, rules: tuple[str, tuple[NsgRuleSpec, ...]]
) -> NetworkSecurityGroupSpec:
    role, found = rules
    words = tuple(block.owner.split("/"))
    name = Namer((context.config.business_unit, *words), ()).name("networkSecurityGroup", role)
    path: Path = ("projects", words[0], "environments", words[1]) if len(words) > 1 else ("dataLake", "network")
    context.take("networkSecurityGroup", name, place.group_id, path)
    target = place.id("Microsoft.Network/networkSecurityGroups", name)
    tags = context.tags({"project": words[0], "environment": words[1]} if len(words) > 1 else {})
    return NetworkSecurityGroupSpec(f"{'-'.join(words)}-{role}", name, place, found, context.diagnostics(target), tags)


def peerings(context: Context, name: str) -> tuple[PeeringSpec, ...]:
    """The sides of a spoke's peering that are built here: its own, and the hub's unless that is left to others."""
    hub, spoke, place = context.hub_network, spoke_network_id(context, name), spoke_place(context, name)
    network = spoke_namer(context, name).name("virtualNetwork")
    own = PeeringSpec("peer-hub", network, place, hub, allow_gateway_transit=False)
    settings, existing = context.config.hub, context.config.hub.elsewhere
    if existing is not None and not existing.peer_from_hub:
        return (own,)
    # In a hub that exists there are peerings of others: there the name says whose it is.
    words = (context.config.business_unit, "spoke", name, context.config.location) if existing else ("spoke", name)
    return (
        own,
        PeeringSpec(
            "-".join(("peer", *words)),
            hub.rsplit("/", 1)[-1],
            context.hub_place,
            spoke,
            allow_gateway_transit=settings.stack.outputs.gateway if settings.stack else settings.gateway_subnet,
        ),
    )


def endpoints_subnet(context: Context, spoke: str, owner: str) -> str:
    """The id of the subnet in which an environment's private endpoints are."""
    return f"{spoke_network_id(context, spoke)}/subnets/{subnet_name(owner, 'endpoints')}"
