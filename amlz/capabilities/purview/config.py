"""Microsoft Purview in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config, Generation, Guid, OwnName

#: The id of an account.
ACCOUNT_ID = (
    r"^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]{1,90}/providers/Microsoft\.Purview/accounts/[A-Za-z0-9-]{3,63}$"
)
AccountId = Annotated[str, StringConstraints(pattern=ACCOUNT_ID)]


class ExistingPurviewConfig(Config):
    """An account that exists already: nothing of it is changed. Roles are given to its identity."""

    account: AccountId
    """The id of the account."""
    identity: Guid
    """The object ID of its identity, which the account shows under *Settings*, *Properties*."""


class PurviewConfig(Config):
    """A Purview account that scans the data lake. docs/how-to/purview.md."""

    existing: ExistingPurviewConfig | None = None
    """An account that exists already. Default: one is created, in a separate resource group."""
    public_network_access: Annotated[bool, Field(strict=True)] = False
    """Lets the account be reached from public networks: Azure ML pushes lineage to no other one."""
    registrars: Annotated[tuple[Guid, ...], Field(max_length=20)] = ()
    """Entra groups (object IDs) that register ML workspaces in the account: they read each workspace."""
    name: OwnName | None = Field(default=None, json_schema_extra={"maxLength": 63})
    """An own name instead of the generated one: 3 to 63 letters, digits and hyphens, unique in Azure."""
    generation: Generation = 1
    """Raise by one when the name is still held by something deleted."""


KEYS = (
    Key(
        Scope.LANDING_ZONE,
        "purview",
        PurviewConfig | None,
        "A Microsoft Purview account that scans the data lake. docs/how-to/purview.md.",
    ),
)
