"""DNS resolver in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.capabilities.dns_resolver.facts import DOMAIN
from amlz.core.capability import Key, Scope
from amlz.core.config.existing import Address
from amlz.core.config.shared import Config

Domain = Annotated[str, StringConstraints(pattern=DOMAIN, max_length=253)]


class DnsResolverConfig(Config):
    """Azure DNS Private Resolver: resolves names of the private zones, and forwards others."""

    forward: dict[Domain, Annotated[tuple[Address, ...], Field(min_length=1, max_length=6)]] = Field(
        default_factory=dict
    )
    """Domains that others answer for, such as those on premises, and the addresses of their DNS servers."""
    second_server: bool = False
    """Spokes have its inbound endpoint as their second DNS server, after the firewall. docs/explanation/hub.md."""


KEYS = (
    Key(
        Scope.HUB,
        "dns_resolver",
        DnsResolverConfig | None,
        "A DNS resolver: for names of private endpoints on premises, and for names of the organisation here.",
    ),
)
