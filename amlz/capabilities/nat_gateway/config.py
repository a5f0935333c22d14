"""NAT gateway in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config


class NatGatewayConfig(Config):
    """A NAT gateway on the firewall's subnet: more connections to the outside at once."""

    addresses: Annotated[int, Field(ge=1, le=16, strict=True)] = 1
    """Public addresses: each gives 64,512 connections to one destination at once."""


KEYS = (Key(Scope.HUB, "nat_gateway", NatGatewayConfig | None, "A NAT gateway on the firewall's subnet."),)
