"""Specs of a DNS resolver."""

from __future__ import annotations

from amlz.core.specs import Place
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ForwardingRuleSpec:
    """A domain (with its last dot) and the addresses of the servers that resolve it."""

    name: str
    domain: str
    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForwardingSpec:
    """Forwarding by a resolver. `subnet`: the id of that of its outbound endpoint; `ruleset`: a name."""

    subnet: str
    ruleset: str
    rules: tuple[ForwardingRuleSpec, ...]


@dataclass(frozen=True, slots=True)
class DnsResolverSpec:
    """A resolver in the hub. `inbound` is the id of a subnet; `address` is where it is asked.

    `forwarding`: None where nothing is forwarded. `network`: the id of the hub's.
    """

    name: str
    place: Place
    network: str
    inbound: str
    address: str
    forwarding: ForwardingSpec | None
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id("Microsoft.Network/dnsResolvers", self.name)

    @property
    def outbound_id(self) -> str:
        """The id of its outbound endpoint."""
        return self.place.id("Microsoft.Network/dnsResolvers/outboundEndpoints", self.name, "outbound")

    def ruleset_id(self, forwarding: ForwardingSpec) -> str:
        """The id of its forwarding ruleset."""
        return self.place.id("Microsoft.Network/dnsForwardingRulesets", forwarding.ruleset)
