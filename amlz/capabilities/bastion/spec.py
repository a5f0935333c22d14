"""Spec of Azure Bastion."""

from __future__ import annotations

from amlz.core.specs import DiagnosticsSpec, Place, PublicAddressSpec
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class BastionSpec:
    """Azure Bastion and its address."""

    name: str
    place: Place
    subnet: str
    address: PublicAddressSpec
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/bastionHosts", self.name)
