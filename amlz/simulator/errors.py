"""Errors of Azure Resource Manager: status, code, message, target, details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class AzureRefused(Exception):
    """An error in ARM's own form. `target`: the id that it is about. `details`: the errors inside it."""

    def __init__(
        self, status: int, code: str, message: str, target: str, details: tuple[Mapping[str, Any], ...] = ()
    ) -> None:
        super().__init__(f'Status={status} Code="{code}" Message="{message}" Target="{target}"')
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = details
