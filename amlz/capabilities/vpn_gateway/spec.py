"""Spec of a VPN gateway."""

from __future__ import annotations

from amlz.core.specs import DiagnosticsSpec, Place, PublicAddressSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class VpnGatewaySpec:
    """A VPN gateway. `subnet`: the id of GatewaySubnet. `second`: the address of its second active instance."""

    name: str
    place: Place
    sku: str
    subnet: str
    address: PublicAddressSpec
    diagnostics: DiagnosticsSpec
    tags: Tags
    protect: bool
    second: PublicAddressSpec | None = None

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/virtualNetworkGateways", self.name)
