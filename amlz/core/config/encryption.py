"""IDs of vaults and keys in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

VAULT_ID = (
    r"^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]{1,90}/providers/Microsoft\.KeyVault/vaults/[A-Za-z0-9-]{3,24}$"
)
#: Of a vault of any cloud; whether it is the landing zone's is looked at when all is planned.
KEY_URI = (
    r"^https://[a-z0-9-]{3,24}\.vault\.(azure\.net|usgovcloudapi\.net|azure\.cn)"
    r"/keys/[A-Za-z0-9-]{1,127}/[0-9a-f]{32}$"
)

VaultId = Annotated[str, StringConstraints(pattern=VAULT_ID)]
KeyUri = Annotated[
    str,
    StringConstraints(pattern=KEY_URI),
    Field(examples=["https://kv-keys.vault.azure.net/keys/landing-zone/0123456789abcdef0123456789abcdef"]),
]
