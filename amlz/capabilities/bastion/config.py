"""Azure Bastion in the stack file."""

from __future__ import annotations

from amlz.core.capability import Key, Scope

KEYS = (
    Key(Scope.HUB, "bastion", bool, "Builds Azure Bastion, and the subnet that it needs.", default=False),
    Key(
        Scope.HUB,
        "jump_hosts",
        bool,
        "Builds a subnet for jump hosts: Azure Bastion alone opens sessions to them, and they reach the private "
        "endpoints and, through the firewall, the studio. The machines are not built here.",
        default=False,
    ),
)
