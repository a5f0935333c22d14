"""Azure Bastion in the stack file."""

from __future__ import annotations

from amlz.core.capability import Key, Scope

KEYS = (Key(Scope.HUB, "bastion", bool, "Builds Azure Bastion, and the subnet that it needs.", default=False),)
