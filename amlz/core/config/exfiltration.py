"""Service endpoint policies for storage in the stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amlz.core.config.existing import StorageId
from amlz.core.config.shared import Config


class StorageEndpointPolicyConfig(Config):
    """A service endpoint policy of the training subnet. Of storage with public endpoints, compute targets reach only
    Azure ML's own and the accounts listed here. Accounts with private endpoints need not be listed.
    """

    enabled: bool = True
    """Adds the policy to the training subnet. `false` opens storage of any tenant in the region."""
    allow: Annotated[tuple[StorageId, ...], Field(max_length=100)] = ()
    """Ids of storage accounts in the region that compute targets may reach without a private endpoint."""
