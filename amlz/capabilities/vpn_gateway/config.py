"""VPN gateway in the stack file."""

from __future__ import annotations

from typing import Literal

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config, Guid, Network
from amlz.core.config.tls_inspection import IdentityId


class PointToSiteConfig(Config):
    """Connections of people with the Azure VPN Client: they sign in with Entra ID, without a certificate or a key."""

    address_pool: Network
    """The range from which each client gets an address. It is in `onPremises`, and outside of all networks."""
    audience: Guid
    """ID of the application in Entra ID that people sign in to: users and groups that are assigned to it connect.
    docs/how-to/vpn.md."""


class VpnGatewayConfig(Config):
    """A VPN gateway, which spokes use. Connections between sites are not built: docs/how-to/vpn.md."""

    sku: Literal["VpnGw1AZ", "VpnGw2AZ", "VpnGw3AZ", "VpnGw4AZ", "VpnGw5AZ"] = "VpnGw1AZ"
    """How much it carries."""
    active_active: bool = False
    """Both instances carry traffic, each with a public address. The other side then builds two tunnels."""
    point_to_site: PointToSiteConfig | None = None
    """Connections of people. docs/how-to/vpn.md."""
    identity: IdentityId | None = None
    """ID of a user-assigned identity that reads the certificates of connections between sites from a key vault."""


KEYS = (Key(Scope.HUB, "vpn_gateway", VpnGatewayConfig | None, "A VPN gateway, in the gateway subnet."),)
