"""The hub's plan: central log, network, firewall, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from amlz.core.claims import on_premises
from amlz.core.facts.diagnostics import FIREWALL_AGGREGATIONS
from amlz.core.facts.networks import HUB_SUBNETS
from amlz.core.names import kebab
from amlz.core.owners import HUB_OWNER
from amlz.core.planning.capabilities import hub_links, hub_parts, hub_rules
from amlz.core.planning.context import Context, union
from amlz.core.planning.destinations import private_destinations
from amlz.core.planning.dns import plan_dns
from amlz.core.planning.firewall import TIER
from amlz.core.planning.hub_stack import hub_outputs
from amlz.core.planning.inspected import inspected_ranges
from amlz.core.planning.network_protection import hub_is_protected
from amlz.core.planning.private_link_scope import plan_scope
from amlz.core.planning.roles import GrantConditions, Principals, assign, readers_of_group
from amlz.core.planning.rules import endpoint_rules, firewall_groups
from amlz.core.problems import Path, Problem, StackFileError, listed
from amlz.core.specs import (
    DiagnosticsSpec,
    ExistingLogAnalyticsSpec,
    FirewallSpec,
    HubSpec,
    LockSpec,
    LogAnalyticsSpec,
    NetworkSecurityGroupSpec,
    PublicAddressSpec,
    ResourceGroupSpec,
    RouteTableSpec,
    RuleGroupSpec,
    SubnetSpec,
    TlsInspectionSpec,
    VirtualNetworkSpec,
)

_PATH: Path = ("hub",)


def plan_hub(context: Context) -> HubSpec:
    """Everything in the resource group of a hub that is built here."""
    place, tags = context.hub_place, context.hub_tags
    subscription = f"/subscriptions/{place.subscription}"
    own: Path = ("names", "resourceGroup") if context.config.hub.names.resource_group else ()
    context.take("resourceGroup", place.resource_group, subscription, (*_PATH, *own))
    log = _log_analytics(context)
    built = context.config.hub.network
    groups = _security_groups(context) if built else ()
    routes = _routes(context) if built else {}
    network = _network(context, groups, routes) if built else None
    return HubSpec(
        ResourceGroupSpec(place, tags),
        log,
        groups,
        network,
        _firewall(context, network),
        plan_dns(context),
        hub_outputs(context),
        plan_scope(context),
        hub_parts(context),
        readers_of_group(context, "hubGroup", place.group_id),
        tuple(routes.values()),
    )


def taken_hub_name(context: Context, kind: str) -> str:
    """Returns the name of the hub's one resource of a kind, noted at its path in the stack file."""
    name = context.hub_name(kind)
    own: Path = ("names", kind) if name != context.hub_namer.name(kind) else ()
    return context.take(kind, name, context.hub_place.group_id, (*_PATH, *own))


def ranges_in_hub(context: Context, role: str) -> tuple[str, ...]:
    """Returns the range of a hub's subnet, () where it is not built."""
    subnets = (subnet for block in context.addresses.hub_blocks for subnet in block.subnets)
    return tuple(subnet.cidr for subnet in subnets if subnet.role == role)


def firewall_rules(context: Context) -> tuple[str, ...]:
    """Returns the id of the firewall's rules for compute targets, where the firewall is built here."""
    if not context.config.hub.builds_firewall:
        return ()
    return (context.rule_group_id("rcg-azure-ml"),)


def _log_analytics(context: Context) -> LogAnalyticsSpec | ExistingLogAnalyticsSpec:
    place, settings = context.hub_place, context.config.hub.log_analytics
    if settings.existing is not None:
        return ExistingLogAnalyticsSpec(settings.existing)
    name = context.log_analytics.rsplit("/", 1)[-1]
    context.take("logAnalytics", name, place.group_id, ("hub", "logAnalytics", "name"))
    people = union(context.config.access)
    roles = assign(
        {"logAnalytics": context.log_analytics},
        Principals({}, people),
        GrantConditions(context.any_production, False, False),
    )
    production = context.any_production
    lock = context.hub_namer.called("lock", "lock-logs", "logs")
    return LogAnalyticsSpec(
        name=name,
        place=place,
        retention_days=settings.retention_days,
        daily_cap_gb=settings.daily_cap_gb or 0.0,
        diagnostics=context.diagnostics(context.log_analytics),
        lock=LockSpec(lock, context.log_analytics, "Holds the logs of production.") if production else None,
        protect=production,
        roles=roles["logAnalytics"],
        tags=context.hub_tags,
        telemetry=context.telemetry,
        shared_keys=settings.shared_keys,
    )


def _security_groups(context: Context) -> tuple[NetworkSecurityGroupSpec, ...]:
    """Groups of the hub's subnets that take one: those of the firewall and of gateways must not have any."""
    rules = hub_rules(context)
    for own in ranges_in_hub(context, "endpoints"):
        rules["endpoints"] = endpoint_rules(own, ("VirtualNetwork",), on_premises(context.config))
    place = context.hub_place
    specs = []
    for role, rules_of_role in rules.items():
        name = context.hub_namer.name("networkSecurityGroup", kebab(role))
        target = place.id("Microsoft.Network/networkSecurityGroups", name)
        context.take("networkSecurityGroup", name, place.group_id, _PATH)
        diagnostics = context.diagnostics(target)
        specs.append(NetworkSecurityGroupSpec(role, name, place, rules_of_role, diagnostics, context.hub_tags))
    return tuple(specs)


