"""Azure AI Search in the stack file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from amlz.core.capability import Key, Scope
from amlz.core.config.shared import Config, OwnName


class SearchConfig(Config):
    """An Azure AI Search service of an environment. It takes no API keys and no public traffic."""

    sku: Literal["basic", "standard", "standard2", "standard3", "storage_optimized_l1", "storage_optimized_l2"] = (
        "basic"
    )
    """Pricing tier, as Azure names it. The free tier has no private endpoints."""
    replicas: Annotated[int, Field(ge=1, le=12, strict=True)] = 1
    """Copies of the search engine. Azure's service level starts at 2 for queries and 3 for indexing."""
    partitions: Literal[1, 2, 3, 4, 6, 12] = 1
    """Units of storage. Replicas times partitions is at most 36."""
    semantic_search: Literal["disabled", "free", "standard"] = "disabled"
    """Plan of the semantic ranker: off, free up to a monthly limit, or billed by use."""
    identity: bool = False
    """Adds a system-assigned identity, with which indexers read data sources. It gets no roles here."""
    require_customer_keys: bool = False
    """Makes Azure report a service as not compliant that has an index without a customer-managed key."""
    name: OwnName | None = Field(default=None, json_schema_extra={"maxLength": 60})
    """A custom name instead of the generated one: 2 to 60 lower-case letters, digits or hyphens, unique in Azure."""


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "search",
        SearchConfig | None,
        "An Azure AI Search service: indexes for its jobs. docs/how-to/search.md.",
    ),
)
