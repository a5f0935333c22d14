"""VPN gateway of the hub, which spokes use."""

from amlz.capabilities.vpn_gateway.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="VPN gateway",
    component="components.vpn_gateway:VpnGateway",
    page="explanation/hub.md",
    logical="gateway",
    facts=FACTS,
)
