"""What a hub that is built here can have besides, in the stack file: a DNS resolver, gateways, a private link scope."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from amlz.core.config.existing import Address
from amlz.core.config.shared import Config

#: A domain of the organisation's own: at least two labels, in lower case.
DOMAIN = r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
Domain = Annotated[str, StringConstraints(pattern=DOMAIN, max_length=253)]


class DnsResolverConfig(Config):
    """Azure DNS Private Resolver: answers for names of the private zones, and asks others for theirs."""

    forward: dict[Domain, Annotated[tuple[Address, ...], Field(min_length=1, max_length=6)]] = Field(
        default_factory=dict
    )
    """Domains that others answer for, such as those on premises, and the addresses of their DNS servers."""


class VpnGatewayConfig(Config):
    """A VPN gateway, which spokes use. Its connections are not built: each takes a key that both sides share."""

    sku: Literal["VpnGw1AZ", "VpnGw2AZ", "VpnGw3AZ", "VpnGw4AZ", "VpnGw5AZ"] = "VpnGw1AZ"
    """How much it carries."""


class NatGatewayConfig(Config):
    """A NAT gateway on the firewall's subnet: more connections to the outside at once."""

    addresses: Annotated[int, Field(ge=1, le=16, strict=True)] = 1
    """Public addresses: each gives 64,512 connections to one destination at once."""


class PrivateLinkScopeConfig(Config):
    """A private link scope of Azure Monitor: telemetry by a private endpoint in the hub. One for all that share DNS."""

    public_ingestion: bool = False
    """Whether telemetry is taken from the internet, too."""
    public_queries: bool = False
    """Whether logs can be read from the internet, too, by whoever may read them: in the portal from anywhere."""
