"""VPN gateway in the stack file."""

from __future__ import annotations

from typing import Literal

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config


class VpnGatewayConfig(Config):
    """A VPN gateway, which spokes use. Its connections are not built: each takes a key that both sides share."""

    sku: Literal["VpnGw1AZ", "VpnGw2AZ", "VpnGw3AZ", "VpnGw4AZ", "VpnGw5AZ"] = "VpnGw1AZ"
    """How much it carries."""
    active_active: bool = False
    """Both instances carry traffic, each with a public address. The other side then builds two tunnels."""


KEYS = (Key(Scope.HUB, "vpn_gateway", VpnGatewayConfig | None, "A VPN gateway, in the gateway subnet."),)
