"""The DNS security policy in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.capabilities.dns_security.facts import DOMAIN
from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config

Domain = Annotated[str, StringConstraints(pattern=DOMAIN, max_length=253)]
Domains = Annotated[tuple[Domain, ...], Field(max_length=1000)]


class DnsSecurityConfig(Config):
    """A DNS security policy for the hub and the spokes. It sends every query to the central log."""

    block: Domains = ()
    """Domains that are not resolved: the answer is SERVFAIL."""
    alert: Domains = ()
    """Domains that are resolved and marked in the log."""
    allow: Domains = ()
    """Domains that are resolved although `block` or `alert` contains a domain above them."""


KEYS = (
    Key(
        Scope.HUB,
        "dns_security",
        DnsSecurityConfig | None,
        "A DNS security policy for the hub and the spokes; {} only logs queries. docs/how-to/dns-security.md.",
    ),
)
