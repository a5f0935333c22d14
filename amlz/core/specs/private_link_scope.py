"""Specs of a private link scope of Azure Monitor."""

from __future__ import annotations

from amlz.core.specs.common import Place, PrivateEndpointSpec, Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ScopedResourceSpec:
    """A resource (`target`: its id) in a private link scope."""

    name: str
    scope: str
    place: Place
    target: str

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Insights/privateLinkScopes/scopedResources", self.scope, self.name)

    @property
    def scope_id(self) -> str:
        """The id of the scope."""
        return self.place.id("Microsoft.Insights/privateLinkScopes", self.scope)


@dataclass(frozen=True, slots=True)
class PrivateLinkScopeSpec:
    """A private link scope of Azure Monitor, its endpoint, and the central log in it."""

    name: str
    place: Place
    endpoint: PrivateEndpointSpec
    log: ScopedResourceSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Insights/privateLinkScopes", self.name)
