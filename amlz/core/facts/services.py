"""Services of Azure that act in a tenant under an application of Microsoft's."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.facts.clouds import CloudName
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """A service. Its application's id is the same in every tenant of a cloud; its service principal's object id is not."""

    name: str
    application_ids: Mapping[CloudName, str]
    source: str


COSMOS_DB = Service(
    "Azure Cosmos DB",
    {
        "public": "a232010e-820c-4083-83bb-3ace5fc29d0b",
        "usGovernment": "57506a73-e302-42a9-b869-6f12d9ec29e9",
        "china": "a232010e-820c-4083-83bb-3ace5fc29d0b",
    },
    "https://learn.microsoft.com/azure/machine-learning/how-to-setup-customer-managed-keys",
)
