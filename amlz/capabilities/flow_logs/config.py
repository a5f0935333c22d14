"""Flow logs in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amlz.core.capability import Key, Scope
from amlz.core.config.existing import StorageId
from amlz.core.config.shared import Config


class FlowLogsConfig(Config):
    """Flow logs of every virtual network that is built."""

    storage_account: StorageId
    """The id of an existing account of the region: general-purpose v2, without a hierarchical namespace."""
    retention_days: Annotated[int, Field(ge=1, le=365, strict=True)] = 90
    """How long the account keeps them, in days."""


KEYS = (
    Key(
        Scope.LANDING_ZONE,
        "flow_logs",
        FlowLogsConfig | None,
        "Flow logs of every virtual network that is built, in an existing storage account.",
    ),
)
