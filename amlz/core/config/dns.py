"""Names of private endpoints in the stack file: whose the private DNS zones are, and who writes to them."""

from __future__ import annotations

from typing import Literal

from amlz.core.config.existing import GroupId
from amlz.core.config.shared import Config


class DnsConfig(Config):
    """Private DNS zones: created here, existing ones, or left to Azure Policy."""

    mode: Literal["created", "existing", "policy"] = "created"
    """created builds zones and links; existing writes to zones that are there; policy builds no zone group at all, and
    an Azure Policy of the organisation must write them (docs/how-to/organisation.md)."""
    resource_group: GroupId | None = None
    """With existing: the id of the resource group that holds all zones. Its subscription may be another."""
    link_zones: bool = False
    """With existing: whether to link the zones to the networks that are built here."""