def _routes(context: Context) -> dict[str, RouteTableSpec]:
    """Returns the route tables of the hub's subnets, by role.

    The firewall's own, where the hub has a gateway: a default route that the gateway learns would replace the
    firewall's way to the internet. https://learn.microsoft.com/azure/firewall/firewall-faq
    """
    place, tables = context.hub_place, {}
    for subnet in context.addresses.block(HUB_OWNER).subnets:
        direct = subnet.role == "firewall" and bool(ranges_in_hub(context, "gateway"))
        inspected = inspected_ranges(context) if subnet.role == "gateway" else ()
        if direct or inspected or HUB_SUBNETS[subnet.role].by_firewall:
            name = context.hub_namer.name("routeTable", kebab(subnet.role))
            context.take("routeTable", name, place.group_id, _PATH)
            tables[subnet.role] = RouteTableSpec(name, place, context.hub_tags, subnet.role, direct, inspected)
    return tables


def _network(
    context: Context, groups: tuple[NetworkSecurityGroupSpec, ...], routes: Mapping[str, RouteTableSpec]
) -> VirtualNetworkSpec:
    name, place = taken_hub_name(context, "virtualNetwork"), context.hub_place
    by_role, links = {group.role: group.id for group in groups}, hub_links(context)
    subnets = tuple(
        SubnetSpec(
            subnet.role,
            context.take("subnet", context.hub_subnet(subnet.role), context.hub_network, _PATH),
            subnet.cidr,
            by_role.get(subnet.role),
            routes[subnet.role].id if subnet.role in routes else None,
            nat_gateway=links.nat_gateway if subnet.role == "firewall" else None,
            delegation=HUB_SUBNETS[subnet.role].delegation,
            endpoint_network_policies=context.endpoint_network_policies(subnet.role),
        )
        for subnet in context.addresses.block(HUB_OWNER).subnets
    )
    return VirtualNetworkSpec(
        name=name,
        place=place,
        ranges=(context.config.hub.address_space,),
        subnets=subnets,
        diagnostics=context.diagnostics(context.hub_network),
        tags=context.hub_tags,
        protect=hub_is_protected(context),
        ddos_plan=context.config.ddos_protection_plan,
    )


def hub_address(context: Context, *words: str) -> PublicAddressSpec:
    """Returns a public address in the hub."""
    name, place = context.hub_namer.name("publicAddress", *words), context.hub_place
    context.take("publicAddress", name, place.group_id, _PATH)
    diagnostics = context.diagnostics(place.id("Microsoft.Network/publicIPAddresses", name))
    return PublicAddressSpec(name, place, context.zones, diagnostics, context.hub_tags)


def _firewall(context: Context, network: VirtualNetworkSpec | None) -> FirewallSpec | None:
    settings, place = context.config.hub.firewall, context.hub_place
    if network is None or not context.config.hub.builds_firewall:
        _without_rules(context)
        return None
    tls, name = settings.tls_inspection, taken_hub_name(context, "firewall")
    policy, groups = taken_hub_name(context, "firewallPolicy"), _named(context, firewall_groups(context))
    return FirewallSpec(
        name=name,
        policy=policy,
        place=place,
        tier=settings.tier,
        threat_intelligence=settings.threat_intelligence,
        tls_inspection=TlsInspectionSpec(tls.certificate, tls.identity) if tls is not None else None,
        zones=context.zones,
        subnet=network.subnet_id(HUB_SUBNETS["firewall"].name),
        address=hub_address(context, "firewall"),
        groups=groups,
        translates_all=bool(inspected_ranges(context) or private_destinations(groups)),
        diagnostics=_firewall_logs(context, place.id("Microsoft.Network/azureFirewalls", name)),
        tags=context.hub_tags,
        protect=hub_is_protected(context),
        analytics=context.log_analytics if settings.policy_analytics else None,
    )


def _firewall_logs(context: Context, target: str) -> DiagnosticsSpec:
    """Returns the diagnostics of the firewall, with the logs of policy analytics where that is on."""
    logs = context.diagnostics(target)
    if not context.config.hub.firewall.policy_analytics:
        return logs
    return replace(logs, categories=(*logs.categories, *FIREWALL_AGGREGATIONS))


def _named(context: Context, groups: Iterable[RuleGroupSpec]) -> tuple[RuleGroupSpec, ...]:
    """Returns rule collection groups with their names in Azure."""
    policy = context.hub_place.id("Microsoft.Network/firewallPolicies", context.hub_name("firewallPolicy"))
    named = []
    for group in groups:
        name = context.take("ruleCollectionGroup", context.rule_group_name(group.name), policy, _PATH)
        named.append(replace(group, own_name=name) if name != group.name else group)
    return tuple(named)


def _without_rules(context: Context) -> None:
    """Raises StackFileError for rules of a capability that does not declare that it needs the firewall."""
    groups = [group.name for group in firewall_groups(context)]
    if groups:
        raise StackFileError(
            (
                Problem(
                    TIER,
                    f"It is `None`, and the firewall has rules: {listed(groups)}.",
                    "Set it to `Standard`, or remove the keys that add these rules.",
                ),
            )
        )
