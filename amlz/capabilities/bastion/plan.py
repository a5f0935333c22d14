"""Decides Azure Bastion."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.capabilities.bastion.facts import BASTION
from amlz.capabilities.bastion.spec import BastionSpec
from amlz.core.capability import Part, Planner, setting
from amlz.core.config import LandingZoneConfig
from amlz.core.planning.context import Context
from amlz.core.planning.hub import hub_address, hub_subnet_id, taken_hub_name
from amlz.core.planning.rules import ANY, deny
from amlz.core.specs import NsgRuleSpec as Rule

#: The role of its subnet.
ROLE = "bastion"


def plan_bastion(context: Context) -> Part | None:
    """Returns the Bastion host; None where the stack file sets none."""
    if not _subnets(context.config):
        return None
    place, name = context.hub_place, taken_hub_name(context, ROLE)
    spec = BastionSpec(
        name=name,
        place=place,
        subnet=hub_subnet_id(context, ROLE),
        address=hub_address(context, ROLE),
        diagnostics=context.diagnostics(place.id(BASTION, name)),
        tags=context.hub_tags,
    )
    return Part(spec, shown=("bastion", name))


def _subnets(config: LandingZoneConfig) -> tuple[str, ...]:
    return (ROLE,) if setting(config.hub, "bastion", bool) else ()


def _rules(context: Context) -> Mapping[str, tuple[Rule, ...]]:
    """Returns Azure Bastion's own list: https://learn.microsoft.com/azure/bastion/bastion-nsg"""
    return {ROLE: RULES} if _subnets(context.config) else {}


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

PLANNER = Planner(hub_subnets=_subnets, hub_rules=_rules, hub=plan_bastion)
