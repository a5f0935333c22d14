"""A hub of Azure Virtual WAN: connections of spokes, and settings that it excludes."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.config import LandingZoneConfig
from amlz.core.planning.context import Context
from amlz.core.planning.places import spoke_namer, spoke_network_id
from amlz.core.problems import Problem, listed
from amlz.core.specs import HubConnectionSpec

#: It has no routing intent: https://learn.microsoft.com/azure/virtual-wan/how-to-routing-policies (2025-08)
_WITHOUT_ROUTING_INTENT = "china"


def plan_connection(context: Context, name: str) -> HubConnectionSpec | None:
    """Returns the connection of a spoke to the virtual hub; None with another hub, and for a network that exists."""
    if context.config.hub.virtual_wan is None or context.config.spokes[name].existing is not None:
        return None
    words = ("conn", context.config.business_unit, "spoke", name, context.config.location)
    called = spoke_namer(context, name).called("hubConnection", "-".join(words), "hub")
    taken = context.take("hubConnection", called, context.hub_network, ("spokes", name))
    return HubConnectionSpec(taken, context.hub_network, context.hub_place, spoke_network_id(context, name))


def demands_of_virtual_hub(context: Context) -> Iterator[str]:
    """Yields the requirements for a virtual hub."""
    wan = context.config.hub.virtual_wan
    if wan is None:
        return
    yield "its internet routing policy (routing intent) leads 0.0.0.0/0 to its firewall: spokes have no own route"
    yield "its private routing policy leads traffic between networks to its firewall, if that must pass one"
    if wan.dns_servers:
        yield f"spokes get answers for names from {listed(wan.dns_servers)}, those of private zones included"


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns clouds without routing intent, and zones that spokes would not resolve."""
    wan = config.hub.virtual_wan
    if wan is None or config.hub.elsewhere_key != "virtualWan":
        return
    if config.cloud == _WITHOUT_ROUTING_INTENT:
        yield Problem(
            ("hub", "virtualWan"),
            "Routing intent of Virtual WAN is not available in this cloud, and spokes have no own default route.",
            "Remove it, and set `hub.existing` or `hub.addressSpace`.",
        )
    if not wan.dns_servers and config.dns.mode == "existing" and not config.dns.link_zones:
        yield Problem(
            ("hub", "virtualWan"),
            "Spokes have Azure's DNS servers, which resolve only zones that are linked to their networks, and none is.",
            "Set `dns.linkZones: true`, or set `dnsServers` here.",
        )
