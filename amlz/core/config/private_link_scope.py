"""Private link scope of Azure Monitor in the stack file."""

from __future__ import annotations

from amlz.core.config.shared import Config


class PrivateLinkScopeConfig(Config):
    """A private link scope of Azure Monitor: telemetry by a private endpoint in the hub. One for all networks that
    share DNS.
    """

    public_ingestion: bool = False
    """Accepts telemetry from the internet, too."""
    public_queries: bool = False
    """Allows callers with a role to read logs from the internet, too: in the portal from anywhere."""
