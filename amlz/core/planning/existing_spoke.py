"""Networks of spokes that exist, and subnets in them: what is excluded, and what their owner must provide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlz.azure.ids import parse, resource_group_id
from amlz.core.addresses import built_roles, environments, spoke_of
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.config.shared import camel
from amlz.core.facts.names import NAME_RULES
from amlz.core.own_subnets import named_subnets
from amlz.core.planning.context import Context
from amlz.core.planning.gateway import gateway_is_used
from amlz.core.problems import Path, Problem, dotted, listed
from amlz.core.specs import ExistingNetworkSpec, ExistingSubnetSpec, NsgRuleSpec


def outside_of_spokes(context: Context) -> Iterator[str]:
    """Yields the ids of networks of spokes that exist, of their resource groups, and of subnets that exist."""
    for spoke in context.config.spokes.values():
        if spoke.existing is not None:
            network = parse(spoke.existing.virtual_network)
            yield from (spoke.existing.virtual_network, resource_group_id(network.subscription, network.resource_group))
    for _, _, environment in environments(context.config):
        spoke = context.config.spokes[spoke_of(context.config, environment) or ""]
        if spoke.existing is not None:
            names = named_subnets(environment).values()
            yield from (f"{spoke.existing.virtual_network}/subnets/{name}" for name in names)


def existing_network(
    context: Context, name: str, subnets: tuple[ExistingSubnetSpec, ...], created: bool
) -> ExistingNetworkSpec | None:
    """Returns the requirements for the network of a spoke; None where it is built. `created`: subnets in it are."""
    settings = context.config.spokes[name]
    if settings.existing is None:
        return None
    demands = (*_demands(context, name, created), *(_subnet(subnet) for subnet in subnets))
    return ExistingNetworkSpec(settings.existing.virtual_network, settings.address_space, demands, subnets)


def _demands(context: Context, name: str, created: bool) -> Iterator[str]:
    hub, ranges = context.config.hub, context.config.spokes[name].address_space
    yield f"it is in {context.config.location} and contains {listed(ranges)}, which no other connected network has"
    if hub.network:
        gateway = ", with the hub's gateway (`useRemoteGateways`)" if gateway_is_used(context) else ""
        other = context.hub_network.rsplit("/", 1)[-1]
        peered = f"it is peered with {other} in both directions, forwarded traffic allowed{gateway}"
        if hub.virtual_wan is not None:
            peered = f"it is connected to virtual hub {other}, with internet security enabled"
        yield f"{peered}; none is built here"
    yield _servers(context)
    if created:
        yield (
            "its deployments keep the subnets that this stack creates: one that lists the subnets of a network deletes "
            "those that it does not list"
        )
    yield "it sets the diagnostic setting, the lock and the DDoS protection plan of the network"


def _servers(context: Context) -> str:
    """Returns the sentence on DNS servers of the network."""
    if context.dns_servers:
        return f"its DNS servers are {listed(context.dns_servers)}"
    if context.config.hub.builds_firewall:
        firewall = context.hub_name("firewall")
        return f"its DNS server is the private address of {firewall}, which Azure gives at the first deployment"
    return "its DNS servers resolve the private DNS zones: Azure's servers, if the zones are linked to it"


def _subnet(subnet: ExistingSubnetSpec) -> str:
    """Returns what a subnet needs, in a sentence. Reports for programs have the rules in full."""
    rules = "; ".join(_rule(rule) for rule in subnet.rules if rule.access == "Allow")
    free = f"free addresses: {subnet.needed}, " if subnet.needed else ""
    parts = [
        f"subnet {subnet.name} has {subnet.cidr}, {free}no delegation",
        f"private endpoint network policies {subnet.endpoint_network_policies}",
        *(f"a route of {prefix} to {hop}" for prefix, hop in subnet.routes),
        *(f"service endpoint {service} with a policy for {listed(subnet.allowed)}" for service in subnet.services),
    ]
    return f"{', '.join(parts)}; its security group allows {rules}; and nothing else"


def _rule(rule: NsgRuleSpec) -> str:
    inbound = rule.direction == "Inbound"
    far = rule.sources if inbound else rule.destinations
    ports = "all ports" if rule.ports == ("*",) else ", ".join(rule.ports)
    protocol = "" if rule.protocol == "*" else f"{rule.protocol.upper()} "
    return f"{'from' if inbound else 'to'} {', '.join(far)} {protocol}{ports}"


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that a network or subnets that exist exclude."""
    taken: dict[str, Path] = {}
    for name, spoke in config.spokes.items():
        if spoke.existing is None:
            continue
        path: Path = ("spokes", name)
        network = parse(spoke.existing.virtual_network)
        if spoke.subscription not in (None, network.subscription):
            yield Problem(
                (*path, "subscription"),
                f"It is {spoke.subscription}, and `existing.virtualNetwork` is in {network.subscription}.",
                "Remove it: the spoke's subscription follows from the id.",
            )
        if spoke.names.virtual_network is not None:
            yield Problem(
                (*path, "names", "virtualNetwork"),
                "It names a network that is created here, and `existing` one that is not.",
                "Remove it.",
            )
        place: Path = (*path, "existing", "virtualNetwork")
        other = taken.setdefault(spoke.existing.virtual_network.lower(), place)
        if other != place:
            yield Problem(
                place, f"{dotted(other)} is the same network.", "Remove one of the two spokes, and move its ranges."
            )
        hub = config.hub.elsewhere
        if hub is not None and hub.network.lower() == spoke.existing.virtual_network.lower():
            yield Problem(place, "It is the hub's network.", "Name the network of the spoke.")
    for project, name, environment in environments(config):
        yield from _subnets(config, environment, ("projects", project, "environments", name))
    yield from _twice(config)


