"""Spec of a NAT gateway."""

from __future__ import annotations

from amlz.core.specs import DiagnosticsSpec, Place, PublicAddressSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class NatGatewaySpec:
    """A NAT gateway and its addresses."""

    name: str
    place: Place
    addresses: tuple[PublicAddressSpec, ...]
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/natGateways", self.name)
