"""What Azure Resource Manager answers when it refuses: status, code, message, target."""

from __future__ import annotations


class AzureRefused(Exception):
    """An error in ARM's own form. `target`: the id that it is about."""

    def __init__(self, status: int, code: str, message: str, target: str) -> None:
        super().__init__(f'Status={status} Code="{code}" Message="{message}" Target="{target}"')
        self.status = status
        self.code = code
        self.message = message
        self.target = target
