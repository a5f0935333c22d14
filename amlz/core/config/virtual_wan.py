"""A hub of Azure Virtual WAN that exists, in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amlz.core.config.existing import Address, HubElsewhere, LogAnalyticsId, VirtualHubId
from amlz.core.config.shared import Config, Network


class VirtualWanConfig(Config):
    """A secured virtual hub of Azure Virtual WAN: nothing of it is changed, spokes are connected to it."""

    virtual_hub: VirtualHubId
    """The id of the virtual hub. The hub's subscription follows from it."""
    log_analytics: LogAnalyticsId
    """The id of the central log, to which everything sends its diagnostics. Its subscription may be any."""
    address_space: Annotated[tuple[Network, ...], Field(min_length=1)]
    """The ranges of the virtual hub, which nothing here may overlap, and in which its firewall is."""
    dns_servers: tuple[Address, ...] = ()
    """DNS servers of the spokes. Default: Azure's, which resolve private DNS zones that are linked to each spoke."""

    @property
    def hub(self) -> HubElsewhere:
        """The hub. Its own routes lead to its firewall, so it has no address here."""
        return HubElsewhere(
            self.virtual_hub, None, self.log_analytics, self.address_space, self.dns_servers, False, True
        )
