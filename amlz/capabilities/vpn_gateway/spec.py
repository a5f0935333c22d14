"""Spec of a VPN gateway."""

from __future__ import annotations

from amlz.core.specs import DiagnosticsSpec, Place, PublicAddressSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PointToSiteSpec:
    """Connections of people. `tenant`, `issuer`: addresses of Entra ID. `audience`: ID of the application."""

    address_pool: str
    tenant: str
    issuer: str
    audience: str


@dataclass(frozen=True, slots=True)
class VpnGatewaySpec:
    """A VPN gateway. `subnet`: the id of GatewaySubnet. `second`: the address of its second active instance.

    `identity`: ID of the identity that reads certificates of connections between sites.
    """

    name: str
    place: Place
    sku: str
    subnet: str
    address: PublicAddressSpec
    diagnostics: DiagnosticsSpec
    tags: Tags
    protect: bool
    second: PublicAddressSpec | None = None
    point_to_site: PointToSiteSpec | None = None
    identity: str | None = None

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/virtualNetworkGateways", self.name)
