"""An existing hub: its requirements, and the settings of the stack file that it excludes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from amlz.azure.ids import parse
from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.config.existing import HubElsewhere
from amlz.core.config.shared import camel
from amlz.core.facts.roles import RBAC_ADMINISTRATOR
from amlz.core.planning.capabilities import firewall_rules_of, outside_of, rights_of
from amlz.core.planning.context import Context
from amlz.core.planning.destinations import linked_resources, private_destinations
from amlz.core.planning.dns import dns_zones
from amlz.core.planning.existing_groups import groups_of
from amlz.core.planning.existing_identities import existing_identities, subscriptions_of_identities
from amlz.core.planning.existing_spoke import outside_of_spokes
from amlz.core.planning.hub_stack import stack_spec
from amlz.core.planning.parts import ids_of_parts
from amlz.core.planning.rules import firewall_groups
from amlz.core.planning.virtual_wan import demands_of_virtual_hub
from amlz.core.problems import Problem, listed
from amlz.core.specs import ExistingHubSpec

#: Key of the id, below the key of the hub.
_ID_OF = {"virtualWan": "virtualHub"}


def plan_existing_hub(context: Context) -> ExistingHubSpec | None:
    """Returns the requirements for an existing hub. None where the hub is built."""
    existing, stack = context.config.hub.elsewhere, context.config.hub.stack
    if existing is None:
        return None
    # The hub of another stack opens the rest by itself for the ranges that it serves.
    not_opened = {group.name for group in firewall_rules_of(context)}
    return ExistingHubSpec(
        network=existing.network,
        subscription=context.hub_subscription,
        firewall_address=existing.firewall_address,
        log_analytics=existing.log_analytics,
        must_allow=tuple(group for group in firewall_groups(context) if stack is None or group.name in not_opened),
        demands=(
            *(_answers(context, existing) if stack is None else ()),
            *demands_of_virtual_hub(context),
            *_left_to_owner(context, existing),
        ),
        stack=stack_spec(stack) if stack is not None else None,
    )


def outside(context: Context) -> tuple[str, ...]:
    """Ids of what is referred to and not built here."""
    ids: list[str] = []
    if context.config.hub.elsewhere is not None:
        ids += [context.hub_network, context.hub_place.group_id, context.log_analytics]
        ids += [context.private_link_scope] if context.private_link_scope else []
    elif context.config.hub.log_analytics.existing is not None:
        ids.append(context.log_analytics)
    ids += (*ids_of_parts(context.config), *linked_resources(context.config), *outside_of_spokes(context))
    ids += (group.id for group in groups_of(context.config))
    ids += (one.asked.id for one in existing_identities(context.config))
    if context.dns_mode in ("existing", "hub"):
        ids += [context.zones_place.group_id, *(zone.id for zone in dns_zones(context))]
    return (*ids, *dict.fromkeys(outside_of(context)))


def subscriptions(context: Context) -> tuple[str, ...]:
    """Subscriptions in which something is built, the hub's first where that is one of them."""
    existing, dns = context.config.hub.elsewhere, context.config.dns
    peered = any(spoke.existing is None for spoke in context.config.spokes.values())
    hub = existing is None or (existing.writes and peered) or bool(context.private_link_scope)
    return tuple(
        dict.fromkeys(
            (
                *((context.hub_subscription,) if hub else ()),
                *(() if context.hub_alone else context.landing_zone_subscriptions),
                *((context.zones_place.subscription,) if dns.link_zones else ()),
                *(subscription for subscription, grant in rights_of(context) if grant.role == RBAC_ADMINISTRATOR),
                *(parse(part).subscription for part in ids_of_parts(context.config)),
                *subscriptions_of_identities(context.config),
            )
        )
    )


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that contradict a hub that is not built here, and ids and addresses that do not fit."""
    existing = config.hub.elsewhere
    if existing is None:
        return
    key = config.hub.elsewhere_key
    path = f"{key}.{_ID_OF.get(key, 'virtualNetwork')}" if config.hub.stack is None else "stack.outputs.virtualNetwork"
    for name in sorted({camel(field) for field in config.hub.model_fields_set} - {key}):
        if name in ("existing", "virtualWan"):
            of = "the hub of that stack" if key == "stack" else "that hub"
            yield Problem(
                ("hub", name),
                f"`hub.{name}` names one hub and `hub.{key}` another.",
                f"Remove `{name}` to use {of}, or remove `{key}`.",
            )
        elif name != "stack":
            yield Problem(
                ("hub", name),
                f"`hub.{name}` is of a hub that is built here, and `hub.{key}` names one that is not.",
                f"Remove `{name}`, or remove `{key}` to have a hub built.",
            )
    subscription = parse(existing.network).subscription
    if config.subscriptions.hub not in (None, subscription):
        yield Problem(
            ("subscriptions", "hub"),
            f"It is {config.subscriptions.hub}, and `hub.{path}` is in {subscription}.",
            "Remove `subscriptions.hub`: the hub's subscription follows from the id. Or correct the id.",
        )
    firewall = existing.firewall_address
    if firewall is not None and not any(
        ipaddress.IPv4Address(firewall) in _network(cidr) for cidr in existing.address_space
    ):
        yield Problem(
            ("hub", *path.split(".")[:-1], "firewallAddress"),
            f"{firewall} is not in the hub ({', '.join(existing.address_space)}): a route's next hop "
            "must be in a network that is peered directly.",
            "Write the firewall's private address, or the range that it is in under `addressSpace`."
            if config.hub.stack is None
            else "Build that stack again, and write its outputs again.",
        )
    if config.shared_registry is not None:
        yield Problem(
            ("sharedRegistry",),
            f"Its private endpoint is in a subnet of a hub that is built here, and `hub.{key}` names one that is not.",
            "Remove `sharedRegistry` and set `registry: own` in the environments, or let the hub be built here.",
        )


def _network(cidr: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(cidr)


def _answers(context: Context, existing: HubElsewhere) -> Iterator[str]:
    """Returns the requirements that a hub of this program meets by itself. A virtual hub has its own."""
    if existing.firewall_address is None:
        return
    servers, zones = listed(context.dns_servers), "the private zones"
    if existing.dns_servers:
        yield f"spokes get answers for names from {servers} on port 53, those of {zones} included"
    else:
        yield f"the firewall's DNS proxy is on: spokes ask {servers} for names, those of {zones} included"
    if private := private_destinations(firewall_groups(context)):
        yield f"the firewall replaces the source of connections to {listed(private)} (SNAT): replies then pass it"
    yield "the firewall sends return traffic of the spokes back to them: by the peering, or by a route"


def _left_to_owner(context: Context, existing: HubElsewhere) -> Iterator[str]:
    """Returns the tasks that only the hub's owner can do."""
    if not existing.writes and existing.firewall_address is not None:
        for name in (name for name, spoke in context.config.spokes.items() if spoke.existing is None):
            yield f"its owner peers it with spoke {name}, forwarded traffic allowed: until then nothing passes"
    if context.config.endpoint_network_policies == "all" and context.config.on_premises:
        ranges = listed(cidr for spoke in context.config.spokes.values() for cidr in spoke.address_space)
        way = f"its owner routes {ranges} from GatewaySubnet to the firewall"
        yield f"{way}, which opens port 443 to private endpoints and translates source addresses"
    if context.config.access.platform_team or any(
        level.platform_team
        for project, _, environment in environments(context.config)
        for level in (context.config.projects[project].access, environment.access)
    ):
        yield "its owner gives the platform team Log Analytics Reader on the central log: no role is given there"
