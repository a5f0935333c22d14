"""A doubt about the stack file."""

from __future__ import annotations

from amlz.core.problems import Path
from amlz.dataclass import dataclass

#: The finding of a connection whose target no rule opens.
CONNECTION_NOT_OPENED = "egress/connection-not-opened"
#: The finding of Azure Bastion without machines that it reaches.
BASTION_ALONE = "network/bastion-without-machines"
#: The finding of online endpoints whose deployments are in no network of the landing zone.
SERVING_OUTSIDE = "network/endpoints-outside-of-network"
#: The finding of a size of virtual machines that no list for online endpoints has.
ENDPOINT_SIZE = "place/size-not-for-endpoints"


@dataclass(frozen=True, slots=True)
class Notice:
    """A doubt: the id of the finding that the preview reports for it, where, what and why, and what to do."""

    finding: str
    path: Path
    what: str
    remedy: str
