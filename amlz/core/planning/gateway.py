"""The gateway of the hub that spokes use: built here, by another team, or in a hub that exists."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.config import LandingZoneConfig
from amlz.core.planning.capabilities import hub_links
from amlz.core.planning.context import Context
from amlz.core.problems import Problem


def gateway_is_used(context: Context) -> bool:
    """Returns whether spokes use a gateway of the hub."""
    hub = context.config.hub
    if hub.stack is not None:
        return hub.stack.outputs.gateway
    if hub.elsewhere is not None:
        return hub.elsewhere.gateway
    return hub.gateway or hub_links(context).gateway is not None


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns the problem of a gateway of another team without its subnet."""
    hub = config.hub
    if hub.builds_network and hub.gateway and not hub.gateway_subnet:
        yield Problem(
            ("hub", "gateway"),
            "Spokes are to use the gateway that another team built in GatewaySubnet, and that subnet is not built.",
            "Set `hub.gatewaySubnet: true`, or remove `hub.gateway`; `hub.vpnGateway` builds a gateway here.",
        )
