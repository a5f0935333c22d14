"""Decides Azure Bastion, and the subnet of jump hosts that it reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network

from amlz.capabilities.bastion.facts import BASTION, DRAWN, STUDIO_HOSTS
from amlz.capabilities.bastion.spec import BastionSpec
from amlz.core.capability import DrawnPart, Part, Planner, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.notices.notice import BASTION_ALONE, Notice
from amlz.core.plan import LandingZonePlan
from amlz.core.planning.context import Context
from amlz.core.planning.hub import hub_address, ranges_in_hub, taken_hub_name
from amlz.core.planning.rules import ANY, deny
from amlz.core.problems import Path, Problem
from amlz.core.specs import ApplicationRuleSpec, RuleGroupSpec
from amlz.core.specs import NsgRuleSpec as Rule

#: Roles of subnets: of the Bastion host, of jump hosts.
ROLE, JUMP_HOSTS = "bastion", "jumpHosts"


def plan_bastion(context: Context) -> Part | None:
    """Returns the Bastion host; None where the stack file sets none."""
    if not _asked(context.config, "bastion"):
        return None
    place, name = context.hub_place, taken_hub_name(context, ROLE)
    spec = BastionSpec(
        name=name,
        place=place,
        subnet=context.hub_subnet_id(ROLE),
        address=hub_address(context, ROLE),
        diagnostics=context.diagnostics(place.id(BASTION, name)),
        tags=context.hub_tags,
    )
    return Part(spec, drawn=DrawnPart(DRAWN, name))


def _asked(config: LandingZoneConfig, key: str) -> bool:
    return bool(setting(config.hub, key, bool))


def _subnets(config: LandingZoneConfig) -> tuple[str, ...]:
    configured = {ROLE: _asked(config, "bastion"), JUMP_HOSTS: _asked(config, "jump_hosts")}
    return tuple(role for role, wanted in configured.items() if wanted)


def _check(config: LandingZoneConfig) -> Iterator[Problem]:
    if _asked(config, "jump_hosts") and not _asked(config, "bastion"):
        yield Problem(
            ("hub", "jumpHosts"),
            "Sessions to jump hosts come from Azure Bastion alone, and it is not built.",
            "Set `hub.bastion: true`, or remove `jumpHosts`.",
        )


def _needs_firewall(config: LandingZoneConfig) -> Iterator[tuple[Path, str]]:
    if _asked(config, "jump_hosts"):
        yield ("hub", "jumpHosts"), "Jump hosts reach the studio and sign-in only through the hub's firewall."


def _notices(config: LandingZoneConfig, _: LandingZonePlan | None) -> Iterator[Notice]:
    built_here = config.hub.elsewhere is None
    if built_here and _asked(config, "bastion") and not _asked(config, "jump_hosts"):
        yield Notice(
            BASTION_ALONE,
            ("hub", "bastion"),
            "Azure Bastion reaches no machine of this stack: no subnet here admits its sessions.",
            "Set `hub.jumpHosts: true`, or remove `bastion`. No action needed, if it reaches machines in networks that "
            "others peer with the hub.",
        )


def _rules(context: Context) -> Mapping[str, tuple[Rule, ...]]:
    """Returns Azure Bastion's own list (https://learn.microsoft.com/azure/bastion/bastion-nsg), and that of jump
    hosts.
    """
    rules = {ROLE: RULES, JUMP_HOSTS: _jump_host_rules(context) if ranges_in_hub(context, JUMP_HOSTS) else ()}
    return {role: rules[role] for role in _subnets(context.config)}


def _jump_host_rules(context: Context) -> tuple[Rule, ...]:
    """Returns the rules of the subnet of jump hosts: sessions from Azure Bastion, private endpoints, the firewall."""
    own, bastion = ranges_in_hub(context, JUMP_HOSTS), ranges_in_hub(context, ROLE)
    subnets = (subnet for block in context.addresses.blocks for subnet in block.subnets)
    # By address, since Pulumi's engine passes spokes in another order than the stack file.
    endpoints = sorted(
        (*(s.cidr for s in subnets if s.role == "endpoints"), *context.config.hub.serves), key=ip_network
    )
    rules = [Rule("sessions", 100, "Inbound", bastion, own, ("22", "3389"), "sessions by Azure Bastion", "Tcp")]
    if endpoints:
        rules.append(Rule("endpoints", 100, "Outbound", own, tuple(endpoints), ("443",), "private endpoints", "Tcp"))
    why = "the studio: the firewall knows the hosts"
    rules.append(Rule("by-firewall", 110, "Outbound", own, ("Internet",), ("443",), why, "Tcp"))
    return (*rules, deny("Inbound"), deny("Outbound"))


def _firewall(context: Context) -> tuple[RuleGroupSpec, ...]:
    """Returns the firewall's rules for the studio in browsers on jump hosts."""
    own = ranges_in_hub(context, JUMP_HOSTS)
    rows = [row for row in STUDIO_HOSTS if row.cloud == context.config.cloud]
    rules = tuple(ApplicationRuleSpec(row.name, own, row.hosts, row.why) for row in rows)
    return (RuleGroupSpec("rcg-jump-hosts", 420, application_rules=rules),) if own else ()


_NET = ("VirtualNetwork",)
RULES = (
    Rule("https-in", 100, "Inbound", ("Internet",), ANY, ("443",), "people's browsers", "Tcp"),
    Rule("gateway-manager", 110, "Inbound", ("GatewayManager",), ANY, ("443",), "Azure manages it", "Tcp"),
    Rule("load-balancer", 120, "Inbound", ("AzureLoadBalancer",), ANY, ("443",), "health probes", "Tcp"),
    Rule("hosts-in", 130, "Inbound", _NET, _NET, ("5701", "8080"), "its hosts among themselves"),
    deny("Inbound"),
    Rule("machines", 100, "Outbound", ANY, _NET, ("22", "3389"), "sessions to machines"),
    Rule("azure", 110, "Outbound", ANY, ("AzureCloud",), ("443",), "logs and diagnostics", "Tcp"),
    Rule("hosts-out", 120, "Outbound", _NET, _NET, ("5701", "8080"), "its hosts among themselves"),
    Rule("sessions", 130, "Outbound", ANY, ("Internet",), ("80",), "certificates and session data"),
    deny("Outbound"),
)

PLANNER = Planner(
    check=_check,
    notices=_notices,
    hub_subnets=_subnets,
    hub_rules=_rules,
    firewall=_firewall,
    needs_firewall=_needs_firewall,
    hub=plan_bastion,
)
