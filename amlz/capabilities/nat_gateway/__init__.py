"""NAT gateway of the hub: more outbound connections of the firewall."""

from amlz.capabilities.nat_gateway.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="NAT gateway",
    component="components.nat_gateway:NatGateway",
    page="explanation/hub.md",
    logical="nat",
    facts=FACTS,
)