def _subnets(config: LandingZoneConfig, environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    names, spoke = named_subnets(environment), spoke_of(config, environment)
    if environment.existing.subnets is None or spoke is None:
        return
    path = (*path, "existing", "subnets")
    if config.spokes[spoke].existing is None:
        yield Problem(
            path,
            f"It names subnets that exist, and the network of spoke {spoke} is created here.",
            f"Remove it, or set `spokes.{spoke}.existing.virtualNetwork`.",
        )
        return
    needed = built_roles(environment)
    missing = [role for role in needed if role not in names]
    if missing:
        yield Problem(
            path,
            f"The environment needs subnets for {listed(needed)}, and the name for {listed(missing)} is missing.",
            "Name each of its subnets, or remove this key to have all of them created.",
        )
    for role, name in names.items():
        wrong = NAME_RULES["subnet"].problem(name)
        if wrong is not None:
            yield Problem((*path, camel(role)), f"{wrong}.", "Write the name of the subnet as Azure shows it.")
        if role not in needed:
            yield Problem(
                (*path, camel(role)),
                f"The environment has no subnet for {role}: it needs {listed(needed)}.",
                "Remove it, or give the environment a range for it.",
            )


def _twice(config: LandingZoneConfig) -> Iterator[Problem]:
    taken: dict[tuple[str | None, str], Path] = {}
    for project, environment_name, environment in environments(config):
        spoke = spoke_of(config, environment)
        for role, name in named_subnets(environment).items():
            path: Path = ("projects", project, "environments", environment_name, "existing", "subnets", camel(role))
            other = taken.setdefault((spoke, name.lower()), path)
            if other != path:
                yield Problem(path, f"{dotted(other)} names the same subnet.", "Name a subnet for each of the two.")


def routes_to(context: Context, ranges: tuple[str, ...]) -> Mapping[str, str]:
    """Returns the routes that subnets of a spoke need: next hop by range. {} without a firewall."""
    hub = context.config.hub
    if hub.elsewhere is not None:
        hop = hub.elsewhere.firewall_address or ""
    elif hub.builds_firewall:
        hop = f"the private address of {context.hub_name('firewall')}"
    else:
        hop = ""
    return dict.fromkeys(("0.0.0.0/0", *ranges), hop) if hop else {}
