"""Services of Azure that act in a tenant under an application of Microsoft's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    """A service. `application_id` is the same in every tenant; its service principal's object id is not."""

    name: str
    application_id: str
    source: str


COSMOS_DB = Service(
    "Azure Cosmos DB",
    "a232010e-820c-4083-83bb-3ace5fc29d0b",
    "https://learn.microsoft.com/azure/machine-learning/how-to-setup-customer-managed-keys",
)
